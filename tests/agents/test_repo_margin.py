"""Rules of margins on repo, by hand."""

import numpy as np
import pytest

from agents.repo_margin import margin_slope, market_depth_bn, pledged_bonds_bn, price_deviation


def test_what_is_pledged_is_worth_the_repo_and_the_haircut():
    np.testing.assert_allclose(pledged_bonds_bn(np.array([95.0, 0.0]), 0.05), [100.0, 0.0])


def test_a_month_of_turnover_at_one_deviation_moves_the_price_by_the_deviation_over_the_coefficient():
    deviation = price_deviation(4.0, 0.2)
    assert deviation == pytest.approx(0.008)
    depth = market_depth_bn(20_000.0, deviation, 0.4)
    assert 20_000.0 / depth == pytest.approx(0.008 / 0.4)


def test_depth_of_a_month_is_the_square_root_rule_over_its_days():
    days, a_month = 21.0, 20_000.0
    of_days = 0.4 * (a_month / days) / (0.008 / np.sqrt(days)) * np.sqrt(days)
    assert market_depth_bn(a_month, 0.008, 0.4) == pytest.approx(of_days)


def test_margins_rise_in_proportion_to_volatility():
    """Sales of a hundredth of the turnover raise log volatility by 0.02, and so the margin by 2 % of it."""
    traded, depth = 20_000.0, 1_000_000.0
    fall = 0.01 * traded / depth
    assert margin_slope(0.05, 2.0, traded, depth) * fall == pytest.approx(0.05 * 0.02)
    assert margin_slope(0.05, 0.0, traded, depth) == 0.0
