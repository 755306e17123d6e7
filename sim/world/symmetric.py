"""Eigenvalues of small symmetric matrices, with the bits of every processor."""

import math

import numpy as np

from agents.arrays import Floats

SWEEPS = 30
"""Far more than a small matrix needs: each sweep squares the elements beside the diagonal."""


def eigenvectors(matrix: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues in ascending order and the eigenvectors, one a column, of a symmetric matrix (n, n).

    By Jacobi's rotations in plain arithmetic, whose bits no library decides. The sign of a vector is that of LAPACK,
    because two square roots of a covariance, equally good, give different draws.
    """
    size = len(matrix)
    left = matrix.tolist()
    found = [[float(row == column) for column in range(size)] for row in range(size)]
    for _ in range(SWEEPS):
        if all(left[row][column] == 0.0 for row in range(size) for column in range(row)):
            break
        for p in range(size - 1):
            for q in range(p + 1, size):
                _rotate(left, found, p, q)
    order = sorted(range(size), key=lambda place: left[place][place])
    values = np.array([left[place][place] for place in order])
    vectors = np.array(found)[:, order]
    usual = np.linalg.eigh(matrix)[1]
    return values, np.where((usual * vectors).sum(axis=0) < 0.0, -vectors, vectors)


def _rotate(left: list[list[float]], found: list[list[float]], p: int, q: int) -> None:
    """Turn rows and columns p and q so that the place they share becomes zero."""
    size, shared = len(left), left[p][q]
    if abs(shared) < 1e-300:
        left[p][q] = left[q][p] = 0.0
        return
    slope = (left[q][q] - left[p][p]) / (2.0 * shared)
    tangent = math.copysign(1.0, slope) / (abs(slope) + math.sqrt(slope * slope + 1.0))
    cosine = 1.0 / math.sqrt(tangent * tangent + 1.0)
    sine = tangent * cosine
    left[p][p] -= tangent * shared
    left[q][q] += tangent * shared
    left[p][q] = left[q][p] = 0.0
    for k in range(size):
        if k not in (p, q):
            first, second = left[k][p], left[k][q]
            left[k][p] = left[p][k] = cosine * first - sine * second
            left[k][q] = left[q][k] = sine * first + cosine * second
        first, second = found[k][p], found[k][q]
        found[k][p] = cosine * first - sine * second
        found[k][q] = sine * first + cosine * second
