import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.accounting.ledger import Account, Ledger

accounts = st.sampled_from(list(Account))
names = st.sampled_from(["loan", "redemption", "secondary trade"])
amounts = st.floats(0.0, 1e6)
payments = st.lists(st.tuples(names, accounts, accounts, amounts), max_size=40)
trades = st.lists(st.tuples(names, accounts, accounts, st.floats(-1e6, 1e6)), max_size=40)


@given(payments, trades)
def test_no_money_appears_or_disappears(paid, traded):
    ledger = Ledger()
    for payment in paid:
        ledger.pay(*payment)
    for trade in traded:
        ledger.trade(*trade)
    scale = sum(p[-1] for p in paid) + sum(abs(t[-1]) for t in traded) + 1.0
    assert abs(ledger.cash_bn.sum()) <= 1e-12 * scale
    assert abs(ledger.month_cash_bn.sum()) <= 1e-12 * scale


def test_a_payment_leaves_the_payer_and_reaches_the_receiver():
    ledger = Ledger()
    ledger.pay("loan", Account.BANKS, Account.ISSUERS, 30.0)
    assert ledger.cash_bn[Account.BANKS] == -30.0
    assert ledger.cash_bn[Account.ISSUERS] == 30.0
    assert np.count_nonzero(ledger.cash_bn) == 2
    assert ledger.flows["loan", Account.BANKS, Account.ISSUERS] == 30.0


@pytest.mark.parametrize("amount", [-1e-9, -5.0, float("nan"), float("inf"), float("-inf")])
def test_what_is_no_amount_of_money_is_refused_and_leaves_no_trace(amount):
    ledger = Ledger()
    with pytest.raises(ValueError, match="'loan' from BANKS to ISSUERS"):
        ledger.pay("loan", Account.BANKS, Account.ISSUERS, amount)
    assert not ledger.flows
    assert (ledger.cash_bn == 0.0).all()


def test_a_trade_of_no_number_is_refused():
    with pytest.raises(ValueError, match="nan"):
        Ledger().trade("secondary trade", Account.BANKS, Account.ISSUERS, float("nan"))


@given(accounts, accounts, st.floats(0.0, 1e6))
def test_a_negative_purchase_is_a_sale_back(buyer, seller, amount):
    bought, sold = Ledger(), Ledger()
    bought.trade("secondary trade", buyer, seller, amount)
    sold.trade("secondary trade", seller, buyer, -amount)
    np.testing.assert_array_equal(bought.cash_bn, sold.cash_bn)
    assert all(flow >= 0.0 for flow in sold.flows.values())


@given(payments)
def test_a_total_adds_up_the_flows_of_one_name_whoever_pays(paid):
    ledger = Ledger()
    for payment in paid:
        ledger.pay(*payment)
    for name in ("loan", "redemption"):
        assert ledger.total(name) == pytest.approx(sum(p[-1] for p in paid if p[0] == name))
    assert ledger.total("nothing of that name") == 0


def test_a_new_month_forgets_flows_and_keeps_cash():
    ledger = Ledger()
    ledger.pay("loan", Account.BANKS, Account.ISSUERS, 30.0)
    ledger.open_month()
    assert ledger.total("loan") == 0
    assert (ledger.month_cash_bn == 0.0).all()
    ledger.pay("loan", Account.BANKS, Account.ISSUERS, 12.0)
    assert ledger.month_cash_bn[Account.ISSUERS] == 12.0
    assert ledger.cash_bn[Account.ISSUERS] == 42.0
