"""The interbank network and what a failure does in it."""

import copy

import numpy as np
import pytest

from agents.institutions import Sector
from agents.interbank import core_of
from sim.accounts import accounts_close
from sim.banking.failure import bank_fails
from sim.banking.interbank import interbank_market_clears, repo_dealt_out, settle_claims_of_leavers
from sim.banking.state import BankFailures, InterbankClaims
from sim.component import Part
from sim.institutions.state import SeatFlows
from sim.trading.state import Turnover


@pytest.fixture(scope="module")
def january(centre):
    """The first month of 2021, in which the network is drawn."""
    model = centre("frozen", rng=3, verify=True)
    model.step()
    return model


def banks_of(model):
    rows = np.flatnonzero(model.institutions["sector"] == Sector.BANK)
    return rows, core_of(model.institutions["assets_bn"][rows], model.parameters.interbank_core_share)


def test_each_bank_lends_and_borrows_its_part_of_assets_and_no_one_else_does(january):
    institutions, share = january.institutions, january.parameters.interbank_asset_share
    rows, _ = banks_of(january)
    wanted = share * institutions["assets_bn"][rows]
    for column in ("interbank_lent_bn", "interbank_borrowed_bn"):
        np.testing.assert_allclose(institutions[column][rows], wanted, rtol=1e-2)
        assert np.abs(institutions[column][rows] - wanted).sum() < 1e-5 * wanted.sum()
        assert not np.delete(institutions[column], rows).any()


def test_a_small_core_has_most_of_the_volume(january):
    rows, core = banks_of(january)
    ids = january.institutions.unique_ids[rows[core]]
    claims = january.state(InterbankClaims).loans
    lends, borrows = np.isin(claims.lender, ids), np.isin(claims.borrower, ids)
    assert 0.10 <= core.mean() <= 0.20
    assert 0.55 < claims.amount_bn[lends].sum() / claims.amount_bn.sum() < 0.8
    assert (lends | borrows).mean() > 0.7
    density = len(claims.amount_bn) / (len(rows) * (len(rows) - 1))
    assert density == pytest.approx(january.parameters.interbank_density, rel=0.1)


def test_a_denser_network_has_more_links_and_the_same_volume(january):
    dense = copy.deepcopy(january)
    dense.parameters = dense.parameters.replace(interbank_density=0.12)
    Part(interbank_market_clears).on(dense.states_now())
    assert dense.month % 3 == 0
    assert len(dense.state(InterbankClaims).loans.amount_bn) > 1.3 * len(january.state(InterbankClaims).loans.amount_bn)
    assert dense.state(InterbankClaims).loans.amount_bn.sum() == pytest.approx(
        january.state(InterbankClaims).loans.amount_bn.sum()
    )


def test_claims_are_drawn_each_quarter_and_settled_in_between_when_an_end_leaves(january):
    model = copy.deepcopy(january)
    before = model.state(InterbankClaims).loans
    gone = int(before.lender[0])
    model.institutions.remove(model.institutions.rows_of([gone]))
    settle_claims_of_leavers(model.institutions, model.state(InterbankClaims))
    assert not np.isin(gone, [model.state(InterbankClaims).loans.lender, model.state(InterbankClaims).loans.borrower])
    kept = (before.lender != gone) & (before.borrower != gone)
    assert (model.state(InterbankClaims).loans.amount_bn == before.amount_bn[kept]).all()
    later = copy.deepcopy(january)
    later.step()
    assert later.state(InterbankClaims).loans.amount_bn.sum() <= january.state(InterbankClaims).loans.amount_bn.sum()
    later.run_for(2)
    assert later.month % 3 == 0
    assert later.state(InterbankClaims).loans.amount_bn.sum() > january.state(InterbankClaims).loans.amount_bn.sum()


def test_repo_is_borrowed_from_core_banks_against_bonds(january):
    institutions = january.institutions
    lends = institutions["repo_lent_bn"] > 0.0
    assert (institutions["sector"][lends] == Sector.BANK).all()
    assert not (lends & (institutions["repo_borrowed_bn"] > 0.0)).any()
    np.testing.assert_allclose(
        institutions["repo_borrowed_bn"], institutions["leverage"] * institutions["bonds_bn"], rtol=1e-12
    )
    assert institutions["repo_lent_bn"].sum() == pytest.approx(institutions["repo_borrowed_bn"].sum())


def test_doubled_leverage_doubles_every_repo_loan(january):
    model = copy.deepcopy(january)
    model.institutions["leverage"] *= 2.0
    np.testing.assert_allclose(dealt_out(model).amount_bn, 2.0 * january.state(InterbankClaims).repo.amount_bn)
    assert (dealt_out(model).lender == january.state(InterbankClaims).repo.lender).all()


def dealt_out(model):
    return repo_dealt_out(model.parameters, model.draws, model.institutions, model.state(InterbankClaims).loans)


# Failure


def small_bank(model):
    """Row of a bank outside the core that owes somebody something."""
    rows, core = banks_of(model)
    outside = rows[~core]
    return int(outside[model.institutions["interbank_borrowed_bn"][outside].argmax()])


def test_creditors_write_off_their_part_of_what_they_lent(january):
    model = copy.deepcopy(january)
    institutions, row = model.institutions, small_bank(model)
    failed, count = int(institutions.unique_ids[row]), len(institutions)
    claims = model.state(InterbankClaims).loans
    mine = claims.borrower == failed
    creditors, owed = claims.lender[mine], claims.amount_bn[mine]
    equity = institutions["equity_bn"][institutions.rows_of(creditors)]
    size = float(institutions["assets_bn"][row])
    record = Part(bank_fails).on(model.states_now(), row)
    rows = institutions.rows_of(creditors)
    loss = model.parameters.interbank_loss_given_default * owed
    np.testing.assert_allclose(equity - institutions["equity_bn"][rows], loss)
    assert institutions.rows_of([failed]) == -1
    assert (record.assets_bn, record.month) == (size, model.month)
    assert record.interbank_borrowed_bn == pytest.approx(owed.sum())
    assert record.first_losses_bn == pytest.approx(loss.sum())
    assert record.further_failures == 0
    direct = loss.sum() / institutions["equity_bn"][institutions["sector"] == Sector.BANK].sum()
    assert 0.9 * direct < record.equity_loss_share < 3.0 * direct
    assert model.state(BankFailures).failures == [record]
    assert len(institutions) == count - 1
    Part(accounts_close).on(model.states_now())


def test_the_accounts_close_after_a_failure_in_a_month_and_between_months(january):
    model = copy.deepcopy(january)
    Part(bank_fails).on(model.states_now(), small_bank(model))
    exits = model.state(SeatFlows).exits
    assert exits >= 1
    Part(accounts_close).on(model.states_now())
    model.run_for(3)
    assert model.verify and model.largest_error < 1e-9


def test_a_creditor_without_equity_left_fails_too(january):
    model = copy.deepcopy(january)
    institutions, row = model.institutions, small_bank(model)
    claims = model.state(InterbankClaims).loans
    creditor = int(institutions.rows_of(claims.lender[claims.borrower == institutions.unique_ids[row]][:1])[0])
    weak = int(institutions.unique_ids[creditor])
    institutions["liabilities_bn"][creditor] += institutions["equity_bn"][creditor] - 1e-6
    institutions["equity_bn"][creditor] = 1e-6
    record = Part(bank_fails).on(model.states_now(), row)
    assert record.further_failures >= 1
    assert institutions.rows_of([weak]) == -1
    assert (institutions["equity_bn"] > 0.0).all()
    Part(accounts_close).on(model.states_now())


def test_nothing_is_lost_where_everything_is_recovered(january):
    model = copy.deepcopy(january)
    model.parameters = model.parameters.replace(interbank_loss_given_default=0.0)
    before = model.institutions["equity_bn"].sum() - model.institutions["equity_bn"][small_bank(model)]
    record = Part(bank_fails).on(model.states_now(), small_bank(model))
    assert (record.first_losses_bn, record.equity_loss_share, record.further_failures) == (0.0, 0.0, 0)
    assert model.institutions["equity_bn"].sum() == pytest.approx(before)


def test_only_a_bank_can_fail(january):
    insurer = int(np.flatnonzero(january.institutions["sector"] == Sector.INSURER)[0])
    with pytest.raises(ValueError, match="is a INSURER, not a bank"):
        Part(bank_fails).on(january.states_now(), insurer)


# Market making


def test_dealers_that_lose_equity_make_markets_thinner(centre):
    plain, hurt = centre("frozen", rng=2), centre("frozen", rng=2)
    loss = 0.5 * hurt.institutions["equity_bn"]
    hurt.institutions["equity_bn"] -= loss
    hurt.institutions["liabilities_bn"] += loss
    plain.step()
    hurt.step()
    assert (hurt.state(Turnover).turnover_trn <= plain.state(Turnover).turnover_trn).all()
    thinner = np.flatnonzero(hurt.state(Turnover).turnover_trn < 0.97 * plain.state(Turnover).turnover_trn)
    assert thinner.tolist() == [1, 5, 6, 7]
