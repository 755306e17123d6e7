"""Approximate Bayesian computation with regression adjustment: a posterior from the runs themselves, no emulator."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from agents.arrays import Floats

ACCEPTED = 0.5
"""Share of the runs, the nearest to the data, that the regression is fitted to."""
REPLICATES = 8
"""Draws of the tolerance that each run is given."""
RIDGE = 1e-6
"""Share of the mean variance of the moments that keeps the regression solvable."""
EDGE = 1e-6


class Draws(NamedTuple):
    """Weighted draws of a posterior."""

    points: Floats
    """Quantiles in the priors, shape (draws, parameters)."""
    weights: Floats
    """Shape (draws,), which add up to one."""


def with_tolerance(values: Floats, tolerance: Floats, seed: int, replicates: int = REPLICATES) -> Floats:
    """Moments with draws of the tolerance, shape (replicates * runs, moments): what an observation of a run might be.

    Errors of data and structure are part of the data's distribution, as in the likelihood of an emulator (source:
    Wilkinson 2013, Approximate Bayesian computation gives exact results under the assumption of model error).
    """
    rng = np.random.default_rng(seed)
    repeated = np.tile(values, (replicates, 1))
    return np.asarray(repeated + tolerance * rng.standard_normal(repeated.shape))


def regression_adjusted(points: Floats, noisy: Floats, observed: Floats, accepted: float = ACCEPTED) -> Draws:
    """Draws of the posterior given observed moments.

    x* = x - B' (s - y),  x = Phi^-1(u)

    B is the regression of normal scores of the parameters on the moments s among the `accepted` share of runs that are
    nearest to the data y, with Epanechnikov weights 1 - (d / h)^2 of the distance d, in standard deviations of each
    moment; h is the distance of the farthest run accepted.

    Parameters
    ----------
    points
        Quantiles of runs that are spread over the prior, shape (runs, parameters).
    noisy
        Their moments with tolerance, shape (replicates * runs, moments), see `with_tolerance`.
    observed
        Shape (moments,).
    accepted
        Share of the runs that count.

    Source: Beaumont, Zhang and Balding 2002, Approximate Bayesian computation in population genetics, Genetics 162.
    """
    centre, spread = noisy.mean(axis=0), noisy.std(axis=0)
    usable = spread > 0.0
    standard, data = ((each - centre)[..., usable] / spread[usable] for each in (noisy, observed))
    distance = np.sqrt(((standard - data) ** 2).sum(axis=1))
    width = float(np.quantile(distance, accepted))
    near = distance < width if width > 0.0 else distance <= width
    weight = 1.0 - (distance[near] / width) ** 2 if width > 0.0 else np.ones(int(near.sum()))
    weight = weight / weight.sum()
    scores = ndtri(np.clip(np.tile(points, (len(noisy) // len(points), 1)), EDGE, 1.0 - EDGE))[near]
    apart = standard[near] - data
    design = np.column_stack([np.ones(len(apart)), apart])
    weighted = design * weight[:, None]
    inner = weighted.T @ design
    inner[1:, 1:] += RIDGE * np.trace(inner[1:, 1:]) / max(apart.shape[1], 1) * np.eye(apart.shape[1])
    slopes = np.linalg.solve(inner, weighted.T @ scores)[1:]
    return Draws(np.asarray(ndtr(scores - apart @ slopes)), weight)
