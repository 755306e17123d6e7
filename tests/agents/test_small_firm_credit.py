"""Rationing of small firms: what banks look at, what a guarantee changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.small_firm_credit import (
    acceptance_log_odds,
    accepted_share,
    amount_factor,
    directed_shift,
    guarantee_discount_pp,
    loan_quality_shift,
    newly_guaranteed,
    next_pool_quality_loss,
    screening_shift,
    steady_overdraft_bn,
)


def test_the_terms_are_usual_odds_quality_and_shifts():
    terms = acceptance_log_odds(
        np.array([0.5, 0.8]), np.array([1.0, -1.0]), np.array([True, False]), 0.8, -0.1, 0.2, 0.3
    )
    assert [term.tolist() for term in terms] == [
        pytest.approx([0.0, np.log(4.0)]),
        pytest.approx([0.8, -0.8]),
        pytest.approx([-0.1, -0.1]),
        pytest.approx([0.2, 0.2]),
        pytest.approx([0.3, 0.0]),
    ]


def test_bad_loans_and_screening_costs_make_banks_careful_and_direction_makes_them_willing():
    assert loan_quality_shift(0.0034, 0.0034, 1.0) == pytest.approx(-1.0)
    assert screening_shift(2.0, 1.0, 0.5) < 0.0 == screening_shift(1.0, 1.0, 0.5) < screening_shift(0.5, 1.0, 0.5)
    assert directed_shift(2.0, 1.0, 1.0) == pytest.approx(np.log(2.0))


def test_a_guarantee_adds_its_percentage_points_for_a_firm_with_usual_odds():
    usual = np.array([0.55])
    odds = np.log(usual / (1.0 - usual))
    covered = accepted_share(odds, usual, 1.0, 2.0)[0] - accepted_share(odds, usual, 0.0, 2.0)[0]
    assert covered == pytest.approx(0.02, abs=0.0005)


@given(st.floats(-4.0, 4.0), st.floats(0.05, 0.95), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_coverage_never_lowers_acceptance(odds, usual, low, high):
    low, high = sorted((low, high))
    at = np.array([odds]), np.array([usual])
    assert accepted_share(*at, high, 2.0)[0] >= accepted_share(*at, low, 2.0)[0] - 1e-15


def test_new_guarantees_raise_amounts_for_a_while():
    new = newly_guaranteed(0.0, 0.3, 0.2, 24.0)
    assert new == pytest.approx(0.1)
    for _ in range(24):
        new = newly_guaranteed(new, 0.3, 0.3, 24.0)
    assert new == pytest.approx(0.05)
    assert amount_factor(0.1, 17.4) == pytest.approx(1.0174)


def test_the_steady_overdraft_is_made_good_as_fast_as_it_grows():
    need, accepted, repayment = np.array([10.0]), np.array([0.8]), 0.2
    overdraft = steady_overdraft_bn(need, accepted, repayment)
    assert (accepted * (need + repayment * overdraft))[0] == pytest.approx(10.0)


def test_the_pool_gets_worse_by_those_whom_a_help_lets_in_and_stays_where_nothing_is_lent():
    loss = next_pool_quality_loss(
        np.array([0.0, 0.1, 0.1]), np.array([0.6, 0.5, 0.9]), np.full(3, 0.5), np.array([1.0, 1.0, 0.0]), 30.0
    )
    weight = 1.0 - np.exp(-1.0 / 30.0)
    np.testing.assert_allclose(loss, [weight * np.log(1.2), 0.1 - weight * 0.1, 0.1])


def test_a_guarantee_takes_its_part_of_the_spread_for_risk_off_a_loan():
    spread = np.array([-0.2, 0.6, 1.4])
    np.testing.assert_allclose(guarantee_discount_pp(spread, -0.2, 0.23, 0.03, 0.5), [0.0, 0.08, 0.16])
    assert not guarantee_discount_pp(spread, -0.2, 0.03, 0.03, 0.5).any()
