"""Rules of capital as a bound, against values by hand."""

import numpy as np
import pytest

from agents.bank_capital import (
    ASSET_TERMS,
    asset_growth_terms,
    capital_adequacy,
    capital_room,
    lending_room,
    lending_share,
    log_excess_leverage,
    required_equity_bn,
    requirement_factor,
)

MINIMUM, ADEQUACY, TRIGGER = 0.105, 0.147, 0.4


def room(adequacy, factor=1.0):
    return capital_room(np.array([adequacy]), factor * MINIMUM, ADEQUACY - MINIMUM, TRIGGER)[0]


def test_adequacy_is_that_of_2020_while_equity_keeps_pace_with_assets():
    given = capital_adequacy(np.array([0.08, 0.04, 0.5]), np.array([0.08, 0.08, 0.4]), ADEQUACY)
    np.testing.assert_allclose(given, [0.147, 0.0735, 0.18375])


def test_room_falls_from_all_at_the_trigger_to_none_at_the_minimum():
    assert room(ADEQUACY) == room(MINIMUM + TRIGGER * (ADEQUACY - MINIMUM) + 1e-12) == 1.0
    assert room(MINIMUM + 0.5 * TRIGGER * (ADEQUACY - MINIMUM)) == pytest.approx(0.5)
    assert room(MINIMUM) == room(0.02) == 0.0


def test_a_higher_requirement_leaves_less_room_and_2020s_leaves_it_as_it_is():
    assert requirement_factor(0.0, 0.15) == 1.0 and requirement_factor(1.0, 0.15) == pytest.approx(np.exp(0.15))
    assert room(0.115, requirement_factor(0.5, 0.15)) < room(0.115)


def test_leverage_beyond_the_limit_is_the_log_of_required_over_held():
    np.testing.assert_allclose(log_excess_leverage(np.array([0.147, 0.07]), MINIMUM), [0.0, np.log(1.5)])


def test_assets_grow_less_where_capital_is_short_and_fall_where_it_is_missing():
    trend, own = np.array([0.12, 0.12, 0.12, -0.12]), np.array([0.0, 0.01, 0.0, 0.0])
    terms = asset_growth_terms(trend, own, np.array([1.0, 0.5, 0.0, 0.0]), np.array([0.0, 0.0, 0.2, 0.0]), 0.5, 0.0)
    assert len(terms) == len(ASSET_TERMS)
    np.testing.assert_allclose(terms.sum(axis=0), [0.01, 0.015, -0.1, -0.01])


def test_what_repo_finances_adds_to_assets_one_for_one():
    zero, one = np.zeros(2), np.ones(2)
    growth = asset_growth_terms(zero, zero, one, zero, 0.5, np.array([0.02, -0.02])).sum(axis=0)
    np.testing.assert_allclose(100.0 * np.exp(growth), [102.0, 98.0])


def test_large_lenders_count_for_more_and_lending_never_exceeds_what_is_asked():
    assert lending_room(np.array([1.0, 0.2]), np.array([30.0, 10.0])) == pytest.approx(0.8)
    assert lending_room(np.array([0.3]), np.array([0.0])) == 1.0
    assert lending_share(0.8, 1.0) == 0.8 and lending_share(0.8, 0.5) == 1.0 and lending_share(0.0, 0.0) == 1.0


def test_required_equity_is_that_at_which_adequacy_is_at_the_minimum():
    required = required_equity_bn(np.array([100.0, 50.0]), np.array([0.08, 0.4]), MINIMUM, ADEQUACY)
    np.testing.assert_allclose(required, [100.0 * 0.08 * 5.0 / 7.0, 50.0 * 0.4 * 5.0 / 7.0])
    at_minimum = capital_adequacy(required / np.array([100.0, 50.0]), np.array([0.08, 0.4]), ADEQUACY)
    np.testing.assert_allclose(at_minimum, MINIMUM)
