import numpy as np
import pytest

from agents.issuers import Instrument
from sim.accounting.securities import (
    CLASS_OF_INSTRUMENT,
    Holder,
    SecurityBook,
    SecurityClass,
    class_table,
)

OUTSTANDING = np.array([65_000.0, 10_700.0, 7_600.0, 19_800.0, 2_400.0, 2_900.0, 200.0])


@pytest.fixture
def book():
    return SecurityBook(OUTSTANDING, 2_190.0)


def test_every_bond_has_a_holder(book):
    np.testing.assert_allclose(book.holdings_bn.sum(axis=0), OUTSTANDING)
    assert (book.holdings_bn >= 0.0).all()


def test_foreigners_hold_what_they_hold_in_the_mix_observed(book):
    assert book.holdings_bn[Holder.FOREIGN].sum() == pytest.approx(2_190.0)
    share = book.holdings_bn[Holder.FOREIGN] / 2_190.0
    assert share[SecurityClass.SOVEREIGN] == pytest.approx(0.88)


def test_residual_holders_want_at_the_start_what_they_hold(book):
    np.testing.assert_array_equal(book.demand_base_bn, book.holdings_bn[1:])
    assert (book.premium_pp == 0.0).all()


def test_the_yield_of_a_class_is_that_of_government_bonds_and_its_spread(book):
    book.premium_pp[:] = [0.2, 0.1, 0.0, -0.1, 0.0, 0.0, 0.3]
    np.testing.assert_allclose(book.yield_premia_pp(), [0.2, 0.3, 0.2, 0.1, 0.2, 0.2, 0.5])


def test_the_book_keeps_its_own_copy_of_the_stocks_it_is_given():
    given_stocks = OUTSTANDING.copy()
    book = SecurityBook(given_stocks, 0.0)
    book.outstanding_bn += 1.0
    assert (given_stocks == OUTSTANDING).all()


def test_stocks_move_by_issues_less_redemptions_less_defaults(book):
    book.open_month()
    book.gross_bn[SecurityClass.CORPORATE] = 900.0
    book.redeemed_bn[SecurityClass.CORPORATE] = 600.0
    book.defaulted_bn[SecurityClass.CORPORATE] = 10.0
    book.close_flows()
    change = book.outstanding_bn - OUTSTANDING
    assert change[SecurityClass.CORPORATE] == pytest.approx(290.0)
    assert (np.delete(change, SecurityClass.CORPORATE) == 0.0).all()


def test_a_new_month_opens_with_the_stocks_of_the_old_one_and_no_flows(book):
    book.open_month()
    book.gross_bn[:] = 5.0
    book.close_flows()
    book.open_month()
    np.testing.assert_array_equal(book.opening_bn, OUTSTANDING + 5.0)
    for flow in (book.gross_bn, book.redeemed_bn, book.defaulted_bn):
        assert (flow == 0.0).all()
    book.outstanding_bn += 1.0
    np.testing.assert_array_equal(book.opening_bn, OUTSTANDING + 5.0)


def test_interbank_custody_is_the_interbank_part_of_each_class(book):
    book.interbank_share = np.array([0.9, 1.0, 0.85, 0.55, 1.0, 0.35, 0.78])
    assert book.interbank_custody_bn() == pytest.approx(float(OUTSTANDING @ book.interbank_share))


def test_shares_of_the_class_table_are_shares_and_foreigners_allocate_all_they_hold():
    table = class_table()
    assert sum(table["foreign_allocation"]) == pytest.approx(1.0)
    for column, shares in table.items():
        known = [share for share in shares if share == share]
        assert all(0.0 <= share <= 1.0 for share in known), column
        assert len(known) == len(SecurityClass) - (column == "interbank_share")  # the sovereign one is solved


def test_green_bonds_are_counted_once_inside_corporate_bonds():
    assert CLASS_OF_INSTRUMENT[Instrument.GREEN_BOND] is CLASS_OF_INSTRUMENT[Instrument.BOND]
    assert set(CLASS_OF_INSTRUMENT) == {
        Instrument.BOND,
        Instrument.GREEN_BOND,
        Instrument.COMMERCIAL_PAPER,
        Instrument.ABS,
    }
