import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.draws import Draws, agent_key
from agents.interbank import (
    balanced_exposures,
    common_loss_distress,
    core_of,
    debtrank_distress,
    exposure_concentration,
    funding_pressure,
    link_probability,
    links,
    pair_keys,
    repo_lenders,
    unmet_share,
    within_room,
    write_off_cascade,
)

COUNT = 80
KEYS = agent_key(2019 * 12, np.arange(COUNT), "bank")
# The largest bank holds a tenth, as the cap on institutions has it.
ASSETS = np.minimum(((np.arange(COUNT) + 0.5) / COUNT) ** (-1 / 1.06), 30.0)


def network(density=0.08, ratio=0.1, seed=1, share=0.15):
    core = core_of(ASSETS, share)
    uniform = Draws(seed).stream("pairs").uniform(pair_keys(KEYS, KEYS), 0).reshape(COUNT, COUNT)
    return core, links(uniform, link_probability(core, density, ratio), core)


# Network


def test_the_core_is_the_largest_banks():
    core = core_of(np.array([1.0, 9.0, 3.0, 7.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]), 0.2)
    assert np.flatnonzero(core).tolist() == [1, 3]
    assert core_of(np.array([1.0, 2.0, 3.0]), 0.1).sum() == 2
    assert core_of(np.array([5.0]), 0.1).tolist() == [True]


def test_the_expected_part_of_linked_pairs_is_the_density_and_the_core_is_complete():
    core = core_of(ASSETS, 0.15)
    chance = link_probability(core, 0.08, 0.1)
    assert chance.sum() == pytest.approx(0.08 * COUNT * (COUNT - 1))
    inside = chance[np.ix_(core, core)]
    assert (inside == 1.0 - np.eye(core.sum())).all()
    mixed, outside = chance[np.ix_(core, ~core)], chance[np.ix_(~core, ~core)]
    assert (outside[~np.eye((~core).sum(), dtype=bool)] == 0.1 * mixed[0, 0]).all()


def test_no_density_asks_for_more_or_less_than_a_chance():
    core = core_of(ASSETS, 0.2)
    for density in (0.001, 0.9):
        chance = link_probability(core, density, 0.1)
        assert ((chance >= 0.0) & (chance <= 1.0)).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0.03, 0.12), st.floats(0.0, 0.2))
def test_everybody_deals_with_the_core_and_nobody_with_itself(seed, density, ratio):
    core, linked = network(density, ratio, seed)
    assert not linked.diagonal().any()
    assert linked[:, core][~core].any(axis=1).all()
    assert linked[core][:, ~core].any(axis=0).all()


def test_most_links_have_an_end_in_the_core():
    core, linked = network()
    assert (linked & (core[:, None] | core)).sum() > 0.7 * linked.sum()
    assert linked.sum() == pytest.approx(0.08 * COUNT * (COUNT - 1), rel=0.15)


def test_the_draw_of_a_pair_is_its_own_in_each_direction_and_in_any_order_of_rows():
    keys = pair_keys(KEYS, KEYS)
    assert len(np.unique(keys)) == COUNT**2
    order = np.random.default_rng(1).permutation(COUNT)
    moved = pair_keys(KEYS[order], KEYS[order]).reshape(COUNT, COUNT)
    assert (moved == keys.reshape(COUNT, COUNT)[np.ix_(order, order)]).all()


# Amounts


def test_amounts_add_up_to_what_each_bank_lends_and_borrows():
    lender, borrower = np.nonzero(network()[1])
    wanted = 0.1 * ASSETS
    amount = balanced_exposures(lender, borrower, wanted, wanted)
    assert (amount >= 0.0).all()
    np.testing.assert_allclose(np.bincount(borrower, weights=amount), wanted, rtol=1e-12)
    np.testing.assert_allclose(np.bincount(lender, weights=amount), wanted, rtol=1e-3)
    assert np.abs(np.bincount(lender, weights=amount) - wanted).sum() < 1e-6 * wanted.sum()


def test_two_by_two_totals_are_met_as_by_hand():
    # Bank 0 lends to 1 and 2, bank 1 to 0, bank 2 to 0: the totals leave no choice.
    lender, borrower = np.array([0, 0, 1, 2]), np.array([1, 2, 0, 0])
    amount = balanced_exposures(lender, borrower, np.array([5.0, 2.0, 3.0]), np.array([5.0, 1.0, 4.0]))
    np.testing.assert_allclose(amount, [1.0, 4.0, 2.0, 3.0])


def test_repo_comes_from_core_banks_in_proportion_to_their_assets():
    uniform = (np.arange(1000) + 0.5) / 1000
    nothing, room = np.zeros(1000), np.full(3, np.inf)
    assert np.bincount(repo_lenders(uniform, np.array([1.0, 3.0, 6.0]), nothing, room)).tolist() == [100, 300, 600]
    assert repo_lenders(np.array([1.0 - 1e-16]), np.array([1.0, 3.0]), np.zeros(1), room[:2]).tolist() == [1]


def test_a_bank_without_room_for_a_loan_lends_none_and_the_largest_stands_in():
    uniform, assets = np.array([[0.05, 0.3], [0.06, 0.9]]), np.array([1.0, 3.0, 6.0])
    assert repo_lenders(uniform, assets, np.array([2.0, 1.0]), np.array([4.0, 3.0, 6.0])).tolist() == [[0, 1], [0, 2]]
    assert repo_lenders(uniform, assets, np.array([2.0, 1.0]), np.array([3.9, 3.0, 6.0])).tolist() == [[2, 1], [2, 2]]


def test_claims_are_cut_to_the_tighter_room_of_both_ends_and_fitting_claims_stay_to_the_bit():
    lender, borrower, amount = np.array([0, 0, 1]), np.array([1, 2, 2]), np.array([6.0, 4.0, 3.0])
    plenty = np.full(3, 20.0)
    assert within_room(lender, borrower, amount, plenty, plenty).tobytes() == amount.tobytes()
    cut = within_room(lender, borrower, amount, np.array([5.0, 20.0, 0.0]), np.array([0.0, 20.0, 1.75]))
    # Row 0 lent 10 and has room for 5; row 2 borrowed 7 and has room for a quarter of it.
    np.testing.assert_allclose(cut, [3.0, 1.0, 0.75], rtol=1e-9)
    none = within_room(lender, borrower, amount, np.array([-1.0, 20.0, 0.0]), plenty)
    np.testing.assert_allclose(none, [0.0, 0.0, 3.0])


def test_nobody_lends_more_than_it_wants_to_a_bank_that_is_larger_than_all_others_together():
    wanted = np.array([10.0, 2.0, 3.0])
    lender, borrower = np.nonzero(~np.eye(3, dtype=bool))
    amount = balanced_exposures(lender, borrower, wanted, wanted)
    lent = np.bincount(lender, weights=amount, minlength=3)
    assert (lent <= wanted * (1.0 + 1e-12)).all()
    assert np.bincount(borrower, weights=amount, minlength=3)[0] < wanted[0]


# Contagion


def test_losses_pass_down_a_chain_by_exposure_over_equity():
    # 0 lent 10 to 1, 1 lent 5 to 2; 2 fails.
    distress = debtrank_distress(
        np.array([0, 1]),
        np.array([1, 2]),
        np.array([10.0, 5.0]),
        np.array([20.0, 4.0, 1.0]),
        np.array([0.0, 0.0, 1.0]),
        0.4,
        1e-6,
    )
    at_one = 0.4 * 5.0 / 4.0
    np.testing.assert_allclose(distress, [0.4 * 10.0 / 20.0 * at_one, at_one, 1.0])


def test_a_loop_of_claims_converges_to_its_geometric_sum():
    distress = debtrank_distress(
        np.array([0, 1, 0]),
        np.array([1, 0, 2]),
        np.array([5.0, 5.0, 1.0]),
        np.array([10.0, 10.0, 1.0]),
        np.array([0.0, 0.0, 1.0]),
        1.0,
        1e-9,
    )
    np.testing.assert_allclose(distress, [0.1 / (1 - 0.25), 0.05 / (1 - 0.25), 1.0], rtol=1e-7)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.001, 0.2))
def test_larger_losses_never_spare_anybody_and_nobody_loses_more_than_all(seed, low, high, ratio):
    low, high = sorted((low, high))
    lender, borrower = np.nonzero(network(seed=seed)[1])
    amount = balanced_exposures(lender, borrower, 0.1 * ASSETS, 0.1 * ASSETS)
    start = np.zeros(COUNT)
    start[3] = 1.0
    mild, hard = (
        debtrank_distress(lender, borrower, amount, ratio * ASSETS, start, loss, 1e-6) for loss in (low, high)
    )
    assert (mild <= hard + 1e-4).all()
    assert ((mild >= 0.0) & (hard <= 1.0)).all()
    assert mild[3] == 1.0


# Write-offs


def chain(equity, start, rate=0.5):
    """Bank 0 lends to nobody, 1 lends 10 to 0, 2 lends 10 to 1, 3 lends 10 to 2."""
    lender, borrower = np.array([1, 2, 3]), np.array([0, 1, 2])
    first = np.zeros(4, dtype=bool)
    first[start] = True
    return write_off_cascade(lender, borrower, np.full(3, 10.0), np.array(equity, dtype=float), first, rate)


def test_a_cascade_goes_on_while_write_offs_eat_equity():
    failed, lost, rounds = chain([9, 4, 4, 9], 0)
    assert failed.tolist() == [True, True, True, False]
    assert lost.tolist() == [0.0, 5.0, 5.0, 5.0] and rounds == 3


def test_a_cascade_stops_at_who_can_bear_it_and_needs_somebody_who_fails():
    failed, lost, rounds = chain([9, 6, 4, 9], 0)
    assert failed.tolist() == [True, False, False, False] and lost.tolist() == [0.0, 5.0, 0.0, 0.0] and rounds == 1
    assert chain([9, 9, 9, 9], [])[2] == 0
    assert chain([9, 4, 4, 9], 0, rate=0.0)[0].sum() == 1


def test_banks_without_a_link_lend_nothing():
    nobody = np.zeros(0, dtype=np.int64)
    assert len(balanced_exposures(nobody, nobody, np.ones(3), np.ones(3))) == 0


# Signals


def test_a_common_loss_takes_from_equity_as_much_as_leverage_makes_of_it():
    lost = common_loss_distress(np.array([10.0, 5.0, 0.5, 0.0]), np.array([100.0, 100.0, 100.0, 100.0]), 0.01)
    assert lost == pytest.approx([0.1, 0.2, 1.0, 1.0])


def test_concentration_counts_claims_against_the_capital_of_their_lenders():
    equity = np.array([10.0, 10.0, 20.0])
    one = exposure_concentration(np.array([0, 1, 2]), np.array([10.0, 10.0, 20.0]), equity)
    assert one == pytest.approx(1.0)
    halves = exposure_concentration(np.array([0, 0, 1, 1, 2, 2]), np.array([5.0, 5.0, 5.0, 5.0, 10.0, 10.0]), equity)
    assert halves == pytest.approx(0.5)
    assert exposure_concentration(np.array([0, 1, 2]), np.array([10.0, 10.0, 20.0]), 0.5 * equity) == pytest.approx(4.0)
    assert exposure_concentration(np.zeros(0, dtype=np.int64), np.zeros(0), equity) == 0.0
    assert exposure_concentration(np.array([0]), np.array([1.0]), np.array([0.0])) == 0.0


def test_funding_that_is_refused_raises_the_pressure():
    assert unmet_share(100.0, 80.0) == pytest.approx(0.2)
    assert unmet_share(100.0, 120.0) == unmet_share(0.0, 0.0) == 0.0
    assert funding_pressure(0.0, 0.0, 0.0) == 1.0
    assert funding_pressure(0.3, 0.3, 0.0) == pytest.approx(1.25)
    assert np.isfinite(funding_pressure(1.0, 1.0, 1.0))
