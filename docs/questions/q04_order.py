"""In which order should hedging tools, bond access and index inclusion arrive?"""

from __future__ import annotations

from itertools import permutations

import numpy as np
from asked import Answer, Asked, Effect, arm, main

from app.measured.blocks import number, table
from scenarios.plan import levers
from scenarios.schema import Scenario

STEPS = {"hedging": "derivatives_expansion", "access": "bond_market_access", "index": "index_inclusion"}
DATES = ("2021-07", "2022-07", "2023-07")
REACHED = 0.9
SHOCK = {"name": "us_yield", "from": "2024-01", "to": "2024-12", "size": 2.0}


def orders() -> list[Scenario]:
    """Committed policy with the three steps in each of their orders."""
    start = {lever.id: lever.intensity_2020 for lever in levers()}
    arms = []
    for order in permutations(STEPS):
        paths = {
            STEPS[step]: {"2021-01": start[STEPS[step]], date: REACHED} for step, date in zip(order, DATES, strict=True)
        }
        arms.append(arm(", ".join(order), "committed", paths, shocks=[SHOCK]))
    return arms


def answer(asked: Asked) -> Answer:
    """Six orders, a step a year from July 2021, and US yields two points higher in 2024, after the last step."""
    arms = orders()
    found = asked.run(arms)
    names = [each.name for each in arms]
    base = names[0]
    last = found.years[-1]
    held = {name: 100.0 * found.in_year(name, "foreign_bond_share", last) for name in names}
    outflow = {name: found.in_year(name, "foreign_net_purchases", 2024) for name in names}
    early = {name: 100.0 * found.in_year(name, "foreign_bond_share", 2023) for name in names}
    hedge = {name: found.in_year(name, "effective_hedging_cost", 2022) for name in names}
    rows = [
        (
            name,
            number(float(np.median(held[name]))),
            *(
                "" if name == base else str(Effect.of(each[name] - each[base]))
                for each in (held, early, hedge, outflow)
            ),
        )
        for name in names
    ]
    best = max(names, key=lambda name: float(np.median(held[name])))
    worst = min(names, key=lambda name: float(np.median(held[name])))
    gain = Effect.of(held[best] - held[worst])
    flow = Effect.of(outflow[best] - outflow[worst])
    return Answer(
        f"**The order {best} ends 2025 with the highest share; it is {gain} percentage points above the order {worst}, "
        f"and net purchases in the year of the shock differ by {flow} CNY bn.** "
        + ("" if gain.sure else "The orders are not distinguished from one another in so many runs. "),
        f"{asked.told}; differences to the order {base}. Steps to an intensity of {REACHED:g} in "
        f"{', '.join(DATES)}; before its step each lever stays at its intensity of 2020.",
        table(
            (
                "order",
                "share 2025, %",
                "change of it, pp",
                "share 2023, pp",
                "hedging cost 2022, bp",
                "net purchases 2024, CNY bn",
            ),
            rows,
        ),
    )


if __name__ == "__main__":
    main(answer)
