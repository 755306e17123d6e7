"""Balance sheets of firms, by hand values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.firm_balance import (
    GAP_BOUND,
    balance_sheet_default_terms,
    log_leverage_gap,
    next_market_habit,
    next_own_return,
    overdraft_share,
    retained_earnings_bn,
    return_gap,
)


def gap(debt, cash, assets, target=0.5):
    return float(log_leverage_gap(*(np.array([each]) for each in (debt, cash, assets, target)))[0])


def test_leverage_counts_an_overdraft_as_debt_and_idle_cash_as_an_asset():
    assert gap(50.0, 0.0, 100.0) == pytest.approx(0.0)
    assert gap(50.0, -10.0, 100.0) == pytest.approx(np.log(0.6 / 0.5))
    assert gap(50.0, 25.0, 100.0) == pytest.approx(np.log(0.4 / 0.5))
    assert gap(50.0, 0.0, 0.0) == gap(0.0, 0.0, 100.0) == 0.0
    assert gap(1e9, 0.0, 1.0) == GAP_BOUND


@given(st.floats(0.1, 0.9), st.floats(1.0, 1e4))
def test_at_the_normal_return_assets_grow_as_needs_do_and_leverage_stays(target, assets):
    debt, growth = target * assets, 0.12
    retained = retained_earnings_bn(np.array([assets]), np.array([target]), growth, np.zeros(1))[0]
    after = assets + retained + growth / 12.0 * debt
    assert gap(debt * (1.0 + growth / 12.0), 0.0, after, target) == pytest.approx(0.0, abs=1e-9)


def test_a_loss_takes_no_more_than_all_assets():
    lost = retained_earnings_bn(np.array([10.0, 10.0]), np.array([0.5, 0.5]), 0.1, np.array([-0.29, -100.0]))
    np.testing.assert_allclose(lost, [10.0 / 12.0 * (0.05 - 0.29), -10.0])


def test_returns_follow_the_economy_and_an_own_deviation_that_fades():
    np.testing.assert_allclose(return_gap(-2.0, 0.5, np.array([0.0, 0.03])), [-0.01, 0.02])
    np.testing.assert_allclose(next_own_return(np.array([0.1]), 0.9, 0.05, np.zeros(1)), [0.09])
    np.testing.assert_allclose(next_own_return(np.zeros(1), 0.6, 0.05, np.ones(1)), [0.04])


def test_leverage_losses_and_overdrafts_make_default_more_likely():
    share = overdraft_share(np.array([100.0, 100.0, 0.0]), np.array([5.0, -25.0, -1.0]))
    assert share.tolist() == [0.0, 0.25, 1.0]
    one = np.ones(1)
    leverage, returns, overdraft = balance_sheet_default_terms(0.2 * one, -0.05 * one, 0.25 * one, 1.5, 10.0, 4.0)
    assert (leverage[0], returns[0], overdraft[0]) == pytest.approx((0.3, 0.5, 1.0))


def test_habit_follows_what_was_raised_and_waits_where_nothing_was():
    habit = next_market_habit(np.array([0.5, 0.5, 0.5]), np.array([1.0, 0.0, 0.0]), np.array([1.0, 2.0, 0.0]), 24.0)
    weight = 1.0 - np.exp(-1.0 / 24.0)
    np.testing.assert_allclose(habit, [0.5 + 0.5 * weight, 0.5 - 0.5 * weight, 0.5])
