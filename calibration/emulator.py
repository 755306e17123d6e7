"""A fast stand-in for runs of the past: a Gaussian process for each moment over the searched parameters."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize
from scipy.spatial.distance import cdist

from agents.arrays import Floats, Integers

LENGTHS = (0.3, 30.0)
"""Bounds of length scales, in widths of the prior: a long one says that a parameter does not matter."""
NOISE = (1e-3, 2.0)
"""Bounds of the share of variance due to random draws and the other parameters."""
SIGNAL = (1e-3, 10.0)
"""Bounds of the share of variance that the searched parameters explain."""
STARTS = ((0.7, 1.0, 0.3), (0.3, 3.0, 0.7))
"""Signal, lengths and noise from which the likelihood is climbed; the highest end is kept."""
CLOSE_ENOUGH, STEPS = 1e-6, 100
"""Relative rise of the log likelihood below which a climb ends, and the most steps of one."""
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
        """Choose lengths and variances of each moment by marginal likelihood, from several starts.

        Parameters
        ----------
        points
            Shape (runs, parameters), quantiles.
        values
            Shape (runs, moments).
        """
        standard = (values - np.median(values, axis=0)) / np.maximum(values.std(axis=0), LEAST_SPREAD)
        found = [_most_likely(points, column) for column in standard.T]
        lengths, signal, noise = (np.array(part) for part in zip(*found, strict=True))
        return cls(points, values, lengths, signal, noise)

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


def _most_likely(points: Floats, standard: Floats) -> tuple[Floats, float, float]:
    """Lengths, shape (parameters,), signal and noise of one standardised moment at the highest likelihood found."""
    parameters = points.shape[1]
    bounds = [(float(np.log(low)), float(np.log(high))) for low, high in (SIGNAL, *[LENGTHS] * parameters, NOISE)]
    ends = [
        minimize(
            negative_log_likelihood,
            np.log([signal, *[length] * parameters, noise]).tolist(),
            (points, standard),
            "L-BFGS-B",
            jac=True,
            bounds=bounds,
            options={"ftol": CLOSE_ENOUGH, "maxiter": STEPS},
        )
        for signal, length, noise in STARTS
    ]
    best: Floats = np.exp(min(ends, key=lambda end: float(end.fun)).x)
    return best[1:-1], float(best[0]), float(best[-1])


def negative_log_likelihood(logs: Floats, points: Floats, standard: Floats) -> tuple[float, Floats]:
    """Negative log marginal likelihood of a process, and its gradient.

    -ln p(y) = 1/2 y' K^-1 y + 1/2 ln |K| + n/2 ln 2 pi,  K = signal exp(-1/2 sum_j ((u_j - v_j) / l_j)^2) + noise I
    d/d theta = 1/2 trace((K^-1 - a a') dK/d theta),  a = K^-1 y

    Parameters
    ----------
    logs
        Logs of the signal, of the lengths and of the noise, shape (parameters + 2,).
    points
        Shape (runs, parameters).
    standard
        The moment of the runs, standardised, shape (runs,).

    Source: Rasmussen and Williams (2006), equations 5.8 and 5.9. The sum over pairs of runs of the gradient by a length
    is two products of matrices: sum_ik m_ik (u_i - u_k)^2 = 2 (sum_i r_i u_i^2 - u' M u), r the sums of rows.
    """
    signal, lengths, noise = float(np.exp(logs[0])), np.exp(logs[1:-1]), float(np.exp(logs[-1]))
    scaled = points / lengths
    smooth = signal * np.exp(-0.5 * cdist(scaled, scaled, "sqeuclidean"))
    factor, _ = cho_factor(smooth + noise * np.eye(len(points)), lower=True)
    solved = cho_solve((factor, True), standard)
    half, _ = dpotri(factor, lower=1)
    inverse = np.tril(half) + np.tril(half, -1).T
    left = inverse - np.outer(solved, solved)
    weighted = left * smooth
    by_length = weighted.sum(axis=1) @ scaled**2 - np.einsum("ij,ij->j", scaled, weighted @ scaled)
    value = 0.5 * standard @ solved + np.log(np.diag(factor)).sum() + 0.5 * len(points) * np.log(2.0 * np.pi)
    gradient = np.concatenate([[0.5 * weighted.sum()], by_length, [0.5 * noise * np.trace(left)]])
    return float(value), np.asarray(gradient)
