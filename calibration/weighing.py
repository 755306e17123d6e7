"""Predictive scores of groups of runs of the past for some moments, and the weights that follow."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import multivariate_normal

from agents.arrays import Floats
from calibration.moments import moments, observed_moments, tolerances
from calibration.past_runs import PastRequest, PastRuns, Progress, moment_matrix
from sim.experiments.least_runs import LEAST_FOR_WEIGHT

if TYPE_CHECKING:
    import pandas as pd


def places_of(prefixes: Sequence[str]) -> list[int]:
    """Places of the moments whose names begin with one of these."""
    return [place for place, moment in enumerate(moments()) if moment.id.startswith(tuple(prefixes))]


def least_for_weight(judged: int) -> int:
    """Runs that each group needs before data give it a weight by so many moments."""
    return max(LEAST_FOR_WEIGHT, 2 * judged)


def weighed(
    what: str,
    asked: Mapping[str, Sequence[PastRequest]],
    judged: Sequence[int],
    store: PastRuns,
    workers: int,
    progress: Progress | None = None,
) -> "pd.DataFrame":
    """Weights of groups of runs on data to 2020.

    weight_g ~ N(observed; mean_g, cov + diag(tolerance^2)),  equal weights before

    with the mean of a group's runs and one covariance for all, of the runs about their group's mean.

    Parameters
    ----------
    what
        Name of the column that says which group a row is of.
    asked
        Requests of each group; all with the same draws.
    judged
        Places of the moments that decide.
    store, workers, progress
        As in `calibrate`.

    Returns
    -------
    One row a group: its name, log_score, weight (NaN where a group has too few runs for one, see `least_for_weight`),
    root_mean_square_miss (in tolerances), runs (those done), and its mean of each moment.
    """
    import pandas as pd

    names = [moments()[place].id for place in judged]
    store.of([each for group in asked.values() for each in group], workers, progress)
    values: dict[str, Floats] = {name: moment_matrix(store.of(group))[:, list(judged)] for name, group in asked.items()}
    about = np.concatenate([group - group.mean(axis=0) for group in values.values()])
    observed, tolerance = observed_moments()[list(judged)], tolerances()[list(judged)]
    # Without freedom left the runs have no covariance; there is no weight then either.
    spread = np.cov(about, rowvar=False) if len(about) > 1 else np.zeros((len(judged), len(judged)))
    covariance = spread + np.diag(tolerance**2)
    scores = {
        name: float(multivariate_normal.logpdf(observed, group.mean(axis=0), covariance))
        for name, group in values.items()
    }
    best = max(scores.values())
    total = sum(np.exp(score - best) for score in scores.values())
    enough = min(len(group) for group in values.values()) >= least_for_weight(len(judged))
    rows = []
    for name, group in values.items():
        miss = (group.mean(axis=0) - observed) / tolerance
        rows.append(
            {
                what: name,
                "log_score": scores[name] if enough else float("nan"),
                "weight": float(np.exp(scores[name] - best) / total) if enough else float("nan"),
                "runs": len(group),
                "root_mean_square_miss": float(np.sqrt((miss**2).mean())),
                **dict(zip(names, group.mean(axis=0).tolist(), strict=True)),
            }
        )
    return pd.DataFrame(rows)
