"""Demand for bonds and the yields that clear the market, by hand and by property."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.bond_demand import (
    ClearingError,
    adapted_mix,
    clearing_premia_pp,
    demand_bn,
    funded_by_repo,
    supply_at_cost,
    usual_demand_growth,
)

USUAL = np.array([[60.0, 20.0, 20.0], [10.0, 30.0, 60.0]])
SUPPLY = USUAL.sum(axis=0)
NONE = np.zeros(3)
factors = st.lists(st.floats(0.5, 2.0), min_size=3, max_size=3).map(np.array)
elasticities = st.floats(0.05, 1.0)


def clearing(supply=SUPPLY, usual=USUAL, substitution=1.34, semielasticity=0.27, start=NONE):
    return clearing_premia_pp(usual, supply, substitution, semielasticity, start)


def test_at_usual_yields_the_usual_amounts_are_wanted():
    np.testing.assert_allclose(demand_bn(USUAL, NONE, 1.34, 0.27), USUAL)
    np.testing.assert_allclose(clearing(), 0.0, atol=1e-12)


def test_a_point_more_on_all_bonds_raises_the_demand_for_each_by_the_semielasticity():
    np.testing.assert_allclose(demand_bn(USUAL, np.ones(3), 1.34, 0.27), USUAL * np.exp(0.27))


def test_two_classes_by_hand():
    wanted = demand_bn(np.array([[50.0, 50.0]]), np.array([np.log(3.0), 0.0]), 1.0, 0.5)
    # Weights 3/2 and 1/2 of the usual ones: inclusive yield ln 2, total 100 * sqrt(2), shares 3/4 and 1/4.
    np.testing.assert_allclose(wanted, 100.0 * np.sqrt(2.0) * np.array([[0.75, 0.25]]))


def test_a_class_that_yields_more_draws_money_from_the_others():
    wanted = demand_bn(USUAL, np.array([0.5, 0.0, 0.0]), 1.34, 0.27).sum(axis=0)
    assert wanted[0] > SUPPLY[0] and (wanted[1:] < SUPPLY[1:]).all()


def test_captive_holders_move_between_no_classes():
    premia = np.array([0.5, -0.2, 0.1])
    np.testing.assert_allclose(demand_bn(USUAL, premia, 0.27, 0.27), USUAL * np.exp(0.27 * premia))
    more = SUPPLY * [1.1, 1.0, 1.0]
    np.testing.assert_allclose(clearing(more, substitution=0.27), [np.log(1.1) / 0.27, 0.0, 0.0], atol=1e-10)


@given(factors, elasticities, st.floats(0.0, 3.0))
def test_holders_want_exactly_what_there_is_at_the_yields_found(factor, semielasticity, beyond):
    supply, substitution = SUPPLY * factor, semielasticity + beyond
    premia = clearing(supply, substitution=substitution, semielasticity=semielasticity)
    wanted = demand_bn(USUAL, premia, substitution, semielasticity)
    np.testing.assert_allclose(wanted.sum(axis=0), supply, rtol=1e-9)


@given(factors)
def test_the_yields_found_do_not_depend_on_where_the_search_starts(factor):
    from_afar = clearing(SUPPLY * factor, start=np.array([5.0, -5.0, 2.0]))
    np.testing.assert_allclose(from_afar, clearing(SUPPLY * factor), atol=1e-8)


@given(st.integers(0, 2), st.floats(1.01, 2.0))
def test_more_supply_of_one_class_raises_its_yield_most_and_those_of_its_substitutes_too(at, more):
    supply = SUPPLY.copy()
    supply[at] *= more
    premia = clearing(supply)
    assert premia[at] > np.delete(premia, at).max() and np.delete(premia, at).min() > 0.0
    assert premia[at] < np.log(more) / 0.27  # captive holders would ask more


def test_a_class_that_has_nearly_vanished_still_has_a_yield():
    assert np.isfinite(clearing(SUPPLY * [1e-12, 1.0, 1.0])).all()


def test_no_yields_are_made_up_where_none_are_found():
    with pytest.raises(ClearingError, match="misses supply"):
        clearing(SUPPLY * [np.nan, 1.0, 1.0])


def test_borrowed_money_buys_bonds_beside_own():
    # With a fifth borrowed, 80 of own money hold 100; with a tenth, 88.9.
    np.testing.assert_allclose(funded_by_repo(np.array([0.2, 0.1]), np.array([0.2, 0.2])), [1.0, 0.8 / 0.9])


def test_expected_growth_of_supply_over_that_of_funds_is_met_by_demand():
    growth = usual_demand_growth(np.array([0.12, 0.0]), np.array([1.5, 1.0]), np.array([0.06, 0.0]))
    np.testing.assert_allclose(growth, [[np.log(1.015) - 0.005, -0.005], [np.log(1.015), 0.0]])


def test_the_usual_mix_follows_the_mix_held_and_keeps_its_total():
    held = np.array([[30.0, 30.0, 60.0], [10.0, 30.0, 60.0]])
    adapted = adapted_mix(USUAL, held, 1.0 / np.log(2.0))
    np.testing.assert_allclose(adapted, [[42.5, 22.5, 35.0], [10.0, 30.0, 60.0]])


def test_less_is_issued_at_a_higher_yield():
    assert supply_at_cost(0.0, 0.3) == 1.0
    assert supply_at_cost(0.5, 0.3) == pytest.approx(np.exp(-0.15))
    assert supply_at_cost(-0.5, 0.3) > 1.0
