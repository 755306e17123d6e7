"""Rules of e-CNY, carbon, insurance, private funds across the border, and the set-up cost of asset managers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.asset_managers import ASSET_MANAGERS, asset_manager_shift
from agents.carbon import allowance_gap, matched_trades, takes_part
from agents.cross_border_funds import commitments
from agents.digital_currency import acceptance_probability
from agents.institutions import Sector
from agents.insurance import cession_shares, insuring_share, premium

costs = st.floats(0.05, 5.0)


# e-CNY


def accepting(share=0.1, cost=1.0, supply=1.0, elasticity=-1.0, **options):
    return acceptance_probability(share, 0.03, 0.38, cost, elasticity, supply, 0.3, **options)


def test_the_rate_of_accepting_e_cny_adds_up_own_accord_and_others():
    assert -12.0 * np.log1p(-accepting()) == pytest.approx(0.03 + 0.038)
    assert -12.0 * np.log1p(-accepting(ecny_network=False)) == pytest.approx(0.03)
    assert accepting(share=0.5) > accepting(share=0.1) > accepting(share=0.5, ecny_network=False)


def test_cost_and_supply_scale_the_rate_of_accepting_by_their_elasticities():
    assert np.log1p(-accepting(cost=0.5)) / np.log1p(-accepting()) == pytest.approx(2.0)
    assert np.log1p(-accepting(supply=2.0)) / np.log1p(-accepting()) == pytest.approx(2.0**0.3)
    assert accepting(cost=0.5, elasticity=0.0) == accepting()


@given(st.floats(0.0, 1.0), costs, costs)
def test_cheaper_e_cny_is_never_less_likely_to_be_accepted(share, one, other):
    low, high = sorted((one, other))
    assert 0.0 < accepting(share, high) <= accepting(share, low) < 1.0


# Carbon


def test_the_gap_keeps_unit_variance_and_its_own_part():
    own, normal = np.array([1.0, -2.0]), np.array([0.5, 0.0])
    np.testing.assert_allclose(allowance_gap(own, normal, 0.6), [0.6 + 0.4, -1.2])
    assert (allowance_gap(own, normal, 1.0) == own).all()


def test_an_emitter_trades_where_emissions_times_the_gap_squared_exceed_the_cost():
    emissions, gap = np.array([1.0, 1.0, 4.0, 0.0]), np.array([1.5, -1.0, -0.8, 3.0])
    assert takes_part(emissions, gap, 2.0, 1.0).tolist() == [True, False, True, False]
    assert takes_part(emissions, gap, 2.0, 0.4).tolist() == [True, True, True, False]
    assert takes_part(emissions, gap, 2.0, 2.0).tolist() == [False, False, False, False]


def test_the_longer_side_of_the_market_is_served_in_proportion():
    np.testing.assert_allclose(matched_trades(np.array([3.0, 1.0, -2.0, 0.0])), [1.5, 0.5, -2.0, 0.0])
    np.testing.assert_allclose(matched_trades(np.array([1.0, -3.0, -1.0])), [1.0, -0.75, -0.25])
    assert (matched_trades(np.array([1.0, 2.0])) == 0.0).all()
    assert len(matched_trades(np.array([]))) == 0


@given(st.lists(st.tuples(st.floats(0.01, 20.0), st.floats(-3.0, 3.0)), max_size=30), costs, costs)
def test_a_cheaper_trade_in_carbon_never_lowers_turnover_and_purchases_equal_sales(emitters, one, other):
    emissions, gap = (np.array([each[place] for each in emitters]) for place in (0, 1))
    turnover = []
    for cost in sorted((one, other)):
        traded = matched_trades(np.where(takes_part(emissions, gap, 2.0, cost), emissions * gap, 0.0))
        assert traded.sum() == pytest.approx(0.0, abs=1e-9)
        turnover.append(np.maximum(traded, 0.0).sum())
    assert turnover[0] >= turnover[1] * (1.0 - 1e-12)


# Insurance


def test_the_part_of_firms_that_insures_answers_to_the_loading():
    assert insuring_share(0.3, 1.0, 0.8) == pytest.approx(0.3)
    share = insuring_share(0.3, 0.5, 0.8)
    assert share / (1.0 - share) == pytest.approx(0.3 / 0.7 * 2.0**0.8)
    assert insuring_share(0.3, 0.5, 0.0) == insuring_share(0.3, 1.0, 0.0)


def test_a_premium_falls_with_its_loading_and_not_below_the_expected_loss():
    np.testing.assert_allclose(premium(np.array([140.0]), 0.4, 1.0), [140.0])
    np.testing.assert_allclose(premium(np.array([140.0]), 0.4, 0.5), [120.0])
    np.testing.assert_allclose(premium(np.array([140.0]), 0.4, 0.0), [100.0])


def ceding(leaning=0.0, capital=1.0, slope=1.0, spread=0.7):
    return cession_shares(np.array([leaning]), 0.12, 0.25, capital, spread, slope)[:, 0]


def test_an_insurer_splits_premiums_by_the_logit_of_its_three_ways():
    np.testing.assert_allclose(ceding(), [0.88, 0.03, 0.09])
    more = ceding(capital=2.0)
    np.testing.assert_allclose(more, np.array([0.88, 0.06, 0.09]) / 1.03)
    leaning = ceding(leaning=1.0)
    assert leaning[1] / leaning[0] == pytest.approx(0.03 / 0.88 * np.exp(0.7))


def test_local_reinsurance_capital_draws_premiums_from_abroad_and_only_through_its_slope():
    plain, more = ceding(), ceding(capital=1.5)
    assert more[1] > plain[1] and more[2] < plain[2] and more[0] < plain[0]
    assert (ceding(capital=1.5, slope=0.0) == plain).all()


@given(st.lists(st.floats(-3.0, 3.0), min_size=1, max_size=9), costs, costs)
def test_parts_of_premiums_add_up_and_more_capital_never_lowers_what_is_ceded_locally(leaning, one, other):
    low, high = (cession_shares(np.array(leaning), 0.12, 0.25, c, 0.7, 1.0) for c in sorted((one, other)))
    np.testing.assert_allclose(low.sum(axis=0), 1.0)
    assert (high[1] >= low[1] * (1.0 - 1e-12)).all()


# Private funds across the border


def test_commitments_move_towards_what_is_wanted_while_there_is_room():
    granted, run_off, asked = commitments(np.array([10.0, 10.0]), np.array([20.0, 5.0]), 0.1, 100.0)
    np.testing.assert_allclose(granted, [1.0, 0.0])
    np.testing.assert_allclose(run_off, [0.0, 0.5])
    assert asked == pytest.approx(1.0)


def test_a_quota_that_binds_rations_all_in_proportion_and_room_that_runs_off_is_used():
    committed, wanted = np.array([10.0, 10.0, 10.0]), np.array([20.0, 40.0, 5.0])
    granted, run_off, asked = commitments(committed, wanted, 0.1, 30.0)
    assert asked == pytest.approx(4.0)
    np.testing.assert_allclose(granted, [0.125, 0.375, 0.0])
    assert (committed + granted - run_off).sum() == pytest.approx(30.0)


def test_a_quota_below_the_stock_stops_new_commitments_and_takes_none_back():
    granted, run_off, asked = commitments(np.array([10.0, 10.0]), np.array([20.0, 20.0]), 0.1, 5.0)
    assert (granted == 0.0).all() and (run_off == 0.0).all()
    assert asked == pytest.approx(2.0)
    granted, _, asked = commitments(np.array([5.0]), np.array([5.0]), 0.1, 1.0)
    assert granted[0] == 0.0 and asked == 0.0


@given(
    st.lists(st.tuples(st.floats(0.0, 50.0), st.floats(0.0, 50.0)), min_size=1, max_size=12),
    st.floats(0.0, 400.0),
    st.floats(0.0, 100.0),
)
def test_a_larger_quota_never_lowers_commitments_and_none_is_passed(managers, quota, more):
    committed, wanted = (np.array([each[place] for each in managers]) for place in (0, 1))
    after = []
    for allowed in (quota, quota + more):
        granted, run_off, _ = commitments(committed, wanted, 0.2, allowed)
        stock = committed + granted - run_off
        assert stock.sum() <= max(allowed, committed.sum()) * (1.0 + 1e-12)
        assert (stock >= 0.0).all()
        after.append(stock)
    assert (after[1] >= after[0] - 1e-12).all()


# Asset managers


def test_the_set_up_cost_moves_asset_managers_alone_and_nobody_at_the_value_of_2020():
    shift = asset_manager_shift(0.5, -0.4)
    managers = np.isin(np.arange(len(Sector)), ASSET_MANAGERS)
    np.testing.assert_allclose(shift[managers], 0.4 * np.log(2.0))
    assert (shift[~managers] == 0.0).all()
    assert (asset_manager_shift(1.0, -0.4) == 0.0).all()
    assert (asset_manager_shift(0.5, 0.0) == 0.0).all()
