"""Which of the seven targets are within reach, and how much of a miss is the outside world rather than policy?"""

from __future__ import annotations

import numpy as np
from asked import Answer, Asked, Effect, arm, factor, indicator_named, main, share

from app.measured.blocks import number, table
from sim.closing.dictionary import dictionary
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import thresholds

POLICIES = ("committed", "plan", "stretch")


def split(cells: dict[tuple[int, int], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Shapley split of the change from cell (0, 0) to (1, 1) between the first and the second cause, run by run.

    Parameters
    ----------
    cells
        Values by whether the first and the second cause are present, shape (runs,) each.
    """
    first = 0.5 * ((cells[1, 0] - cells[0, 0]) + (cells[1, 1] - cells[0, 1]))
    return first, (cells[1, 1] - cells[0, 0]) - first


def _name(indicator: str) -> str:
    """An indicator in a sentence."""
    return dictionary()[indicator].name


def answer(asked: Asked) -> Answer:
    """Three policies in the neutral world; the plan and committed policy in the world as it came, too."""
    arms = [arm(name, name) for name in POLICIES]
    replays = [arm(f"{name}, realised", name, macro="realised") for name in ("committed", "plan")]
    found = asked.run([*arms, *replays])
    least = thresholds()
    hits = {
        (policy, each): np.asarray(found.at_target(policy, each) >= least[each])
        for policy in POLICIES
        for each in PLAN_INDICATORS
    }
    rows = []
    for each in PLAN_INDICATORS:
        cells = {
            (policy, world): found.at_target(("committed", "plan")[policy] + ("", ", realised")[world], each)
            for policy in (0, 1)
            for world in (0, 1)
        }
        by_policy, by_world = split(cells)
        missing = least[each] - found.at_target("plan", each)
        rows.append(
            (
                indicator_named(each),
                *(share(hits[policy, each]) for policy in POLICIES),
                number(factor(each) * float(np.median(np.maximum(missing, 0.0)))),
                str(Effect.of(factor(each) * by_policy)),
                str(Effect.of(factor(each) * by_world)),
            )
        )
    together = share(np.all([hits["plan", each] for each in PLAN_INDICATORS], axis=0))
    reached = {each: float(hits["plan", each].mean()) for each in PLAN_INDICATORS}
    likely = [each for each in PLAN_INDICATORS if reached[each] >= 0.5]
    binding = min(PLAN_INDICATORS, key=lambda each: reached[each])
    return Answer(
        f"**Under the plan {len(likely)} of the seven targets are met in at least half of the runs "
        f"({'; '.join(map(_name, likely)) or 'none'}). Least often met is {_name(binding)}, in "
        f"{share(hits['plan', binding])}.** "
        f"All seven together are met in {together}.",
        f"{asked.told}; shares of runs in 2025, with their standard errors. The "
        "last columns split the change from committed policy in the neutral world to the plan in the world as it came "
        "(a conditional replay, not a forecast) into what policy and what the world contributes, by Shapley values, in "
        "the indicator's unit, shares in percentage points.",
        table(("indicator", *POLICIES, "missing under the plan", "policy", "outside world"), rows),
    )


if __name__ == "__main__":
    main(answer)
