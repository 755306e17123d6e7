"""Liquidity: depth from turnover, the premium from depth, turnover from the premium."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.liquidity import liquidity_premium_bp, log_depth, turnover_by_foreigners, turnover_by_liquidity


def test_depth_is_turnover_over_the_stock_against_that_of_2020():
    np.testing.assert_allclose(log_depth(np.array([0.2, 0.1]), np.array([0.1, 0.1])), [np.log(2.0), 0.0])


def test_a_deeper_market_is_cheaper_by_its_elasticity():
    np.testing.assert_allclose(liquidity_premium_bp(25.0, np.log(np.array([1.0, 2.0])), 1.0), [25.0, 12.5])
    np.testing.assert_allclose(turnover_by_liquidity(np.array([1.0, 0.25]), 0.5), [1.0, 2.0])


def test_foreigners_bring_their_part_of_turnover():
    part = np.array([0.02, 0.05])
    np.testing.assert_allclose(
        turnover_by_foreigners(np.array([0.06, 0.0]), np.array([0.03, 0.03]), part), [1.02, 0.95]
    )


@given(st.floats(0.05, 0.9), st.floats(0.05, 0.9), st.floats(0.5, 0.99))
def test_the_loop_of_depth_and_premium_settles_at_more_than_the_first_step(by_depth, by_cost, cheaper):
    """A cut of what a market of a given depth costs: the fixed point is the geometric sum of the loop."""
    depth = np.zeros(1)
    for _ in range(400):
        premium = liquidity_premium_bp(25.0 * cheaper, depth, by_depth)
        depth = np.log(turnover_by_liquidity(premium / 25.0, by_cost))
    first = -by_cost * np.log(cheaper)
    assert depth[0] == pytest.approx(first / (1.0 - by_depth * by_cost), rel=1e-6)
    assert depth[0] > first
