"""The discrepancy between model and reality: how far the ensemble errs beyond its own spread."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from agents.arrays import Floats
from calibration.origin_forecasts import OriginForecast

LEAST_FORECASTS = 6
"""Forecasts below which a discrepancy is not identified."""
LEAST_ORIGINS = 3
"""Origins below which a discrepancy is not identified: with one left out, two remain."""
LARGEST = 2.0
"""Upper end of the search, log per root year: a factor of seven."""
STEP = 0.001
POINTS = 99
"""Points of the discrepancy's distribution by which each run is spread."""


def discrepancy_per_root_year(errors: Floats, variances: Floats, ahead: Floats) -> float:
    """Standard deviation of the discrepancy, log per root year, by maximum likelihood.

    y_h = m_h + e_h + delta_h in logs,  delta_h ~ N(0, tau^2 h),  e_h ~ N(0, v_h)

    tau maximises  -1/2 sum [ ln(v_h + tau^2 h) + (y_h - m_h)^2 / (v_h + tau^2 h) ]  on a grid from 0.

    Forecasts of one origin, and of one year, share errors. The sum takes each by itself, a composite likelihood: tau is
    consistent, but the curvature is no measure of its uncertainty.

    Parameters
    ----------
    errors
        Log of the observation less the mean log of the ensemble, shape (forecasts,).
    variances
        Variance of the ensemble's log, shape (forecasts,).
    ahead
        Years from the origin, shape (forecasts,).

    Source: Kennedy and O'Hagan 2001; Brynjarsdottir and O'Hagan 2014; Varin, Reid and Firth 2011 on composite
    likelihoods.
    """
    grid = np.arange(0.0, LARGEST + STEP, STEP)
    whole = np.maximum(variances + np.square(grid)[:, None] * ahead, 1e-12)
    score = -0.5 * (np.log(whole) + np.square(errors) / whole).sum(axis=1)
    return float(grid[int(np.argmax(score))])


def discrepancy_of(forecasts: Sequence[OriginForecast], *, leaving_out: bool = False) -> float:
    """Discrepancy of one indicator, log per root year; NaN where so few forecasts do not identify it.

    Parameters
    ----------
    forecasts
        Those of one indicator.
    leaving_out
        One origin is left out: two others are enough, of however many years.
    """
    origins = len({each.origin for each in forecasts})
    if origins < LEAST_ORIGINS - leaving_out or (len(forecasts) < LEAST_FORECASTS and not leaving_out):
        return float("nan")
    return discrepancy_per_root_year(
        np.array([each.log_error for each in forecasts]),
        np.array([each.log_variance for each in forecasts]),
        np.array([each.ahead for each in forecasts], dtype=np.float64),
    )


def with_discrepancy(members: Floats, per_root_year: float, ahead: int) -> Floats:
    """Values of an ensemble with the discrepancy about each run, shape (runs * POINTS,).

    x * exp(tau sqrt(h) Phi^-1((k - 1/2) / K)),  k = 1..K

    The median of each run stays, and no random number is drawn. Without a discrepancy (0 or NaN) the runs are returned.

    Parameters
    ----------
    members
        Values over the runs, shape (runs,).
    per_root_year
        Standard deviation of the discrepancy, log per root year.
    ahead
        Years from the origin.
    """
    if not per_root_year > 0.0:
        return members
    factors = np.exp(per_root_year * np.sqrt(ahead) * ndtri((np.arange(POINTS) + 0.5) / POINTS))
    return np.asarray((members[:, None] * factors).ravel())
