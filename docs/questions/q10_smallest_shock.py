"""What is the smallest shock that breaks the redline under the plan, and which lever raises that threshold?"""

from __future__ import annotations

import numpy as np
from asked import Answer, Asked, arm, main

from app.measured.blocks import percent, table
from scenarios.stresses import stresses
from sim.evidence.shock_tests import reverse_stress

AT = "2024-01"
STRESSES = ("joint",)
POLICIES = {
    "plan": {},
    "macroprudential framework as in 2020": {"macroprudential_framework": 0.36},
    "macroprudential framework at full": {"macroprudential_framework": 1.0},
    "financial infrastructure as in 2020": {"financial_infrastructure": 0.34},
}


def severity(row: dict[str, float]) -> str:
    """A least severity with its interval."""
    median, low, high = (_bounded(row[name]) for name in ("median", "low", "high"))
    return median if np.isnan(row["low"]) else f"{median} ({low} to {high})"


def _bounded(value: float) -> str:
    return "above 4" if np.isinf(value) else "too few runs" if np.isnan(value) else f"{value:.3g}"


def meant(severity: float) -> str:
    """What a severity of the joint stress is: its largest components."""
    sizes = {each["name"]: float(each["size"]) for each in stresses()[STRESSES[0]].at(AT, severity, "2025-12")}
    return (
        f"yields of the United States {sizes['us_yield']:.2g} and of China {sizes['china_yield']:.2g} percentage "
        f"points higher, the yuan {1 - np.exp(-sizes['currency']):.0%} lower, share prices "
        f"{1 - np.exp(sizes['equity']):.0%} lower, growth {-sizes['economic_growth']:.2g} points lower, "
        f"{sizes['default_rate']:.2g} times the usual defaults of private companies, and {len(sizes) - 6} more"
    )


def answer(asked: Asked) -> Answer:
    """Bisection on the severity of the joint stress of January 2024, with buffers at other intensities."""
    arms = [arm(name, "plan", paths) for name, paths in POLICIES.items()]
    found = reverse_stress(arms, STRESSES, at=AT, runs=asked.runs, scale=asked.scale, workers=asked.workers)
    records = {row["scenario"]: row for row in found.to_dict("records")}
    rows = [(name, severity(records[name]), percent(records[name]["never"])) for name in POLICIES]
    plan = records["plan"]
    best = max(records, key=lambda name: (records[name]["median"], records[name]["never"]))
    apart = records[best]["low"] > plan["high"] or records[best]["high"] < plan["low"]
    same = records[best]["median"] == plan["median"] and records[best]["never"] == plan["never"]
    return Answer(
        f"**Under the plan the joint stress breaks the redline from a severity of {severity(plan)} on, in units of its "
        f"usual size; {plan['never']:.0%} of the runs bear the largest severity, 4.** "
        + (
            "No lever tried here raises that threshold."
            if same
            else f"The threshold is highest with the {best}: {severity(records[best])}"
            + ("." if apart else "; the intervals overlap.")
        )
        + f" Severity 1 is {meant(1.0)}."
        + (f" Severity {plan['median']:.3g} is {meant(plan['median'])}." if np.isfinite(plan["median"]) else ""),
        f"{asked.told}; stress from {AT}, followed for two years; bisection to an eighth; medians with 95 % intervals.",
        table(("policy", "least severity", "runs that bear severity 4"), rows),
    )


if __name__ == "__main__":
    main(answer)
