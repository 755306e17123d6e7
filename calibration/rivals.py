"""Rival rules of foreign investors, weighted by how well each foretells the holdings of 2017-2020."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import multivariate_normal

from agents.arrays import Floats
from calibration.calibrate import spread_requests
from calibration.moments import moments, observed_moments, tolerances
from calibration.past_runs import BASE_YEAR, PastRun, PastRuns, moment_matrix

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
    progress: Callable[[int, int], None] | None = None,
) -> "pd.DataFrame":
    """Weights of the rivals on data to 2020.

    weight_r ~ N(observed; mean_r, cov + diag(tolerance^2)),  equal weights before

    with the mean of a rival's runs over draws of the prior and one covariance for all, of the runs about their rival's
    mean. All rivals take the same draws and luck.

    Parameters
    ----------
    store
        Where runs are kept.
    runs
        Runs of each rival, at least twice as many as there are moments to judge by.
    workers, scale, progress
        As in `calibrate`.

    Returns
    -------
    One row a rival: rival, log_score, weight, root_mean_square_miss (in tolerances), and its mean of each moment.
    """
    import pandas as pd

    judged = [place for place, moment in enumerate(moments()) if moment.id.startswith(JUDGED_BY)]
    names = [moments()[place].id for place in judged]
    asked = {rival.name: spread_requests(runs, BASE_YEAR, changes=rival.changes, scale=scale) for rival in RIVALS}
    store.of([each for group in asked.values() for each in group], workers, progress)
    found: dict[str, list[PastRun]] = {name: store.of(group) for name, group in asked.items()}
    values: dict[str, Floats] = {name: moment_matrix(group)[:, judged] for name, group in found.items()}
    about = np.concatenate([group - group.mean(axis=0) for group in values.values()])
    observed, tolerance = observed_moments()[judged], tolerances()[judged]
    covariance = np.cov(about, rowvar=False) + np.diag(tolerance**2)
    scores = {
        name: float(multivariate_normal.logpdf(observed, group.mean(axis=0), covariance))
        for name, group in values.items()
    }
    best = max(scores.values())
    total = sum(np.exp(score - best) for score in scores.values())
    rows = []
    for name, group in values.items():
        miss = (group.mean(axis=0) - observed) / tolerance
        rows.append(
            {
                "rival": name,
                "log_score": scores[name],
                "weight": float(np.exp(scores[name] - best) / total),
                "root_mean_square_miss": float(np.sqrt((miss**2).mean())),
                **dict(zip(names, group.mean(axis=0).tolist(), strict=True)),
            }
        )
    return pd.DataFrame(rows)
