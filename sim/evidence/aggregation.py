"""Effects of heterogeneity: the plan's indicators with agents as they are and with agents alike in their classes."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scenarios.schema import Scenario
from scenarios.whole_years import checked_year
from sim.closing.indicators import PLAN_INDICATORS
from sim.evidence.alike import Alike
from sim.evidence.what_moves import indicators_2025
from sim.experiments.least_runs import standard_error
from sim.experiments.pool import mapped
from sim.experiments.requests import ensemble_requests

if TYPE_CHECKING:
    import pandas as pd


def aggregation_error(
    scenario: str | Path | Scenario = "plan",
    *,
    runs: int = 20,
    seed: int = 1,
    scale: float | None = None,
    workers: int | None = None,
) -> "pd.DataFrame":
    """Effects of heterogeneity on the seven indicators of 2025: the error of a model of representative agents.

    Agents are made alike before each month in all own states that enter decisions; see `sim.evidence.likeness`.

    Returns
    -------
    One row an indicator and kind of likeness (`sim.evidence.alike.Alike`): mean and spread (standard deviation over the
    runs); for those that are alike also change_pct, the change of the mean in per cent, and its standard error over
    pairs of runs, error_pct (NaN below eight).

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    import pandas as pd

    requests = ensemble_requests([scenario], runs=runs, seed=seed, scale=scale, draws=0)
    checked_year(requests[0].scenario)
    found = {how: np.stack(mapped(partial(indicators_2025, alike=how), requests, workers))[:, 1] for how in Alike}
    usual = found[Alike.NOT]
    rows = []
    for place, name in enumerate(PLAN_INDICATORS):
        mean = float(usual[:, place].mean())
        for how, values in found.items():
            gap = 100.0 * (values[:, place] - usual[:, place]) / mean
            rows.append(
                {
                    "indicator": name,
                    "agents": how.value,
                    "mean": float(values[:, place].mean()),
                    "spread": float(values[:, place].std(ddof=1)) if runs > 1 else np.nan,
                    "change_pct": float(gap.mean()),
                    "error_pct": standard_error(gap),
                }
            )
    return pd.DataFrame(rows).set_index(["indicator", "agents"])
