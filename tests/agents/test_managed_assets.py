import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.managed_assets import class_returns, net_flows, redeemed_share, trailing_excess_return

WEIGHTS = np.array([0.0, 0.5, 1.0])


def test_in_a_quiet_month_bonds_earn_their_yield_and_shares_the_index():
    np.testing.assert_allclose(class_returns(WEIGHTS, 0.02, 3.6, 0.0, 3.0), [0.003, 0.0115, 0.02])


@given(st.floats(0.01, 2.0))
def test_rising_yields_cost_bond_holders_by_duration_and_shareholders_nothing(rise):
    fall = class_returns(WEIGHTS, 0.0, 3.0, rise, 3.0) - class_returns(WEIGHTS, 0.0, 3.0, 0.0, 3.0)
    np.testing.assert_allclose(fall, [-0.03 * rise, -0.015 * rise, 0.0], atol=1e-15)


def test_a_steady_excess_adds_up_to_that_of_twelve_months():
    trailing = np.zeros(1)
    for _ in range(200):
        trailing = trailing_excess_return(trailing, np.array([0.005]))
    assert trailing[0] == pytest.approx(0.06)


def test_an_old_success_fades():
    trailing = np.array([0.1])
    for _ in range(12):
        trailing = trailing_excess_return(trailing, np.zeros(1))
    assert trailing[0] == pytest.approx(0.1 * (11 / 12) ** 12)


@given(st.floats(0.01, 0.5), st.floats(0.1, 3.0))
def test_money_goes_to_winners_and_leaves_losers_against_the_same_trend(excess, sensitivity):
    lost, normal, won = net_flows(np.full(3, 12.0), np.array([-excess, 0.0, excess]), 0.1, sensitivity)
    assert lost < normal < won
    assert normal == pytest.approx(0.1)
    assert won - normal == pytest.approx(sensitivity * excess)


def test_no_client_takes_more_than_is_there():
    assert net_flows(np.array([5.0]), np.array([-100.0]), 0.1, 3.0)[0] == -5.0
    assert net_flows(np.array([0.0]), np.array([1.0]), 0.1, 0.8)[0] == 0.0


@given(st.floats(0.0, 0.5), st.floats(10.0, 300.0))
def test_redemptions_are_in_proportion_to_conduct_and_leave_something(share, events):
    assert redeemed_share(share, 100.0, 100.0, 0.9) == share
    assert redeemed_share(share, events, 100.0, 0.9) == pytest.approx(min(0.9, share * events / 100.0))
