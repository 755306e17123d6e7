"""What is the smallest shock that breaks the redline under the plan, and which lever raises that threshold?"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from itertools import batched

import numpy as np
from asked import Answer, Asked, Effect, arm, main

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
PART = 32
"""Bisections after which the store is written."""


def severities(asked: Asked, policies: Iterable[str]) -> dict[str, np.ndarray]:
    """Least severity that breaks the redline within two years, by policy, shape (runs,); `BEYOND` where none does."""
    end = month_text(month_ordinal(AT) + HORIZON - 1)
    requests = asked.requests([arm(name, "plan", POLICIES[name], end=end) for name in policies])
    kept = None if asked.store is None else asked.store / "least_severities.json"
    known: dict[str, float] = json.loads(kept.read_text(encoding="utf-8")) if kept and kept.exists() else {}
    bisect = partial(least_severity, stress=stresses()[STRESS], at=AT)
    missing = [each for each in requests if each.key not in known]
    for part in batched(missing, PART, strict=False):
        found = mapped(bisect, list(part), asked.workers)
        known |= {each.key: min(least, BEYOND) for each, least in zip(part, found, strict=True)}
        if kept is not None:  # an interruption loses one part
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(known), encoding="utf-8")
    return {
        name: np.array([known[each.key] for each in requests if each.scenario.name == name])
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


def mean_gap(here: np.ndarray, there: np.ndarray) -> Effect:
    """Mean difference of least severities run by run; a median would be zero, since a bisection ends at an eighth."""
    gaps = here - there
    return Effect(float(gaps.mean()), *interval(gaps, statistic=np.mean))


def answer(asked: Asked) -> Answer:
    """Bisection on the severity of the joint stress of January 2024, with buffers at other intensities."""
    least = severities(asked, POLICIES)
    records = {name: record(each) for name, each in least.items()}
    plan = records["plan"]
    gaps = {name: mean_gap(each, least["plan"]) for name, each in least.items() if name != "plan"}
    best, worst = (choose(gaps, key=lambda name: gaps[name].median) for choose in (max, min))
    rows = [
        (name, severity(records[name]), str(gaps.get(name, "-")), percent(records[name]["never"])) for name in POLICIES
    ]
    return Answer(
        f"**Under the plan the joint stress breaks the redline from a severity of {severity(plan)} on, in units of its "
        f"usual size; {plan['never']:.0%} of the runs bear the largest severity, 4. "
        + (
            f"The threshold rises most with the {best}: {gaps[best]} in the mean of the pairs."
            if gaps[best].low > 0.0
            else "No lever tried here is shown to raise that threshold in the mean of the pairs."
        )
        + (f" It falls most with the {worst}: {gaps[worst]}." if gaps[worst].high < 0.0 else "")
        + f"** Severity 1 is {meant(1.0)}."
        + (f" Severity {plan['median']:.3g} is {meant(plan['median'])}." if np.isfinite(plan["median"]) else ""),
        f"{asked.told}; stress from {AT}, followed for two years; bisection to an eighth; medians with 95 % intervals, "
        "differences as means of pairs.",
        table(("policy", "least severity", "difference to the plan", "runs that bear severity 4"), rows),
    )


if __name__ == "__main__":
    main(answer)
