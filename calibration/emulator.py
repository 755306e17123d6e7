"""A fast stand-in for runs of the past: a Gaussian process for each moment over the searched parameters."""

import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from agents.arrays import Floats, Integers

LENGTHS = (0.3, 30.0)
"""Bounds of length scales, in widths of the prior: a long one says that a parameter does not matter."""
NOISE = (1e-3, 2.0)
"""Bounds of the share of variance due to random draws and the other parameters."""
LEAST_SPREAD = 1e-12
CHUNK = 8192
"""Points that are worked on at once."""


@dataclass(frozen=True)
class Emulator:
    """Gaussian processes with a squared exponential kernel of one length for each parameter, and noise.

    moment_k(u) = mean_k + sd_k * (f_k(u) + noise_k),  f_k ~ GP(0, signal_k * exp(-1/2 sum_j ((u_j - v_j) / l_kj)^2))

    `points` are quantiles in the prior, shape (runs, parameters). The noise contains the variance that the searched
    parameters do not explain: random draws, and the draw of all other parameters.
    """

    points: Floats
    values: Floats
    """Moments of the runs, shape (runs, moments)."""
    lengths: Floats
    """Shape (moments, parameters)."""
    signal: Floats
    noise: Floats
    """Variances of f and of the noise over the variance of the moment, shape (moments,)."""

    @classmethod
    def fitted(cls, points: Floats, values: Floats) -> Self:
        """Choose lengths and variances of each moment by marginal likelihood.

        Parameters
        ----------
        points
            Shape (runs, parameters), quantiles.
        values
            Shape (runs, moments).
        """
        parameters = points.shape[1]
        lengths, signal, noise = [], [], []
        for column in ((values - np.median(values, axis=0)) / np.maximum(values.std(axis=0), LEAST_SPREAD)).T:
            kernel = ConstantKernel(0.7, (1e-3, 10.0)) * RBF(np.ones(parameters), LENGTHS) + WhiteKernel(0.3, NOISE)
            process = GaussianProcessRegressor(kernel)
            with warnings.catch_warnings():
                # A length at its bound says that the parameter plays no part; that is a finding and no failure.
                warnings.simplefilter("ignore", ConvergenceWarning)
                process.fit(points, column)
            signal.append(process.kernel_.k1.k1.constant_value)
            lengths.append(process.kernel_.k1.k2.length_scale)
            noise.append(process.kernel_.k2.noise_level)
        return cls(points, values, np.array(lengths), np.array(signal), np.array(noise))

    def _kernel(self, moment: int, left: Floats, right: Floats) -> Floats:
        scaled = cdist(left / self.lengths[moment], right / self.lengths[moment], "sqeuclidean")
        return np.asarray(self.signal[moment] * np.exp(-0.5 * scaled))

    @cached_property
    def _standard(self) -> tuple[Floats, Floats, Floats]:
        """Standardised moments, their centre and their spread."""
        centre = np.median(self.values, axis=0)
        spread = np.maximum(self.values.std(axis=0), LEAST_SPREAD)
        return (self.values - centre) / spread, centre, spread

    @cached_property
    def _weights(self) -> Floats:
        """K^-1 y of each moment, shape (runs, moments)."""
        return np.stack([cho_solve(self._factor(m), self._standard[0][:, m]) for m in range(len(self.noise))], axis=1)

    def _factor(self, moment: int) -> tuple[Floats, bool]:
        inner = self._kernel(moment, self.points, self.points) + self.noise[moment] * np.eye(len(self.points))
        factor, lower = cho_factor(inner, lower=True)
        return np.asarray(factor), bool(lower)

    def mean(self, points: Floats) -> Floats:
        """Expected moments at points of the unit cube, shape (points, moments)."""
        _, centre, spread = self._standard
        result = np.empty((len(points), len(self.noise)))
        for start in range(0, len(points), CHUNK):
            part = points[start : start + CHUNK]
            for moment in range(len(self.noise)):
                kernel = self._kernel(moment, part, self.points)
                result[start : start + CHUNK, moment] = kernel @ self._weights[:, moment]
        return np.asarray(centre + spread * result)

    def without(self, rows: Integers) -> "Emulator":
        """The same processes without some runs."""
        kept = np.setdiff1d(np.arange(len(self.points)), rows)
        return replace(self, points=self.points[kept], values=self.values[kept])

    def residuals(self) -> Floats:
        """Moments of each run less their prediction from the other runs, shape (runs, moments).

        residual_i = [K^-1 y]_i / [K^-1]_ii; source: Rasmussen and Williams (2006), section 5.4.2.
        """
        standard, _, spread = self._standard
        result = np.empty_like(standard)
        for moment in range(standard.shape[1]):
            inverse = cho_solve(self._factor(moment), np.eye(len(self.points)))
            result[:, moment] = self._weights[:, moment] / np.diag(inverse)
        return np.asarray(result * spread)
