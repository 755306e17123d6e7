import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.foreign_investors import (
    GROUP_TERMS,
    TARGET_TERMS,
    Bloc,
    IndexFamily,
    InvestorGroup,
    access_shift,
    benchmark_weight_gain,
    bloc_of,
    client_flow,
    collateral_shift,
    entry_rate_per_month,
    event_probability,
    geopolitical_shift,
    hedged_room,
    next_view,
    peer_buying,
    rebalanced_value,
    relative_value,
    remembered_buying,
    risk_aversion_shift,
    shift_by_peers,
    target_log_weight,
    target_terms,
    tension_after,
    traded_log_gap,
    traded_log_weight,
    unhedged_signal_pp,
    within_assets,
)

costs = st.floats(1.0, 200.0)
shares = st.floats(0.01, 0.99)
elasticities = st.floats(0.05, 3.0)
yields = st.floats(-2.0, 10.0)


def shift(cost=35.0, universe=0.7, access_elasticity=0.9, universe_elasticity=0.5):
    return access_shift(cost, 35.0, 0.25, access_elasticity, universe, 0.7, universe_elasticity)


# What moves the wanted weight


def test_at_the_access_regime_of_2020_nothing_shifts():
    assert shift() == 0.0


@given(costs, costs, shares, elasticities)
def test_dearer_access_never_raises_the_wanted_weight(one, other, universe, elasticity):
    cheap, dear = sorted((one, other))
    assert shift(dear, universe, elasticity) <= shift(cheap, universe, elasticity)


@given(costs, shares, shares, elasticities)
def test_more_paper_to_hold_never_lowers_the_wanted_weight(cost, one, other, elasticity):
    narrow, wide = sorted((one, other))
    assert shift(cost, narrow, universe_elasticity=elasticity) <= shift(cost, wide, universe_elasticity=elasticity)


def test_free_access_takes_away_the_whole_friction_and_twice_the_paper_counts_by_its_elasticity():
    assert access_shift(0.0, 35.0, 0.25, 0.9, 0.7, 0.7, 0.5) == pytest.approx(0.9 * 0.25)
    assert access_shift(35.0, 35.0, 0.25, 0.9, 0.7, 0.35, 0.5) == pytest.approx(0.5 * np.log(2.0))


@given(yields, yields, st.floats(-20, 20), st.floats(0, 1), st.floats(0.01, 3))
def test_a_higher_onshore_yield_attracts_and_a_higher_yield_abroad_draws_away_by_as_much(here, abroad, gain, chi, rise):
    signal = unhedged_signal_pp(here, abroad, gain, chi)
    assert unhedged_signal_pp(here + rise, abroad, gain, chi) - signal == pytest.approx(rise)
    assert unhedged_signal_pp(here, abroad + rise, gain, chi) - signal == pytest.approx(-rise)
    assert unhedged_signal_pp(here + rise, abroad + rise, gain, chi) == pytest.approx(signal)


def test_a_currency_that_rose_is_expected_to_rise_on_only_by_those_who_extrapolate():
    assert unhedged_signal_pp(3.0, 1.0, 5.0, 0.2) == pytest.approx(2.0 + 1.0)
    assert unhedged_signal_pp(3.0, 1.0, 5.0, 0.0) == 2.0
    assert unhedged_signal_pp(3.0, 1.0, -5.0, 0.2) < 2.0


def test_world_volatility_at_its_reference_leaves_the_weight_alone():
    assert risk_aversion_shift(2.9, 2.9, 3.3, 0.1, 0.3) == 0.0


@given(st.floats(2.0, 4.5), st.floats(2.0, 4.5), st.floats(0.01, 1), st.floats(0.01, 1))
def test_fear_grows_with_volatility_and_twice_over_beyond_the_threshold(one, other, low, high):
    calm, wild = sorted((one, other))
    assume(wild - calm > 1e-6)
    fear = risk_aversion_shift(wild, 2.9, 3.3, low, high) - risk_aversion_shift(calm, 2.9, 3.3, low, high)
    beyond = max(0.0, wild - 3.3) - max(0.0, calm - 3.3)
    assert fear == pytest.approx(low * (wild - calm) + high * beyond)
    assert fear > 0.0


# Blocs and geopolitics


def test_blocs_come_in_the_shares_of_the_investors_own_group():
    shares = np.array([[0.3, 0.5, 0.2], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.2, 0.3, 0.5]])
    uniform = np.tile((np.arange(1000) + 0.5) / 1000, 4)
    group = np.repeat(np.arange(4, dtype=np.int8), 1000)
    bloc = bloc_of(uniform, group, shares)
    for g in range(4):
        np.testing.assert_allclose(np.bincount(bloc[group == g], minlength=3) / 1000, shares[g])


@given(st.floats(0.0, 20.0), st.floats(4.0, 120.0))
def test_what_an_event_leaves_halves_in_each_half_life(tension, half_life):
    left = tension
    for _ in range(24):
        left = tension_after(left, 0, half_life)
    assert left == pytest.approx(tension * 0.5 ** (24 / half_life))
    assert tension_after(tension, 1, half_life) == pytest.approx(tension_after(tension, 0, half_life) + 1.0)


def test_events_of_any_hazard_come_with_a_probability():
    assert event_probability(0.0) == 0.0
    assert event_probability(0.01) == pytest.approx(0.00995, rel=1e-3)
    assert 0.99 < event_probability(10.0) <= 1.0


def test_an_event_drives_off_the_west_and_draws_reserve_managers_of_neutral_countries_alone():
    shift = geopolitical_shift(2.0, -0.25, 0.1)
    np.testing.assert_allclose(shift[:, Bloc.WEST], -0.5)
    assert shift[InvestorGroup.RESERVE_MANAGER, Bloc.NEUTRAL] == pytest.approx(0.2)
    assert (shift[1:, Bloc.NEUTRAL] == 0.0).all()
    assert (shift[:, Bloc.ALIGNED] == 0.0).all()
    assert (geopolitical_shift(0.0, -0.25, 0.1) == 0.0).all()


def test_every_term_of_the_target_has_a_name():
    code = np.zeros(5, dtype=np.int8)
    terms = target_terms(
        np.zeros((len(GROUP_TERMS), 4)), np.zeros(4), np.zeros((4, 3)), code, code, code, *np.zeros((4, 5))
    )
    assert terms.shape == (len(TARGET_TERMS), 5)


# Peers


def test_a_steady_buyer_is_remembered_at_its_pace_and_forgotten_when_it_stops():
    memory = np.zeros(2)
    for _ in range(100):
        memory = remembered_buying(memory, np.array([2.0, -1.0]), np.array([100.0, 10.0]), 3.0)
    np.testing.assert_allclose(memory, [0.02, -0.1])
    later = memory
    for _ in range(3):
        later = remembered_buying(later, np.zeros(2), np.array([100.0, 10.0]), 3.0)
    np.testing.assert_allclose(later, memory * np.exp(-1.0))


def test_a_first_purchase_is_no_multiple_of_nothing():
    memory = remembered_buying(np.array([0.5]), np.array([3.0]), np.array([0.0]), 3.0)
    np.testing.assert_allclose(memory, [0.5])


def test_nobody_is_its_own_peer():
    group = np.array([2, 2, 2, 1], dtype=np.int8)
    bloc = np.zeros(4, dtype=np.int8)
    held = np.array([10.0, 20.0, 30.0, 40.0])
    buying = np.array([0.1, 0.0, 0.0, 0.0])
    first = peer_buying(buying, held, group, bloc, 0.7)
    assert first[0] == pytest.approx(0.0)
    assert (first[1:] > 0.0).all()
    assert first[1] == pytest.approx(0.7 * 1.0 / 40.0)
    assert first[3] == pytest.approx(1.0 / 60.0)  # alone in its group: everybody else counts in full


@given(st.integers(1, 40), st.floats(0.0, 1.0), st.floats(-0.2, 0.2))
def test_where_all_buy_at_one_pace_peers_show_that_pace(count, own_share, pace):
    rng = np.random.default_rng(count)
    group, bloc = rng.integers(0, 4, count).astype(np.int8), rng.integers(0, 3, count).astype(np.int8)
    held = rng.uniform(0.1, 9.0, count)
    peers = peer_buying(np.full(count, pace), held, group, bloc, own_share)
    np.testing.assert_allclose(peers, pace if count > 1 else 0.0, atol=1e-12)


def test_the_order_of_investors_is_nothing_to_their_peers():
    rng = np.random.default_rng(5)
    group, bloc = rng.integers(0, 4, 60).astype(np.int8), rng.integers(0, 3, 60).astype(np.int8)
    held, buying = rng.uniform(0.0, 9.0, 60), rng.normal(0.0, 0.1, 60)
    order = rng.permutation(60)
    peers = peer_buying(buying, held, group, bloc, 0.7)
    np.testing.assert_allclose(peer_buying(buying[order], held[order], group[order], bloc[order], 0.7), peers[order])


@given(st.floats(-1.0, 1.0))
def test_peers_pull_those_who_decide_freely_and_never_beyond_the_bound(peers):
    group = np.arange(4, dtype=np.int8)
    shift = shift_by_peers(np.full(4, peers), 0.025, 1.5, 0.08, group)
    assert (shift[: InvestorGroup.REAL_MONEY] == 0.0).all()
    assert (np.sign(shift[InvestorGroup.REAL_MONEY :]) == np.sign(np.tanh(60.0 * peers))).all()
    assert np.abs(shift).max() <= 0.08


# Index trackers


def test_no_new_index_weight_brings_no_new_demand():
    live = np.array([0.0, 0.06, 0.10, 0.02])
    assert (benchmark_weight_gain(live, live, 0.01, 0.7) == 0.0).all()


@given(st.lists(st.floats(0, 0.2), min_size=4, max_size=4), st.integers(0, 3), st.floats(0.001, 0.2))
def test_weight_that_goes_live_in_one_index_raises_demand_of_its_own_trackers_alone(live, family, rise):
    before = np.array(live)
    after = before.copy()
    after[family] += rise
    gain = benchmark_weight_gain(after, before, 0.01, 0.7)
    assert gain[family] > 0.0
    assert (np.delete(gain, family) == 0.0).all()


def test_a_tracker_moves_from_its_off_index_weight_to_the_passed_through_index_weight():
    gain = benchmark_weight_gain(np.array([0.0525]), np.array([0.0]), 0.01, 0.7)
    assert 0.01 * np.exp(gain[0]) == pytest.approx(0.01 + 0.7 * 0.0525)
    assert benchmark_weight_gain(np.array([0.05]), np.array([0.0]), 0.01, 0.0)[0] == 0.0


# Hedged buyers


def test_a_hedged_buyer_at_the_pickup_of_2020_keeps_its_position():
    assert hedged_room(0.4, 0.15, 0.4) == 0.0


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_a_richer_pickup_after_hedging_never_makes_a_hedged_buyer_smaller(one, other):
    poor, rich = sorted((one, other))
    assert hedged_room(poor, 0.15, 0.4) <= hedged_room(rich, 0.15, 0.4)


def test_hedged_capacity_is_linear_in_the_pickup_above_the_threshold_and_nearly_gone_below():
    assert hedged_room(0.15 + 2 * 0.25, 0.15, 0.4) == pytest.approx(np.log(2.0))
    assert hedged_room(-1.0, 0.15, 0.4) == hedged_room(0.1, 0.15, 0.4) < -3.0


# Target and trade


def test_an_investor_feels_its_own_group_and_its_own_index_only():
    base = np.log([0.02, 0.03, 0.04, 0.05])
    group = np.array([0, 1, 2, 1], dtype=np.int8)
    family = np.array([0, 3, 0, 1], dtype=np.int8)
    bloc = np.array([0, 1, 2, 0], dtype=np.int8)
    terms = np.zeros((len(GROUP_TERMS), 4))
    gain = np.zeros(4)
    politics = np.zeros((4, 3))
    peers = np.zeros(4)

    def moved():
        return (
            target_log_weight(
                base, target_terms(terms, gain, politics, group, family, bloc, peers, *np.zeros((3, len(peers))))
            )
            - base
        )

    assert (moved() == 0.0).all()
    terms[0, 1] = 0.5
    gain[3] = 0.25
    np.testing.assert_allclose(moved(), [0.0, 0.75, 0.0, 0.5])
    politics[1, 0] = -0.125
    np.testing.assert_allclose(moved(), [0.0, 0.75, 0.0, 0.375])
    peers[2] = 0.0625
    np.testing.assert_allclose(moved(), [0.0, 0.75, 0.0625, 0.375])
    assert InvestorGroup.BENCHMARK_FUND == 1
    assert IndexFamily.WORLD_GOVERNMENT == 3


@given(st.floats(-3, 3, allow_subnormal=False), st.floats(0.01, 0.99), st.floats(0.0, 0.5))
def test_nobody_trades_inside_the_inaction_band_and_beyond_it_a_part_of_the_gap_is_closed(gap, speed, band):
    (trade,) = traded_log_gap(np.array([gap]), np.array([speed]), np.array([band]))
    if abs(gap) <= band:
        assert trade == 0.0
    else:
        assert trade == speed * gap
        assert abs(gap - trade) < abs(gap)


def test_trading_month_after_month_ends_inside_the_band_without_ever_crossing_the_target():
    gap = np.array([1.0, -0.7, 0.05, 0.0])
    speed, band = np.array([0.18, 0.45, 0.2, 0.9]), np.full(4, 0.06)
    sign = np.sign(gap)
    for _ in range(60):
        gap = gap - traded_log_gap(gap, speed, band)
        assert (gap * sign >= 0.0).all()
    assert (np.abs(gap) <= band).all()
    assert gap[2] == 0.05


def test_a_step_of_the_index_is_traded_at_once_and_the_rest_of_the_gap_as_ever():
    gap, step = np.array([0.3, 0.3, 0.02, -0.1]), np.array([0.1, 0.0, 0.01, -0.1])
    speed, band = np.full(4, 0.4), np.full(4, 0.05)
    trade = traded_log_weight(gap, step, speed, band)
    np.testing.assert_allclose(trade, [0.1 + 0.4 * 0.2, 0.4 * 0.3, 0.01, -0.1])


def test_nobody_buys_beyond_its_assets():
    log_weight = np.log([0.5, 0.5, 0.5, 2.0])
    trade = within_assets(np.array([0.1, 1.0, -0.2, 0.0]), log_weight)
    np.testing.assert_allclose(trade, [0.1, np.log(2.0), -0.2, -np.log(2.0)])
    assert (log_weight + trade <= 1e-12).all()


# Entry and what foreigners do to yields


def test_entry_is_in_proportion_to_those_outside_and_to_the_ready_among_them():
    assert entry_rate_per_month(9.0, 1.0, 1.0) == 9.0
    assert entry_rate_per_month(9.0, 1.5, 0.5) == pytest.approx(6.75)


# Clients' money and own views


def test_clients_move_the_money_of_others_and_not_reserves():
    group = np.array([0, 1, 2, 3])
    flow = client_flow(np.full(4, 1.0), 0.03, group)
    assert flow.tolist() == pytest.approx([0.0, *[0.03 - 0.00045] * 3])
    drawn = client_flow(np.random.default_rng(5).standard_normal(100_000), 0.03, np.full(100_000, 1))
    assert np.exp(drawn).mean() == pytest.approx(1.0, abs=5e-4)


def test_views_keep_their_spread_cancel_out_fade_and_belong_to_those_who_decide():
    rng = np.random.default_rng(6)
    view = next_view(np.zeros(20_000), rng.standard_normal(20_000), 0.3, 0.0, np.full(20_000, 2))
    assert view.std() == pytest.approx(0.3, rel=0.03)
    for _ in range(60):
        view = next_view(view, rng.standard_normal(20_000), 0.3, 0.9, np.full(20_000, 2))
    assert view.std() == pytest.approx(0.3, rel=0.03)
    assert np.exp(view).mean() == pytest.approx(1.0, abs=0.01)
    assert next_view(np.array([0.4]), np.zeros(1), 0.3, 0.9, np.array([3]))[0] == pytest.approx(0.36 - 0.1 * 0.045)
    assert next_view(np.ones(2), np.ones(2), 0.3, 0.9, np.array([0, 1])).tolist() == [0.0, 0.0]


def test_onshore_bonds_are_worth_more_where_they_serve_as_collateral():
    assert collateral_shift(10.0, 10.0, 0.05) == 0.0
    assert collateral_shift(5.0, 10.0, 0.05) == pytest.approx(0.05 * np.log(2.0))


# Values


def test_a_dollar_abroad_gains_on_onshore_bonds_as_the_yuan_falls_and_as_their_yields_rise():
    assert relative_value(6.5, 0.0, 5.0) == 6.5
    assert relative_value(7.0, 0.0, 5.0) == 7.0
    assert relative_value(6.5, 1.0, 5.0) == pytest.approx(6.5 * np.exp(0.05))


def test_half_of_a_change_of_value_is_traded_back_in_the_half_life():
    months = np.array([1.0 / np.log(2.0), 1e9, np.inf])
    np.testing.assert_allclose(rebalanced_value(np.full(3, 6.5), 6.5, months), 6.5)
    np.testing.assert_allclose(rebalanced_value(np.full(3, 4.0), 9.0, months), [6.0, 4.0, 4.0])
