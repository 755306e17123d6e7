"""The posterior of the searched parameters: how well each point of the prior meets the moments of 2016-2020.

Points are quantiles in the priors, so that the prior is uniform on the unit cube.
"""

from dataclasses import dataclass

import emcee
import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from agents.arrays import Flags, Floats
from calibration.emulator import Emulator
from scenarios.bounds import for_library

WALKERS = 64
STEPS = 3000
BURNT = 1000
THINNED_BY = 25
START_SPREAD = 0.05
GRID = 2**15
"""Points of the prior on which posteriors of many data sets are weighted."""


@dataclass(frozen=True)
class Likelihood:
    """Normal likelihood of the observed moments.

    ln L(u) = -1/2 (y - m(u))' C^-1 (y - m(u)) + const,  C = diag(tolerance^2) + cov(residuals)

    The residuals of left-out runs contain random draws, the parameters that are not searched, and the emulator's error;
    the tolerances stand for errors of the data and of the model's structure.
    """

    covariance: Floats
    """Shape (moments, moments)."""

    @classmethod
    def of(cls, emulator: Emulator, tolerance: Floats) -> "Likelihood":
        """The likelihood of an emulator's moments with these tolerances, shape (moments,)."""
        residuals = clipped(emulator.residuals())
        return cls(np.diag(tolerance**2) + np.cov(residuals, rowvar=False))

    def log(self, expected: Floats, observed: Floats, used: Flags | None = None) -> Floats:
        """Log likelihood without its constant, shape (points,).

        Parameters
        ----------
        expected
            Expected moments at points, shape (points, moments).
        observed
            Shape (moments,).
        used
            Which moments count, shape (moments,), flags; all when None.
        """
        keep = np.ones(len(observed), dtype=bool) if used is None else used.astype(bool)
        miss = (observed - expected)[:, keep]
        factor = cho_factor(self.covariance[np.ix_(keep, keep)], lower=True)
        return np.asarray(-0.5 * np.einsum("ij,ji->i", miss, cho_solve(factor, miss.T)))


def clipped(residuals: Floats, bound: float = 4.0) -> Floats:
    """Residuals with the few beyond `bound` robust standard deviations pulled in: flows near zero have wild logs."""
    spread = 1.4826 * np.median(np.abs(residuals - np.median(residuals, axis=0)), axis=0)
    return np.asarray(np.clip(residuals, -bound * spread, bound * spread))


def prior_grid(parameters: int, seed: int = 7) -> Floats:
    """Points spread evenly over the prior, shape (GRID, parameters)."""
    return np.asarray(qmc.Sobol(parameters, seed=seed).random(GRID))


def weights(log_likelihood: Floats) -> Floats:
    """Normalised weights of points of the prior, shape (points,)."""
    raised = np.exp(log_likelihood - log_likelihood.max())
    return np.asarray(raised / raised.sum())


def effective(weight: Floats) -> float:
    """Number of points that still count: 1 / sum w^2."""
    return float(1.0 / (weight**2).sum())


@dataclass(frozen=True)
class Sampled:
    """Draws of the posterior."""

    points: Floats
    """Shape (draws, parameters), quantiles in the priors."""
    acceptance: float
    autocorrelation: float
    """Longest autocorrelation time of a parameter, steps."""


def sampled(
    emulator: Emulator, likelihood: Likelihood, observed: Floats, seed: int = 1, used: Flags | None = None
) -> Sampled:
    """Draw from the posterior with the affine-invariant sampler of emcee, from the best points of the prior.

    The walk is over normal scores of the quantiles, x = Phi^-1(u), which have no walls; their prior is standard normal.
    `used` says which moments count, as in `Likelihood.log`.
    """
    parameters = emulator.points.shape[1]

    def log_likelihood(points: Floats) -> Floats:
        return likelihood.log(emulator.mean(points), observed, used)

    def log_posterior(scores: Floats) -> Floats:
        return np.asarray(log_likelihood(ndtr(scores)) - 0.5 * (scores**2).sum(axis=1))

    grid = prior_grid(parameters)
    weight = weights(log_likelihood(grid))
    rng = np.random.default_rng(seed)
    start = ndtri(grid[rng.choice(len(grid), WALKERS, p=weight)])
    sampler = emcee.EnsembleSampler(WALKERS, parameters, log_posterior, vectorize=True)
    sampler.random_state = np.random.RandomState(for_library(seed)).get_state()
    sampler.run_mcmc(start + START_SPREAD * rng.standard_normal(start.shape), STEPS)
    longest = float(np.max(sampler.get_autocorr_time(discard=BURNT, quiet=True, tol=0)))
    points = ndtr(sampler.get_chain(discard=BURNT, thin=THINNED_BY, flat=True))
    return Sampled(np.asarray(points), float(np.mean(sampler.acceptance_fraction)), longest)
