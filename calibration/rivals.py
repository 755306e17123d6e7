"""Rival rules of foreign investors, weighted by their predictive scores for the holdings of 2017-2020."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibration.calibrate import spread_requests
from calibration.past_runs import BASE_YEAR, PastRuns, Progress
from calibration.weighing import places_of, weighed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Rival:
    """A rule without one of its parts: parameters that are set so that the part does nothing."""

    name: str
    changes: tuple[tuple[str, float], ...]


RIVALS = (
    Rival("as built", ()),
    Rival("no extrapolation of the exchange rate", (("fx_extrapolation", 0.0),)),
    Rival("no peers", (("peer_coefficient_foreign", 0.0),)),
    Rival(
        "no answer to yields", (("spread_semi_elasticity_real_money", 0.0), ("spread_semi_elasticity_benchmarked", 0.0))
    ),
)
JUDGED_BY = "foreign_holdings"
"""Moments whose names begin so decide between the rivals."""


def rivals(
    store: PastRuns,
    runs: int,
    workers: int,
    scale: float = 1.0,
    progress: Progress | None = None,
) -> "pd.DataFrame":
    """Weights of the rivals on data to 2020.

    Parameters
    ----------
    store
        Where runs are kept.
    runs
        Runs of each rival over draws of the prior, at least twice as many as there are moments to judge by.
    workers, scale, progress
        As in `calibrate`.

    Returns
    -------
    As `weighing.weighed` with the column `rival`.
    """
    asked = {rival.name: spread_requests(runs, BASE_YEAR, changes=rival.changes, scale=scale) for rival in RIVALS}
    return weighed("rival", asked, places_of((JUDGED_BY,)), store, workers, progress)
