"""Absorption ratio: how far returns of sectors move together."""

import numpy as np

from agents.arrays import Floats


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
    # The smaller of the two products has the same eigenvalues but for zeros.
    wide = scores.shape[1] > scores.shape[0]
    eigenvalues = np.linalg.eigvalsh(scores @ scores.T if wide else scores.T @ scores)
    kept = max(1, round(share_of_vectors * returns.shape[1]))
    return float(np.clip(eigenvalues[-kept:].sum() / eigenvalues.sum(), 0.0, 1.0))
