"""DebtRank of a network as large as the city's, against products of a sparse matrix and a vector."""

import time

import numpy as np
import pytest
from scipy import sparse

from sim import stress

INSTITUTIONS, DENSITY, LEVERAGE = 1674, 0.01, 0.8
"""As many as there are licensed institutions, with 28,000 claims of four fifths of equity on average."""


def shortest(action, times=30):
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        spent.append(time.perf_counter() - start)
    return min(spent)


def rounds_of(leverage, shock):
    distress, rise, count = shock.copy(), shock, 0
    while rise.max() > 1e-12:
        after = np.minimum(1.0, distress + leverage @ rise)
        rise, distress, count = after - distress, after, count + 1
    return count


@pytest.mark.slow
def test_debtrank_costs_little_more_than_a_product_for_each_round(capsys):
    dice = np.random.default_rng(1)
    exposures = sparse.random_array((INSTITUTIONS, INSTITUTIONS), density=DENSITY, rng=dice, format="csr")
    exposures.setdiag(0.0)
    exposures.eliminate_zeros()
    equity = np.asarray(exposures.sum(axis=1)) / LEVERAGE + 1e-3
    shock = np.full(INSTITUTIONS, 0.01)
    vector = np.ones(INSTITUTIONS)
    product = shortest(lambda: exposures @ vector, 300)
    whole = shortest(lambda: stress.debtrank(exposures, equity, shock))
    rounds = rounds_of(sparse.csr_array(exposures / equity[:, None]), shock)
    ratio = whole / (rounds * product)
    with capsys.disabled():
        print(f"\nDebtRank of {INSTITUTIONS}: {1e3 * whole:.1f} ms, {rounds} rounds of {ratio:.1f} products")
    assert ratio < 5.0
