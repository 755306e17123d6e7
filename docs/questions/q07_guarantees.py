"""Which coverage of guarantees serves small firms most, and does it crowd out strategic lending?"""

from __future__ import annotations

from asked import Answer, Asked, Effect, arm, effect, main

from app.measured.blocks import table
from scenarios.schema import Scenario

COVERAGE = (0.0, 0.5, 1.0)
DOWNTURN = (
    {"name": "economic_growth", "from": "2024-01", "to": "2025-12", "size": -3.0},
    {"name": "default_rate", "from": "2024-01", "to": "2025-12", "size": 3.0},
)
TIMES = {"usual times": (), "downturn": DOWNTURN}
SHOWN = {
    "msme_credit": ("loans to small firms, index", 1.0),
    "msme_spread": ("spread on them, bp", 1.0),
    "msme_acceptance_rate": ("accepted, pp", 100.0),
    "default_rate": ("default rate, pp", 1.0),
    "strategic_credit": ("loans to hard technology, index", 1.0),
}


def policy(covered: float, world: str) -> Scenario:
    """The plan with an intensity of guarantees, in usual times or in the downturn."""
    return arm(
        f"{covered:g} in {world}",
        "plan",
        {"inclusive_finance_guarantees": {"components": {"guarantee_and_risk_sharing": covered}}},
        shocks=list(TIMES[world]),
    )


def answer(asked: Asked) -> Answer:
    """Three intensities of guarantees from 2021 on, in usual times and in a downturn of 2024 and 2025."""
    found = asked.run([policy(covered, world) for world in TIMES for covered in COVERAGE])
    rows, changes = [], {}
    for world in TIMES:
        base = f"{COVERAGE[0]:g} in {world}"
        for covered in COVERAGE[1:]:
            changes[covered, world] = {
                each: effect(found, f"{covered:g} in {world}", base, each, scaled)
                for each, (_, scaled) in SHOWN.items()
            }
            rows.append((f"{covered:g}", world, *map(str, changes[covered, world].values())))
    full = changes[COVERAGE[-1], "usual times"]
    worse = changes[COVERAGE[-1], "downturn"]
    half, rest = changes[COVERAGE[1], "usual times"]["msme_credit"], _rest(found.of_pairs)
    return Answer(
        f"**Full coverage changes loans to small firms by {full['msme_credit']} index points in usual times and by "
        f"{worse['msme_credit']} in a downturn; the first half brings {half}, the second {rest}.** "
        f"{_crowding(full['strategic_credit'])}",
        f"{asked.told}; differences to no guarantees in 2025, other levers on "
        "the plan's path; index points are of 2020 = 100. The downturn: growth three points lower and three times the "
        "usual defaults in 2024 and 2025.",
        table(("intensity of guarantees", "world", *(name for name, _ in SHOWN.values())), rows),
    )


def _rest(of_pairs: object) -> Effect:
    """What the second half of coverage adds in usual times."""
    here, there = of_pairs(  # type: ignore[operator]
        f"{COVERAGE[-1]:g} in usual times", f"{COVERAGE[1]:g} in usual times", "msme_credit"
    )
    return Effect.of(here - there)


def _crowding(found: Effect) -> str:
    """A sentence on loans to hard technology."""
    if not found.sure:
        return f"No crowding out of loans to hard technology is distinguished from none ({found} index points)."
    word = "fall" if found.median < 0.0 else "rise"
    return f"Loans to hard technology {word} by {found} index points."


if __name__ == "__main__":
    main(answer)
