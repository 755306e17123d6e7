"""Absorption ratio: how far returns of sectors move together."""

import math

import numpy as np

from agents.arrays import Floats

SQUARINGS = 5
"""Squarings of the matrix, so that the iteration runs on its thirty-second power."""
ITERATIONS = 8
"""Steps of the iteration: a gap of a tenth between eigenvalues is resolved to eleven digits."""
LEAST_LENGTH = 1e-14
"""Length under which a vector is rounding error."""


def absorption_ratio(returns: Floats, share_of_vectors: float) -> float:
    """Part of the variance of returns that the first few principal components explain, 0..1.

    AR = sum of the n largest eigenvalues of the correlation matrix / sum of all,  n = share of vectors * series

    Close to one, all sectors move as one and a loss spreads to all; n is rounded, at least one. Returns are
    standardised over the window, so that a calm sector counts as much as a lively one; a series that does not move is
    left out. Of fewer than two series or months nothing can be said: one (Kritzman, Li, Page and Rigobon 2011,
    Principal components as a measure of systemic risk, Journal of Portfolio Management 37). Parameter
    `absorption_vector_share`.

    Parameters
    ----------
    returns
        Returns by month, shape (months, series).
    """
    if len(returns) < 2:
        return 1.0
    centred = returns - returns.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    moves = spread > np.finfo(np.float64).eps * np.abs(returns).max(initial=0.0)
    if moves.sum() < 2:
        return 1.0
    scores = centred[:, moves] / spread[moves]
    correlations = _product(scores.T, scores) / len(scores)
    kept = min(max(1, round(share_of_vectors * returns.shape[1])), len(correlations))
    return float(np.clip(_largest_eigenvalues(correlations, kept) / np.trace(correlations), 0.0, 1.0))


def _product(left: Floats, right: Floats) -> Floats:
    """Matrix product by sums of numpy: a library of linear algebra rounds as the processor's kernels do."""
    return np.asarray(np.add.reduce(left[:, :, None] * right[None], axis=1))


def _largest_eigenvalues(matrix: Floats, count: int) -> float:
    """Sum of the largest eigenvalues of a symmetric matrix without negative ones, by orthogonal iteration.

    The iteration runs on a high power of the matrix, which has the same eigenvectors and parts them sooner.
    """
    power = matrix
    for _ in range(SQUARINGS):
        power = _product(power, power)
        power /= power.trace()
    basis = power[:, np.argsort(-np.diag(power), kind="stable")[:count]].copy()
    for _ in range(ITERATIONS):
        basis = _product(power, basis)
        vectors = list(basis.T)
        for place, vector in enumerate(vectors):
            for before in vectors[:place]:
                vector -= np.add.reduce(before * vector) * before
            length = math.sqrt(np.add.reduce(vector * vector))
            # Of a matrix of lower rank nothing is left for the last vectors.
            if length > LEAST_LENGTH:
                vector /= length
            else:
                vector[:] = 0.0
    return float((basis * _product(matrix, basis)).sum())
