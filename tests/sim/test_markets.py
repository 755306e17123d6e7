import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.markets import (
    benchmark_use_share,
    foreign_open_interest_share,
    futures_activity,
    market_maker_gain,
    next_log_velocity,
    price_discovery_share,
    price_influence_index,
    repo_turns_per_month,
)

SHARE_2020 = np.array([0.28, 0.29, 0.12, 0.25])
WEIGHTS = np.array([0.35, 0.25, 0.25, 0.15])

# Money market


def test_overnight_money_turns_every_trading_day_and_term_money_once_in_its_term():
    assert repo_turns_per_month(20.0, 1.0, 15.0) == 20.0
    assert repo_turns_per_month(20.0, 0.0, 10.0) == 2.0
    assert repo_turns_per_month(20.25, 0.37, 15.0) == pytest.approx(20.25 * (0.37 + 0.63 / 15.0))
    assert repo_turns_per_month(20.25, 0.37, 15.0) == pytest.approx(8.3, abs=0.1)


@given(st.floats(15, 23), st.floats(0, 1), st.floats(0, 1), st.floats(1, 60), st.floats(1, 60))
def test_shorter_money_turns_more_often(days, few, many, short, long):
    few, many = sorted((few, many))
    short, long = sorted((short, long))
    assert repo_turns_per_month(days, few, short) <= repo_turns_per_month(days, many, short) + 1e-9
    assert repo_turns_per_month(days, many, long) <= repo_turns_per_month(days, many, short) + 1e-9
    assert repo_turns_per_month(days, many, 1.0) == pytest.approx(days)


# Shares


def volume(now=0.0, volatility=0.0, month=0.0, before=0.0, noise=0.0, volatility_before=0.0):
    return next_log_velocity(now, volatility, volatility_before, month, before, 0.75, 0.28, -0.5, 2.8, 0.3, noise)


@given(st.floats(-2, 2), st.floats(-1, 1), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(0.01, 0.3))
def test_shares_trade_more_after_volatility_and_gains_and_less_of_it_the_month_after(now, vol, month, before, rise):
    at = volume(now, vol, month, before)
    assert volume(now, vol + rise, month, before) - at == pytest.approx(0.28 * rise)
    assert volume(now, vol, month, before, volatility_before=rise) - at == pytest.approx(-0.5 * 0.28 * rise)
    assert volume(now, vol, month + rise, before) - at == pytest.approx(2.8 * rise)
    assert volume(now, vol, month, before + rise) - at == pytest.approx(0.3 * 2.8 * rise)
    assert volume(now + rise, vol, month, before) - at == pytest.approx(0.75 * rise)
    assert volume(now, vol, month, before, rise) - at == pytest.approx(rise)


def test_quiet_markets_trade_at_their_reference_volume():
    assert volume() == 0.0


# Futures and gold


def futures(years=0.0, volatility=0.0, makers=1.0, foreign=0.0, products=1.0, noise=0.0):
    return futures_activity(0.05, years, volatility, 0.5, makers, 0.05, foreign, 0.01, products, 0.15, noise)


def test_futures_trade_as_in_2020_under_the_conditions_of_2020():
    assert futures() == 1.0


def test_each_driver_of_futures_trading_counts_by_its_own_coefficient():
    assert np.log(futures(years=3.0)) == pytest.approx(0.15)
    assert np.log(futures(volatility=-0.2)) == pytest.approx(-0.1)
    assert np.log(futures(makers=4.0)) == pytest.approx(2 * 0.05)
    assert np.log(futures(foreign=5.0)) == pytest.approx(0.05)
    assert np.log(futures(products=1.5)) == pytest.approx(0.15 * np.log(1.5))
    assert np.log(futures(noise=0.3)) == pytest.approx(0.3)


def test_each_doubling_of_dealers_capital_adds_its_effect_to_log_turnover():
    assert market_maker_gain(1.0, 0.05) == 1.0
    assert market_maker_gain(8.0, 0.05) == pytest.approx(np.exp(0.15))
    assert market_maker_gain(0.5, 0.05) == pytest.approx(np.exp(-0.05))


@given(st.floats(0.5, 60), st.floats(0.5, 60), st.floats(0.01, 0.4), st.floats(-2, 0))
def test_dearer_access_never_raises_the_foreign_share_of_open_interest_nor_does_it_pass_its_bound(
    one, other, share, elasticity
):
    cheap, dear = sorted((one, other))
    at_cheap, at_dear = (foreign_open_interest_share(share, cost, 8.0, elasticity, 0.5) for cost in (cheap, dear))
    assert 0.0 < at_dear <= at_cheap <= 0.5
    assert foreign_open_interest_share(share, 8.0, 8.0, elasticity, 0.5) == share


# Shanghai Prices


@given(st.floats(0.01, 0.9), st.floats(0.2, 1.0), st.floats(-1.0, 0.0))
def test_a_cheaper_switch_never_loses_contracts_to_foreign_benchmarks(share, cost, elasticity):
    assert share - 1e-12 <= benchmark_use_share(share, cost, elasticity) < 1.0
    assert benchmark_use_share(share, 1.0, elasticity) == pytest.approx(share)


def discovery(volume_ratio=1.0, foreign=0.0, rivals=1.0, exponent=0.6):
    return price_discovery_share(SHARE_2020, np.full(4, volume_ratio), foreign, rivals, exponent, 0.1)


def test_under_the_conditions_of_2020_the_index_is_one_hundred():
    np.testing.assert_allclose(discovery(), SHARE_2020, rtol=1e-15)
    assert price_influence_index(WEIGHTS, SHARE_2020, SHARE_2020) == pytest.approx(100.0, abs=1e-12)


@given(st.floats(0.01, 100), st.floats(-0.3, 0.4), st.floats(0.01, 100), st.floats(0.1, 1.0), st.floats(1.01, 3.0))
def test_own_volume_and_foreign_participants_raise_shanghais_weight_and_rivals_lower_it(own, foreign, rivals, z, more):
    share = discovery(own, foreign, rivals, z)
    assert ((share > 0.0) & (share < 1.0)).all()
    assert (discovery(own * more, foreign, rivals, z) > share).all()
    assert (discovery(own, foreign + 0.05, rivals, z) > share).all()
    assert (discovery(own, foreign, rivals * more, z) < share).all()


@given(st.floats(0.1, 10))
def test_when_volume_grows_everywhere_alike_nobodys_weight_changes(growth):
    np.testing.assert_allclose(discovery(growth, 0.0, growth), SHARE_2020)


def test_the_odds_of_shanghai_move_with_volume_to_its_exponent_and_ten_points_of_foreign_share():
    def odds(share):
        return share / (1 - share)

    np.testing.assert_allclose(odds(discovery(2.0)) / odds(SHARE_2020), 2.0**0.6)
    np.testing.assert_allclose(odds(discovery(foreign=0.10)) / odds(SHARE_2020), np.exp(0.1))


def test_each_price_counts_by_its_weight_and_its_own_growth():
    share = SHARE_2020.copy()
    share[1] *= 1.2
    assert price_influence_index(WEIGHTS, share, SHARE_2020) == pytest.approx(100.0 + 20.0 * 0.25)
    assert price_influence_index(10 * WEIGHTS, share, SHARE_2020) == pytest.approx(105.0)
