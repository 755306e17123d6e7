"""A pool of predictive distributions: the model with its discrepancy and rules that know no model."""

from collections.abc import Mapping
from functools import cache
from itertools import combinations

import numpy as np
from scipy.special import ndtri

from agents.arrays import Floats
from calibration.error_correction import RULE as ERROR_CORRECTION
from calibration.error_correction import error_correction
from calibration.naive import NaiveForecast, simple_forecasts_from
from calibration.shrunk_drift import RULE as SHRUNK_DRIFT
from calibration.shrunk_drift import Shrinkage, shrunk_drift

MODEL = "model with discrepancy"
COMPONENTS = (MODEL, "drift", "no change", ERROR_CORRECTION, SHRUNK_DRIFT)
IN_YUAN = ("turnover_total", "direct_financing", "foreign_bond_holdings", "panda_issuance", "panda_cumulative")
"""Indicators that are amounts of money, which may be tied to nominal product."""
SAMPLE = 2000
"""Points by which a pooled distribution is represented."""
GRID_STEPS = 20
"""Steps of a weight from 0 to 1 in the search."""


def rules_of_pool(
    indicator: str,
    past: Mapping[int, float],
    product: Mapping[int, float],
    origin: int,
    year: int,
    shrinkage: Shrinkage | None = None,
) -> dict[str, NaiveForecast]:
    """Forecasts of the pool's rules from what was known at an origin; those without a distribution are left out.

    Parameters
    ----------
    indicator
        What is forecast.
    past, product
        Its values and nominal product by year; later years than `origin` play no part.
    origin, year
        Last year that is known, and the year to forecast.
    shrinkage
        Prior of the shrunk drift, learned from data to the origin; without one that rule is left out.
    """
    found = simple_forecasts_from(past, origin, year)
    if indicator in IN_YUAN:
        tied = {ERROR_CORRECTION: error_correction(past, product, origin, year)}
        if shrinkage is not None:
            tied[SHRUNK_DRIFT] = shrunk_drift(past, product, origin, year, shrinkage)
        found |= {rule: forecast for rule, forecast in tied.items() if forecast is not None}
    return {rule: found[rule] for rule in COMPONENTS if rule in found and found[rule].distributed}


def normal_log_density(value: float, mean: float, variance: float) -> float:
    """Log density of a normal distribution."""
    return float(-0.5 * (np.log(2.0 * np.pi * variance) + (value - mean) ** 2 / variance))


def best_weights(log_densities: Floats) -> Floats:
    """Weights of a linear pool with the highest log score, shape (components,).

    w = argmax sum_n ln( sum_k w_k p_nk / sum_k w_k [p_nk known] )  over the simplex, on a grid

    A distribution that is missing in one forecast (NaN) is left out there and the others share its weight. Of equal
    scores the weights nearest to equal ones are taken.

    Parameters
    ----------
    log_densities
        Log predictive density of each observation under each component, shape (forecasts, components).

    Source: Geweke and Amisano 2011, Optimal prediction pools.
    """
    components = log_densities.shape[1]
    grid = _simplex(components)
    there = np.isfinite(log_densities)
    density = np.exp(np.where(there, log_densities, -np.inf))
    weight_there = grid @ there.T.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = np.where(weight_there > 0.0, np.log(grid @ density.T / weight_there), -np.inf).sum(axis=1)
    distance = np.square(grid - 1.0 / components).sum(axis=1)
    best = np.flatnonzero(scores >= scores.max() - 1e-9)
    return np.asarray(grid[best[np.argmin(distance[best])]])


@cache
def _simplex(components: int) -> Floats:
    """Weights on a grid that add up to one, shape (points, components)."""
    ends = range(GRID_STEPS + components - 1)
    bars = np.array([(-1, *each, len(ends)) for each in combinations(ends, components - 1)])
    return np.asarray((np.diff(bars, axis=1) - 1) / GRID_STEPS)


def shrunk(weights: Floats, origins: int) -> Floats:
    """Weights between those of the highest log score and equal ones, shape (components,).

    lambda w + (1 - lambda) / K,  lambda = O / (O + K)

    with O origins and K components: forecasts of one origin share their errors, so origins count and not forecasts, and
    equal weights count as much as one origin for each component (judgement: no such history can tell weights from equal
    ones; source for shrinkage: Stock and Watson 2004, Smith and Wallis 2009).
    """
    components = len(weights)
    part = origins / (origins + components)
    return np.asarray(part * weights + (1.0 - part) / components)


def lognormal_points(forecast: NaiveForecast, points: int) -> Floats:
    """Points of equal probability of a rule's distribution, shape (points,)."""
    return np.asarray(forecast.median * np.exp(forecast.log_sd * ndtri((np.arange(points) + 0.5) / points)))


def pooled(model: Floats, rules: Mapping[str, NaiveForecast], weights: Mapping[str, float]) -> Floats:
    """Linear pool as points of equal probability, about SAMPLE in number.

    Parameters
    ----------
    model
        Points of equal probability of the model with discrepancy, shape (points,).
    rules
        Forecasts with distributions by rule.
    weights
        By component; the weights of those that are there are scaled to a sum of one.
    """
    there = {name: weights.get(name, 0.0) for name in (MODEL, *rules)}
    whole = sum(there.values())
    if whole <= 0.0:
        return model
    parts = []
    for name, weight in there.items():
        count = round(SAMPLE * weight / whole)
        if count > 0 and name == MODEL:
            parts.append(np.quantile(model, (np.arange(count) + 0.5) / count))
        elif count > 0:
            parts.append(lognormal_points(rules[name], count))
    return np.concatenate(parts)
