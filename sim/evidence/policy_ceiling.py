"""The most that policy can reach: levers at their most favourable, at central and at the largest effects."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scenarios.loader import load
from scenarios.parameters import Parameters, central_parameters
from scenarios.plan import indicators as plan_indicators
from scenarios.plan import levers as plan_levers
from scenarios.schema import Scenario
from sim.closing.indicators import PLAN_INDICATORS
from sim.evidence.levers_together import FIRST_MONTH, FULL, LeversTogether, at_full_intensity
from sim.evidence.what_moves import indicators_2025
from sim.experiments.least_runs import quantiles_known
from sim.experiments.pool import mapped
from sim.experiments.requests import ensemble_requests

if TYPE_CHECKING:
    import pandas as pd

EFFECTS = ("central", "largest")
"""Effects of levers on channels: at the mode of the prior, and at its end of larger size."""


def policy_ceiling(
    single: LeversTogether,
    base: str | Path | Scenario = "committed",
    *,
    runs: int = 20,
    seed: int = 1,
    scale: float | None = None,
    workers: int | None = None,
) -> "pd.DataFrame":
    """Most of each indicator in 2025 that lever paths reach.

    Parameters
    ----------
    single
        Effects of each lever alone at full intensity: what raises an indicator goes to full intensity from January 2021
        on, what lowers it to zero.
    base
        Scenario in which levers are changed.
    runs, seed, scale, workers
        As in `sim.ensemble`. Parameters other than effects of levers stay at the central point.

    Returns
    -------
    One row an indicator and size of effects (`EFFECTS`): target, all_levers (mean with all levers at full intensity),
    favourable (mean with those that raise it), p10 and p90 (central 80 % of the runs of the latter), reached (share of
    them that meets the target).

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    import pandas as pd

    world = load(base).with_changes(scale=scale)
    asked = [at_full_intensity(world)]
    for place, name in enumerate(PLAN_INDICATORS):
        effect = single.alone[:, :, place].mean(axis=1)
        paths = {
            lever: {FIRST_MONTH: FULL if moved > 0.0 else 0.0}
            for lever, moved in zip(single.levers, effect, strict=True)
            if moved
        }
        asked.append(world.with_levers(paths).model_copy(update={"name": f"most of {name}"}))
    targets = {indicator.id: indicator for indicator in plan_indicators()}
    rows = []
    for effects in EFFECTS:
        parameters = with_effects(central_parameters(world.parameters), effects)
        requests = ensemble_requests(asked, runs=runs, seed=seed, parameters=parameters)
        found = np.stack(mapped(indicators_2025, requests, workers))[:, 1].reshape(runs, len(asked), -1)
        for place, name in enumerate(PLAN_INDICATORS):
            values = found[:, 1 + place, place]
            low, high = quantiles_known(values, [0.1, 0.9])
            rows.append(
                {
                    "indicator": name,
                    "effects": effects,
                    "target": float(targets[name].target_value),
                    "all_levers": float(found[:, 0, place].mean()),
                    "favourable": float(values.mean()),
                    "p10": low,
                    "p90": high,
                    "reached": float((values >= targets[name].met_from).mean()),
                }
            )
    return pd.DataFrame(rows).set_index(["indicator", "effects"])


def with_effects(parameters: Parameters, effects: str) -> Parameters:
    """Parameters with the effects of levers at the centre of their priors, or at the end of larger size."""
    if effects == EFFECTS[0]:
        return parameters
    largest = {
        (lever.id, effect.channel): max(effect.beta_min, effect.beta_max, key=abs)
        for lever in plan_levers()
        for effect in lever.effects
    }
    return parameters.replace(betas=largest)
