"""The plan less committed policy by indicator, over runs that each draw their own parameters."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from scenarios.schema import Scenario
from scenarios.whole_years import checked_year
from sim.closing.indicators import PLAN_INDICATORS
from sim.evidence.what_moves import indicators_2025
from sim.experiments.attribution import compared
from sim.experiments.least_runs import quantiles_known, standard_error
from sim.experiments.pool import mapped
from sim.experiments.requests import RunRequest, ensemble_requests

if TYPE_CHECKING:
    import pandas as pd

CENTRAL_80 = (0.1, 0.9)
"""Quantiles that bound the central 80 % of the runs."""


def policy_effects(
    scenario: str | Path | Scenario = "plan",
    against: str | Path | Scenario = "committed",
    *,
    runs: int = 50,
    seed: int = 1,
    scale: float | None = None,
    draws: int | None = None,
    interactions_off: Iterable[str] = (),
    workers: int | None = None,
) -> "pd.DataFrame":
    """Effect of one scenario's policy against another's on the seven indicators of 2025, in pairs of runs.

    Parameters
    ----------
    scenario, against
        As in `sim.attribute`.
    runs, seed, scale, draws, interactions_off, workers
        As in `sim.ensemble`: by default each pair has its own draw of parameters.

    Returns
    -------
    One row an indicator: without and with the policy (means), effect (mean of the pairs), standard_error (NaN below
    eight pairs), median, p10 and p90 (the central 80 % of the pairs), raised (share of pairs in which it is higher).

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    import pandas as pd

    requests = paired_requests(
        scenario, against, runs=runs, seed=seed, scale=scale, draws=draws, interactions_off=interactions_off
    )
    found = np.stack(mapped(indicators_2025, requests, workers))[:, 1]
    base, target = found[0::2], found[1::2]
    rows = []
    for place, name in enumerate(PLAN_INDICATORS):
        gap: Floats = target[:, place] - base[:, place]
        median, low, high = quantiles_known(gap, [0.5, *CENTRAL_80])
        rows.append(
            {
                "indicator": name,
                "without": float(base[:, place].mean()),
                "with": float(target[:, place].mean()),
                "effect": float(gap.mean()),
                "standard_error": standard_error(gap),
                "median": median,
                "p10": low,
                "p90": high,
                "raised": float((gap > 0.0).mean()),
            }
        )
    return pd.DataFrame(rows).set_index("indicator")


def paired_requests(
    scenario: str | Path | Scenario,
    against: str | Path | Scenario,
    *,
    runs: int,
    seed: int,
    scale: float | None,
    draws: int | None,
    interactions_off: Iterable[str] = (),
) -> list[RunRequest]:
    """Requests of pairs, run by run: the one that is compared with, then the other."""
    target, base = compared(scenario, against, scale)
    checked_year(base)
    return ensemble_requests([base, target], runs=runs, seed=seed, draws=draws, interactions_off=interactions_off)
