"""Networks and contagion on any balance sheets: monotone, bounded, conserving, blind to order and format."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from scenarios.errors import InputError
from sim import stress

EACH = settings(max_examples=40, deadline=None, derandomize=True)


@st.composite
def systems(draw):
    """Exposures on some links, equity, a shock and a permutation of the institutions."""
    count = draw(st.integers(2, 8))
    dice = np.random.default_rng(draw(st.integers(0, 2**32)))
    exposures = np.where(
        dice.random((count, count)) < draw(st.floats(0.1, 1.0)), dice.gamma(1.0, 2.0, (count, count)), 0.0
    )
    np.fill_diagonal(exposures, 0.0)
    return exposures, dice.gamma(1.0, 3.0, count) + 0.01, dice.random(count) * (dice.random(count) < 0.5), dice


@EACH
@given(systems(), st.sampled_from(["linear", "battiston"]))
def test_distress_is_bounded_above_the_shock_and_equals_that_of_a_sparse_matrix(system, variant):
    exposures, equity, shock, _ = system
    found = stress.debtrank(exposures, equity, shock, variant=variant)
    assert (found.distress >= shock).all() and (found.distress <= 1.0).all() and 0.0 <= found.index <= 1.0
    thin = stress.debtrank(sparse.coo_array(exposures), equity, shock, variant=variant)
    assert (thin.distress == found.distress).all() and thin.index == found.index


@EACH
@given(systems(), st.sampled_from(["linear", "battiston"]))
def test_distress_does_not_depend_on_the_order_of_institutions(system, variant):
    exposures, equity, shock, dice = system
    order = dice.permutation(len(equity))
    found = stress.debtrank(exposures, equity, shock, variant=variant).distress
    there = stress.debtrank(exposures[np.ix_(order, order)], equity[order], shock[order], variant=variant).distress
    np.testing.assert_allclose(there, found[order], rtol=1e-9, atol=1e-12)


@EACH
@given(systems(), st.sampled_from(["linear", "battiston"]))
def test_distress_rises_round_by_round_to_its_end(system, variant):
    exposures, equity, shock, _ = system

    def after(rounds):
        return stress.debtrank(exposures, equity, shock, variant=variant, rounds=rounds).distress

    np.testing.assert_array_equal(after(0), shock)
    steps = [after(rounds) for rounds in range(6)]
    assert all((later >= earlier).all() for earlier, later in pairwise(steps))
    np.testing.assert_array_equal(after(100_000), after(None))
    with pytest.raises(InputError, match="rounds"):
        after(-1)


@EACH
@given(systems())
def test_a_larger_shock_larger_exposures_and_less_equity_hurt_more(system):
    exposures, equity, shock, dice = system
    before = stress.debtrank(exposures, equity, shock).distress
    slack = 1e-9
    assert (stress.debtrank(exposures, equity, np.minimum(1.0, shock * 1.3)).distress >= before - slack).all()
    assert (
        stress.debtrank(exposures * (1.0 + dice.random(exposures.shape)), equity, shock).distress >= before - slack
    ).all()
    assert (stress.debtrank(exposures, 0.7 * equity, shock).distress >= before - slack).all()


@EACH
@given(systems())
def test_the_older_variant_never_finds_more_distress(system):
    exposures, equity, shock, _ = system
    linear = stress.debtrank(exposures, equity, shock).distress
    assert (stress.debtrank(exposures, equity, shock, variant="battiston").distress <= linear + 1e-9).all()


@EACH
@given(systems())
def test_more_failures_at_the_start_mean_no_fewer_at_the_end(system):
    exposures, equity, shock, _ = system
    few = (shock > 0.7).astype(float)
    more = (shock > 0.3).astype(float)
    fewer, many = (stress.default_cascade(exposures, equity, start) for start in (few, more))
    assert (many.failed >= fewer.failed).all() and (fewer.failed >= (few == 1.0)).all()
    thin = stress.default_cascade(sparse.csr_array(exposures), equity, few)
    assert (thin.failed == fewer.failed).all() and (thin.written_off == fewer.written_off).all()


@EACH
@given(systems(), st.floats(0.0, 0.9))
def test_payments_clear_conserve_value_and_fall_with_the_cost_of_bankruptcy(system, cost):
    liabilities, assets, _, dice = system
    outside = dice.gamma(1.0, 1.0, len(assets))
    owed = liabilities.sum(axis=1) + outside
    free = stress.clearing_vector(liabilities, assets, outside)
    received = assets + (liabilities / owed[:, None]).T @ free.payments
    np.testing.assert_allclose(free.payments, np.minimum(owed, received), rtol=1e-9)
    paid_outside = (free.payments * outside / owed).sum()
    assert free.equity.sum() + paid_outside == pytest.approx(assets.sum(), rel=1e-9)
    costly = stress.clearing_vector(sparse.csc_array(liabilities), assets, outside, bankruptcy_cost=cost)
    assert (costly.payments <= free.payments + 1e-9).all() and (costly.defaulted >= free.defaulted).all()


@EACH
@given(systems(), st.floats(0.0, 0.9))
def test_no_vector_of_payments_that_clears_is_greater(system, cost):
    """Iterating down from full payment ends at the greatest fixed point."""
    liabilities, assets, _, dice = system
    outside = dice.gamma(1.0, 1.0, len(assets))
    owed = liabilities.sum(axis=1) + outside
    payments = owed.copy()
    for _ in range(5000):
        received = assets + (liabilities / owed[:, None]).T @ payments
        payments = np.where(received >= owed * (1.0 - 1e-12), owed, (1.0 - cost) * received)
    found = stress.clearing_vector(liabilities, assets, outside, bankruptcy_cost=cost).payments
    np.testing.assert_allclose(found, payments, rtol=1e-6, atol=1e-9)


@st.composite
def totals(draw):
    exposures, *_ = draw(systems())
    return exposures.sum(axis=1), exposures.sum(axis=0), draw(st.integers(0, 99))


@EACH
@given(totals())
def test_networks_have_the_totals_and_nobody_lends_to_itself(given_totals):
    assets, liabilities, seed = given_totals
    scale = max(float(assets.sum()), 1e-12)
    for network in (stress.maximum_entropy(assets, liabilities), stress.minimum_density(assets, liabilities, rng=seed)):
        assert (network >= 0.0).all() and not network.diagonal().any()
        assert np.abs(network.sum(axis=1) - assets).max() < 1e-6 * scale
        assert np.abs(network.sum(axis=0) - liabilities).max() < 1e-6 * scale


@EACH
@given(totals())
def test_the_sparse_network_has_hardly_more_links_than_institutions_on_both_sides(given_totals):
    assets, liabilities, seed = given_totals
    links = np.count_nonzero(stress.minimum_density(assets, liabilities, rng=seed))
    assert links <= np.count_nonzero(assets) + np.count_nonzero(liabilities) + 1
    again = stress.minimum_density(assets, liabilities, rng=seed)
    assert (again == stress.minimum_density(assets, liabilities, rng=seed)).all()


@EACH
@given(systems(), st.floats(0.0, 1.0), st.floats(0.01, 100.0))
def test_sales_are_bounded_and_a_deeper_market_loses_less(system, fall, depth):
    holdings, equity, _, _ = system
    shock = np.full(holdings.shape[1], fall)
    shallow = stress.fire_sales(holdings, equity, shock, np.full(len(shock), depth))
    deep = stress.fire_sales(holdings, equity, shock, np.full(len(shock), 2.0 * depth))
    assert (shallow.sold <= (holdings * (1.0 - shock)).sum(axis=0) + 1e-9).all()
    assert (shallow.price_fall >= deep.price_fall).all() and (shallow.price_fall < 1.0 + 1e-12).all()
    assert shallow.vulnerability >= deep.vulnerability >= 0.0


@EACH
@given(systems())
def test_losses_by_link_add_up_to_the_distress_of_each_creditor_and_to_debtrank(system):
    exposures, equity, shock, _ = system
    found = stress.debtrank(exposures, equity, shock)
    links = stress.link_losses(sparse.csr_array(exposures), equity, found)
    lost = np.bincount(links.lender, weights=links.lost, minlength=len(equity))
    np.testing.assert_allclose(lost, equity * (found.distress - shock), rtol=1e-6, atol=1e-9)
    assert links.lost.sum() == pytest.approx(found.index * equity.sum(), rel=1e-6, abs=1e-9)
    assert (np.diff(links.lost) <= 0.0).all() and (links.lost <= exposures[links.lender, links.borrower]).all()


@EACH
@given(systems(), st.floats(0.05, 1.0), st.floats(0.0, 3.0), st.floats(0.1, 50.0))
def test_a_margin_spiral_is_bounded_and_grows_with_the_loss_and_the_margins_slope(system, margin, slope, depth):
    _, equity, shock, dice = system
    bonds = equity / margin * dice.random(len(equity))
    loss = equity * shock

    def fall(**changed):
        asked = {"loss": loss, "slope": slope, "depth": depth, **changed}
        return stress.margin_spiral(bonds, equity, asked["loss"], margin, asked["slope"], asked["depth"])

    found = fall()
    assert 0.0 <= found.price_fall <= 1.0 and (found.bonds >= 0.0).all() and (found.bonds <= bonds).all()
    assert found.price_fall == pytest.approx(min(1.0, (bonds - found.bonds).sum() / depth), abs=1e-6)
    assert fall(loss=np.zeros(len(equity))).price_fall == 0.0
    slack = 1e-6
    assert fall(loss=1.3 * loss).price_fall >= found.price_fall - slack
    assert fall(slope=slope + 0.5).price_fall >= found.price_fall - slack
    assert fall(depth=2.0 * depth).price_fall <= found.price_fall + slack
    order = dice.permutation(len(equity))
    there = stress.margin_spiral(bonds[order], equity[order], loss[order], margin, slope, depth)
    assert there.price_fall == pytest.approx(found.price_fall, abs=1e-9)


@EACH
@given(st.integers(0, 2**32), st.floats(0.5, 0.99), st.floats(0.1, 10.0), st.floats(-5.0, 5.0))
def test_delta_covar_moves_with_the_units_of_losses_and_not_with_what_is_added(seed, level, unit, more):
    dice = np.random.default_rng(seed)
    own = dice.normal(size=200)
    system = 0.5 * own + dice.normal(size=200)
    found = stress.delta_covar(system, own, level)
    moved = stress.delta_covar(unit * system + more, 2.0 * own - more, level)
    assert moved.delta == pytest.approx(unit * found.delta, rel=1e-6, abs=1e-9)
    assert moved.covar == pytest.approx(unit * found.covar + more, rel=1e-6, abs=1e-6)
    # Of the errors of the line through the system's quantiles at most 1 - level lie above it.
    above = system - (found.covar + found.slope * (own - found.value_at_risk))
    assert (above > 1e-7).mean() <= 1.0 - level + 1e-9 and (above < -1e-7).mean() <= level + 1e-9


def test_an_institution_whose_loss_never_varies_adds_nothing():
    system = np.arange(50.0)
    assert stress.delta_covar(system, np.ones(50)).delta == 0.0


def test_two_banks_that_deal_with_each_other_alone_are_a_star():
    np.testing.assert_allclose(stress.maximum_entropy([3.0, 1.0], [1.0, 3.0]), [[0.0, 3.0], [1.0, 0.0]])


NOTHING = np.zeros((2, 2))
OWED_BELOW_ZERO = sparse.csr_array(-np.ones((2, 2)))


@pytest.mark.parametrize(
    ("function", "given_arrays", "expected"),
    [
        (
            stress.debtrank,
            ([[0.0, 1.0]], [1.0, 1.0], [0.0, 1.0]),
            r"exposures: has the shape \(1, 2\) \(a square matrix",
        ),
        (stress.debtrank, (np.eye(2), [1.0, 1.0], [0.0, 1.0]), r"exposures\[0, 0\]: row 0 holds a claim on itself"),
        (stress.debtrank, (NOTHING, [1.0, np.nan], [0.0, 1.0]), r"equity\[1\]: nan cannot be"),
        (stress.debtrank, (NOTHING, [1.0, 1.0], [0.0, 1.5]), r"shock\[1\]: 1.5 cannot be \(from 0 to 1\)"),
        (stress.debtrank, (NOTHING, [1.0, "x"], [0.0, 1.0]), r"equity: does not hold numbers alone"),
        (stress.debtrank, (NOTHING, [1.0, 1.0], [0.0, 1.0], None, "linea"), r"variant: .*did you mean 'linear'"),
        (stress.maximum_entropy, ([1.0, 2.0], [1.0, 1.0]), r"liabilities: what is lent, 3, is not what is borrowed, 2"),
        (stress.minimum_density, ([2.0, 0.0], [1.0, 1.0]), r"assets\[0\]: institution 0 would have to lend to itself"),
        (
            stress.fire_sales,
            ([[1.0, 1.0]], [1.0], [0.1], [1.0]),
            r"holdings: has the shape \(1, 2\) \(a matrix of 1",
        ),
        (stress.fire_sales, ([[1.0]], [1.0], [0.1], [0.0]), r"depth\[0\]: 0 cannot be"),
        (stress.margin_spiral, ([1.0], [1.0], [0.0], 0.0, 1.0, 1.0), "margin.*: 0 cannot be"),
        (stress.margin_spiral, ([1.0], [1.0], [0.0], 0.5, -1.0, 1.0), "margin_slope.*: -1 cannot be"),
        (stress.delta_covar, ([1.0] * 19, [1.0] * 19), r"institution_loss: has the shape \(19,\)"),
        (stress.delta_covar, ([1.0] * 20, [np.nan] * 20), r"institution_loss\[0\]: nan cannot be \(a finite number\)"),
        (stress.delta_covar, ([1.0] * 20, [1.0] * 20, 95), "level: .*0.95"),
        (stress.clearing_vector, (OWED_BELOW_ZERO, [1.0, 1.0]), r"liabilities\[0\]: -1 cannot be"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(function, given_arrays, expected):
    with pytest.raises(InputError, match=expected):
        function(*given_arrays)
