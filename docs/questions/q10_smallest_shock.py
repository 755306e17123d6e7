"""What is the smallest shock that breaks the redline under the plan, and which lever raises that threshold?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np
from asked import Answer, Asked, arm, main

from app.measured.blocks import percent, table
from scenarios.calendar import month_ordinal, month_text
from scenarios.stresses import MOST_SEVERITY, stresses
from sim.evidence.shock_tests import HORIZON, least_severity
from sim.experiments.intervals import interval
from sim.experiments.pool import mapped

AT = "2024-01"
STRESS = "joint"
POLICIES = {
    "plan": {},
    "macroprudential framework as in 2020": {"macroprudential_framework": 0.36},
    "macroprudential framework at full": {"macroprudential_framework": 1.0},
    "financial infrastructure as in 2020": {"financial_infrastructure": 0.34},
}


BEYOND = 2.0 * MOST_SEVERITY
"""Stand-in for a severity beyond the largest, which medians, differences and intervals need as a number."""


def severities(asked: Asked, policies: Iterable[str]) -> dict[str, np.ndarray]:
    """Least severity that breaks the redline within two years, by policy, shape (runs,); `BEYOND` where none does."""
    end = month_text(month_ordinal(AT) + HORIZON - 1)
    requests = asked.requests([arm(name, "plan", POLICIES[name], end=end) for name in policies])
    found = np.array(mapped(partial(least_severity, stress=stresses()[STRESS], at=AT), requests, asked.workers))
    return {
        name: np.minimum(found[[each.scenario.name == name for each in requests]], BEYOND)
        for name in dict.fromkeys(each.scenario.name for each in requests)
    }


def record(least: np.ndarray) -> dict[str, float]:
    """Median of least severities with its interval, and the share of runs that bear the largest severity."""
    numbers = (float(np.median(least)), *interval(least))
    median, low, high = (float("inf") if each > MOST_SEVERITY else each for each in numbers)
    return {"median": median, "low": low, "high": high, "never": float((least > MOST_SEVERITY).mean())}


def severity(row: dict[str, float]) -> str:
    """A least severity with its interval."""
    median, low, high = (_bounded(row[name]) for name in ("median", "low", "high"))
    return median if np.isnan(row["low"]) else f"{median} ({low} to {high})"


def _bounded(value: float) -> str:
    return "above 4" if np.isinf(value) else "too few runs" if np.isnan(value) else f"{value:.3g}"


def meant(severity: float) -> str:
    """What a severity of the joint stress is: its largest components."""
    sizes = {each["name"]: float(each["size"]) for each in stresses()[STRESS].at(AT, severity, "2025-12")}
    return (
        f"yields of the United States {sizes['us_yield']:.2g} and of China {sizes['china_yield']:.2g} percentage "
        f"points higher, the yuan {1 - np.exp(-sizes['currency']):.0%} lower, share prices "
        f"{1 - np.exp(sizes['equity']):.0%} lower, growth {-sizes['economic_growth']:.2g} points lower, "
        f"{sizes['default_rate']:.2g} times the usual defaults of private companies, and {len(sizes) - 6} more"
    )


def answer(asked: Asked) -> Answer:
    """Bisection on the severity of the joint stress of January 2024, with buffers at other intensities."""
    records = {name: record(least) for name, least in severities(asked, POLICIES).items()}
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
