"""What can the city reach with its own levers, and which national approval is worth most?"""

from __future__ import annotations

import numpy as np
from asked import Answer, Asked, arm, effect, lever_named, main

from app.measured.blocks import percent, table
from scenarios.plan import levers
from sim.closing.dictionary import dictionary
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble, thresholds

SHOWN = {
    "turnover_total": ("turnover, CNY trn", 1.0),
    "direct_financing": ("direct financing, CNY trn", 1.0),
    "foreign_bond_share": ("foreign share, pp", 100.0),
    "panda_cumulative": ("Panda bonds, CNY bn", 1.0),
    "shanghai_price_influence": ("Shanghai Prices, index", 1.0),
    "leading_fintech_count": ("leading fintech firms", 1.0),
}
RESAMPLED = 1000


def gaps_closed(found: Ensemble, name: str, base: str) -> np.ndarray:
    """Part of the gaps to the targets that a policy closes, over the targets that the baseline's mean misses.

    Returns
    -------
    ndarray
        The mean over the targets of the mean paired change over the baseline's mean gap, from -1 to 1 for each target:
        of all pairs, and then of pairs drawn again with replacement, shape (1 + RESAMPLED,). The gap is that of all
        pairs throughout: in pairs drawn again it can be next to nothing, and the ratio then any number.
    """
    rng = np.random.default_rng(1)
    pairs = len(found.of_pairs(name, base, PLAN_INDICATORS[0])[0])
    drawn = np.vstack([np.arange(pairs), rng.integers(0, pairs, (RESAMPLED, pairs))])
    parts = []
    for each in missed(found, base):
        here, there = found.of_pairs(name, base, each)
        change = np.nanmean((here - there)[drawn], axis=1)
        parts.append(np.clip(change / (thresholds()[each] - np.nanmean(there)), -1.0, 1.0))
    return np.mean(parts, axis=0) if parts else np.full(len(drawn), np.nan)


def missed(found: Ensemble, base: str) -> list[str]:
    """Targets that the mean of a policy misses."""
    return [each for each in PLAN_INDICATORS if np.nanmean(found.at_target(base, each)) < thresholds()[each]]


def gap_closed(found: Ensemble, name: str, base: str, indicator: str) -> str:
    """Part of the gap to one target that a policy closes in the mean, without bounds."""
    here, there = found.of_pairs(name, base, indicator)
    return percent(float(np.nanmean(here - there) / (thresholds()[indicator] - np.nanmean(there))))


def _told(parts: np.ndarray) -> str:
    """A part of the gaps with its 95 % interval."""
    if np.isnan(parts[0]):
        return "-"
    low, high = np.quantile(parts[1:], (0.025, 0.975))
    return f"{parts[0]:.0%} ({low:.0%} to {high:.0%})"


def answer(asked: Asked) -> Answer:
    """The city's own and shared levers on the plan's path, then each national approval alone in addition."""
    approvals = [lever.id for lever in levers() if lever.municipal_handle == "lobby"]
    arms = [
        arm("plan", "plan"),
        arm("city_only", "city_only"),
        arm("city_only, rivals match", "city_only", rival_centres="matching"),
        *(arm(name, "city_only", {name: "plan"}) for name in approvals),
    ]
    found = asked.run(arms)
    closed = {name: gaps_closed(found, name, "city_only") for name in (*approvals, "plan")}
    order = sorted(approvals, key=lambda name: -closed[name][0])
    first, second = order[:2]
    lead = float(np.quantile(closed[first][1:] - closed[second][1:], 0.025))
    gaps = missed(found, "city_only")
    of_each = [f"of {dictionary()[each].name}" for each in gaps]
    targets = ", ".join(dictionary()[each].name for each in gaps)
    rows = [
        (
            "all approvals: the plan" if name == "plan" else lever_named(name),
            _told(closed[name]),
            *(gap_closed(found, name, "city_only", each) for each in gaps),
            *(str(effect(found, name, "city_only", each, times)) for each, (_, times) in SHOWN.items()),
        )
        for name in (*order, "plan")
    ]
    alone = ", ".join(
        f"{dictionary()[each].name} {np.mean(found.at_target('city_only', each) >= thresholds()[each]):.0%}"
        for each in PLAN_INDICATORS
    )
    rivals = effect(found, "city_only, rivals match", "city_only", "institution_count")
    return Answer(
        f"**Worth most alone: {lever_named(first)}. It closes {_told(closed[first])} of the gaps that the city's own "
        f"levers leave, on average over the {len(gaps)} targets that they miss ({targets}); {lever_named(second)} "
        f"follows with {_told(closed[second])}{'' if lead > 0.0 else ', which is not distinguished from the first'}. "
        "All approvals "
        f"together close {_told(closed['plan'])}.** With its own and shared levers alone the city meets the "
        f"targets in these shares of the runs: {alone}. If rivals match its incentives, the number of institutions in "
        f"2025 changes by {rivals}.",
        f"{asked.told}; each approval follows the plan's path, other national levers stay committed; "
        "paired differences to the city's own levers in 2025 with 95 % intervals.",
        table(
            (
                "approval",
                "gaps closed",
                *of_each,
                *(name for name, _ in SHOWN.values()),
            ),
            rows,
        ),
    )


if __name__ == "__main__":
    main(answer)
