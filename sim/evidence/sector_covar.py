"""Delta-CoVaR of the sectors over an ensemble: what the distress of one adds to the loss of all."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from agents.institutions import Sector
from scenarios.counts import checked_level
from scenarios.schema import Scenario
from sim.experiments.least_runs import LEAST_FOR_INTERVAL
from sim.experiments.pool import mapped
from sim.experiments.requests import RunRequest, ensemble_requests
from sim.redline.signals import returns_by_sector
from sim.stress.delta_covar import delta_covar

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 100
"""Resamples of the runs behind an interval."""


def losses_of_run(request: RunRequest) -> Floats:
    """Losses on equity by month from 2021-01, share, shape (months, sectors + 1); the last column is that of all.

    A loss is credit losses less income, over equity before the month; a gain is below zero.
    """
    from sim.model import FinancialCenter

    centre = FinancialCenter(
        request.scenario, rng=request.seed, parameters=request.parameters, interactions_off=request.interactions_off
    )
    rows = []
    while centre.month < centre.last_month:
        centre.step()
        own = centre.institutions
        earned = float((own["income_bn"] - own["losses_bn"]).sum())
        rows.append(np.append(returns_by_sector(own), earned / float(own["opening_equity_bn"].sum())))
    return -np.array(rows)


def sector_covar(
    scenarios: Sequence[str | Path | Scenario],
    *,
    level: float = 0.95,
    runs: int = 40,
    seed: int = 1,
    scale: float | None = None,
    workers: int | None = None,
) -> "pd.DataFrame":
    """Delta-CoVaR of each sector on the losses of all institutions, over the months of all runs.

    Parameters
    ----------
    scenarios, runs, seed, scale, workers
        As in `sim.ensemble`.
    level
        Probability of a loss that is not exceeded, between 0 and 1.

    Returns
    -------
    One row a scenario and sector: `scenario`, `sector`, `value_at_risk`, `covar` and
    `delta` (shares of equity a month), `low` and `high` (95 % interval of delta over resampled runs; NaN below eight
    runs), `runs`, `months`.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    import pandas as pd

    level = checked_level(level)
    requests = ensemble_requests(scenarios, runs=runs, seed=seed, scale=scale)
    found = mapped(losses_of_run, requests, workers)
    rows = []
    for name in dict.fromkeys(request.scenario.name for request in requests):
        losses = [each for request, each in zip(requests, found, strict=True) if request.scenario.name == name]
        for sector in Sector:
            own = [each[:, [sector, -1]] for each in losses]
            joined = np.concatenate(own)
            if np.ptp(joined[:, 0]) == 0.0:
                continue
            told = delta_covar(joined[:, 1], joined[:, 0], level)
            low, high = _interval(own, level)
            rows.append(
                {
                    "scenario": name,
                    "sector": sector.name.lower(),
                    "value_at_risk": told.value_at_risk,
                    "covar": told.covar,
                    "delta": told.delta,
                    "low": low,
                    "high": high,
                    "runs": len(own),
                    "months": len(joined),
                }
            )
    return pd.DataFrame(rows)


def _interval(runs: Sequence[Floats], level: float) -> tuple[float, float]:
    if len(runs) < LEAST_FOR_INTERVAL:
        return float("nan"), float("nan")
    dice = np.random.default_rng(0)
    deltas = []
    for _ in range(RESAMPLES):
        joined = np.concatenate([runs[row] for row in dice.integers(len(runs), size=len(runs))])
        deltas.append(delta_covar(joined[:, 1], joined[:, 0], level).delta)
    return float(np.quantile(deltas, 0.025)), float(np.quantile(deltas, 0.975))
