"""Which policy brings most leading fintech firms, and does the answer survive the definition of leading?"""

from __future__ import annotations

from typing import Any

import numpy as np
from asked import Answer, Asked, arm, effect, main, shown

from app.measured.blocks import number, table
from sim.experiments.ensemble import thresholds

POLICIES: dict[str, dict[str, Any]] = {
    "entry support": {"fintech_hub": {"components": {"entry_parks_and_funds": 1.0}}},
    "research and data": {"fintech_hub": {"components": {"research_data_and_standards": 1.0}}},
    "sandbox": {"regulatory_sandbox": 1.0},
    "talent": {"talent_programme": 1.0},
    "digital yuan": {"fintech_hub": {"components": {"ecny_pilot": 1.0}}},
}
YARDSTICK = "leading_fintech_count"
DEFINITIONS = {
    YARDSTICK: "fixed yardstick",
    "leading_fintech_national_hundred": "place in the national hundred",
    "fintech_total": "all fintech firms",
    "misconduct_losses": "misconduct losses, % of assets",
}


def answer(asked: Asked) -> Answer:
    """Each policy alone at full intensity from 2021 on, over committed policy."""
    arms = [arm("committed", "committed"), *(arm(name, "committed", paths) for name, paths in POLICIES.items())]
    found = asked.run(arms)
    effects = {(name, each): effect(found, name, "committed", each) for name in POLICIES for each in DEFINITIONS}

    def mean_gain(name: str, definition: str) -> float:
        here, there = found.of_pairs(name, "committed", definition)
        return float(np.nanmean(here - there))

    best = {each: max(POLICIES, key=lambda name: mean_gain(name, each)) for each in list(DEFINITIONS)[:2]}
    fixed, ranked = best.values()
    close = [name for name in POLICIES if name != fixed and not effect(found, fixed, name, YARDSTICK).sure]
    apart = f"; it is not distinguished from {', '.join(close)} in so many runs" if close else ""
    base = found.at_target("committed", YARDSTICK)
    rows = [
        (
            name,
            *(f"{effects[name, each]}; mean {shown(mean_gain(name, each))}" for each in DEFINITIONS),
        )
        for name in POLICIES
    ]
    agree = "the same policy" if fixed == ranked else "another policy, so that the ranking depends on the definition"
    unsure = [name for name in POLICIES if not effects[name, YARDSTICK].sure]
    return Answer(
        f"**Most leading firms by the fixed yardstick come with {fixed}: {effects[fixed, YARDSTICK]} firms{apart}. By "
        f"place in the national hundred it is {agree} ({ranked}).** Without further policy there are "
        f"{number(float(np.median(base)))} in 2025, and "
        f"{number(thresholds()[YARDSTICK])} count as the target of about 50: ageing firms pass a fixed yardstick "
        "without any policy. "
        + (f"Not distinguished from zero in so many runs: {', '.join(unsure)}." if unsure else ""),
        f"{asked.told}; paired differences to committed policy in 2025.",
        table(("policy", *DEFINITIONS.values()), rows),
    )


if __name__ == "__main__":
    main(answer)
