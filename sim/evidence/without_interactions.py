"""What is lost without each interaction: stylised facts, and effects of policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from scenarios.schema import Scenario
from sim.closing.indicators import PLAN_INDICATORS
from sim.evidence.policy_effects import paired_requests
from sim.evidence.probe import watched
from sim.evidence.stylised_facts import facts, statistics, summary
from sim.evidence.what_moves import at_years
from sim.experiments.intervals import interval
from sim.experiments.pool import mapped
from sim.experiments.requests import RunRequest
from sim.world.interactions import INTERACTIONS, checked_interactions

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class WithoutInteractions:
    """Facts and effects of policy with all interactions, and without each of some."""

    facts: "dict[str, pd.DataFrame]"
    """Stylised facts by the interaction switched off; `none` has all of them."""
    effects: "pd.DataFrame"
    """One row an interaction and indicator: effect with all and without (means over pairs), and difference, with its
    95 % interval (low, high; NaN below eight pairs)."""


ALL = "none"
"""In place of the interaction that is switched off where all are on."""


def without_interactions(
    names: Sequence[str] = tuple(INTERACTIONS),
    scenario: str | Path | Scenario = "plan",
    against: str | Path | Scenario = "committed",
    *,
    runs: int = 20,
    seed: int = 1,
    scale: float | None = None,
    workers: int | None = None,
) -> WithoutInteractions:
    """Switch off interactions one by one; compare stylised facts and effects of policy in the same runs.

    Parameters
    ----------
    names
        Interactions of `sim.world.interactions`.
    scenario, against
        As in `sim.attribute`; facts are those of the scenario.
    runs, seed, scale, workers
        As in `sim.ensemble`. All runs take the central point of the parameters.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    import pandas as pd

    worlds = {ALL: (), **{name: (name,) for name in checked_interactions(names)}}
    asked = {
        name: paired_requests(
            scenario, against, runs=runs, seed=seed, scale=scale, draws=0, interactions_off=switched_off
        )
        for name, switched_off in worlds.items()
    }
    seen = iter(mapped(facts_and_indicators, [request for requests in asked.values() for request in requests], workers))
    tables, effects = {}, {}
    for name, requests in asked.items():
        found = [next(seen) for _ in requests]
        tables[name] = summary({fact.id: np.array([each[0][fact.id] for each in found[1::2]]) for fact in facts()})
        effects[name] = np.stack([after[1] - before[1] for before, after in zip(found[0::2], found[1::2], strict=True)])
    rows = []
    for name in worlds:
        for place, indicator in enumerate(PLAN_INDICATORS):
            usual, without = effects[ALL][:, place], effects[name][:, place]
            low, high = interval(without - usual, statistic=np.mean)
            rows.append(
                {
                    "without": name,
                    "indicator": indicator,
                    "effect_with_all": float(usual.mean()),
                    "effect": float(without.mean()),
                    "difference": float((without - usual).mean()),
                    "low": low,
                    "high": high,
                }
            )
    return WithoutInteractions(tables, pd.DataFrame(rows).set_index(["without", "indicator"]))


def facts_and_indicators(request: RunRequest) -> tuple[dict[str, float], Floats]:
    """Statistic of every fact in a run, and the seven indicators of 2025 or the last whole year."""
    from sim.model import FinancialCenter

    centre = FinancialCenter(
        request.scenario, rng=request.seed, parameters=request.parameters, interactions_off=request.interactions_off
    )
    found = statistics(centre, watched(centre))
    return found, at_years(centre, request.scenario)[1]
