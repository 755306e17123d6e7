"""Bootstrap intervals of paired differences."""

from collections.abc import Callable
from typing import Any

import numpy as np

from agents.arrays import Floats
from scenarios.counts import checked_level
from sim.experiments.least_runs import LEAST_FOR_INTERVAL

RESAMPLES = 2000
"""Bootstrap samples behind an interval."""


def interval(gaps: Floats, level: float = 0.95, statistic: Callable[..., Any] = np.median) -> tuple[float, float]:
    """Bootstrap interval of a median or another statistic: percentiles over resamples, with a fixed seed.

    NaN below `least_runs.LEAST_FOR_INTERVAL` values: so few have no interval worth the name.

    Raises
    ------
    scenarios.InputError
        If the level is not between 0 and 1.
    """
    from scipy import stats

    level = checked_level(level)
    if len(gaps) < LEAST_FOR_INTERVAL:
        return np.nan, np.nan
    if np.ptp(gaps) == 0.0:
        return float(gaps[0]), float(gaps[0])
    drawn = stats.bootstrap(
        (gaps,),
        statistic,
        n_resamples=RESAMPLES,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(0),
    )
    return float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)
