"""Rules of balance sheets, against values by hand."""

import numpy as np
import pytest

from agents.balance_sheets import (
    INCOME_TERMS,
    capital_raised_bn,
    income_terms_bn,
    loan_losses_bn,
    own_equity_ratio,
    payout_bn,
    target_equity_ratio,
)


def income(**changed):
    given = {
        "equity_bn": np.array([10.0, 20.0]),
        "loans_bn": np.array([60.0, 0.0]),
        "bonds_bn": np.array([24.0, 12.0]),
        "usual_return": np.array([0.12, 0.06]),
        "usual_losses_bn": np.array([0.05, 0.0]),
        "profitability": np.array([1.0, -1.0]),
        "return_spread": 0.036,
        "margin_change_pp": 0.2,
        "carry_change_pp": -0.5,
        "yield_change_pp": 0.1,
        "marked_duration": np.array([0.9, 3.0]),
    }
    return income_terms_bn(**(given | changed))


def test_terms_of_income_by_hand():
    terms = income()
    assert len(terms) == len(INCOME_TERMS)
    np.testing.assert_allclose(terms[0], [0.1 + 0.05, 0.1])
    np.testing.assert_allclose(terms[1], [0.03, -0.06])
    np.testing.assert_allclose(terms[2], [0.01, 0.0])
    np.testing.assert_allclose(terms[3], [-0.01, -0.005])
    np.testing.assert_allclose(terms[4], [-0.0216, -0.036])


def test_a_rise_of_yields_costs_more_where_more_bonds_are_marked():
    up, down = income(yield_change_pp=0.5)[4], income(yield_change_pp=-0.5)[4]
    np.testing.assert_allclose(up, -down)
    assert (up < 0.0).all() and up[1] / 12.0 < up[0] / 24.0


def test_losses_on_loans_are_the_charge_and_what_defaults_add():
    loans = np.array([100.0, 0.0])
    np.testing.assert_allclose(loan_losses_bn(loans, 0.012, 0.0, 0.5, 0.4), [0.1, 0.0])
    np.testing.assert_allclose(loan_losses_bn(loans, 0.012, 0.01, 0.5, 0.4), [0.3, 0.0])
    # A month with far fewer defaults than usual costs nothing; it brings no money back.
    np.testing.assert_allclose(loan_losses_bn(loans, 0.012, -0.1, 0.5, 0.4), 0.0)


def test_dividends_are_paid_out_of_profit_alone():
    np.testing.assert_allclose(payout_bn(np.array([2.0, -2.0]), 0.3), [0.6, 0.0])


def test_part_of_the_gap_to_the_target_is_raised_or_taken_out():
    raised = capital_raised_bn(np.array([8.0, 12.0]), np.array([100.0, 100.0]), np.array([0.1, 0.1]), 0.3, 0.01, 0.9)
    np.testing.assert_allclose(raised, [0.05, -0.05])


def test_owners_refill_lost_equity_to_the_least_and_take_out_what_exceeds_the_most():
    raised = capital_raised_bn(np.array([-3.0, 99.0]), np.array([100.0, 100.0]), np.array([0.1, 0.95]), 0.3, 0.01, 0.9)
    np.testing.assert_allclose(raised, [4.0, -9.0])


def test_at_the_target_equity_grows_in_step_with_assets_at_the_normal_ratio():
    normal, growth, usual = np.array([0.08, 0.5]), np.array([0.095, 0.02]), np.array([0.1, 0.15])
    target = target_equity_ratio(normal, growth, usual, 0.3, 0.3)
    assert target[0] > normal[0] and target[1] < normal[1]
    assets = np.array([100.0, 100.0])
    equity = normal * assets
    raised = capital_raised_bn(equity, assets, target, 0.3, 0.01, 0.9)
    retained = 0.7 * usual / 12.0 * equity
    np.testing.assert_allclose((raised + retained) / equity, growth / 12.0)


def test_ratios_at_the_beginning_spread_around_that_of_the_sector_within_the_most():
    normal = np.random.default_rng(1).normal(size=20000)
    own = own_equity_ratio(np.full(20000, 0.1), 0.2, normal, 0.9)
    assert own.mean() == pytest.approx(0.1, rel=0.01) and np.log(own).std() == pytest.approx(0.2, rel=0.02)
    assert own_equity_ratio(np.array([0.8]), 0.2, np.array([3.0]), 0.9) == 0.9
