"""The interbank network and what a failure does in it."""

import copy

import numpy as np
import pytest

from agents.institutions import Sector
from agents.interbank import core_of
from sim.banking.state import InterbankClaims
from sim.closing.accounts import accounts_close
from sim.component import Part
from sim.failures.institution_failure import bank_fails
from sim.institutions.state import SeatFlows


@pytest.fixture(scope="module")
def january(centre):
    """The first month of 2021, in which the network is drawn."""
    model = centre("frozen", rng=3, verify=True)
    model.step()
    return model


def banks_of(model):
    rows = np.flatnonzero(model.institutions["sector"] == Sector.BANK)
    return rows, core_of(model.institutions["assets_bn"][rows], model.parameters.interbank_core_share)


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


# Failure


def small_bank(model):
    """Row of a bank outside the core that owes somebody something."""
    rows, core = banks_of(model)
    outside = rows[~core]
    return int(outside[model.institutions["interbank_borrowed_bn"][outside].argmax()])


def test_the_accounts_close_after_a_failure_in_a_month_and_between_months(january):
    model = copy.deepcopy(january)
    Part(bank_fails).on(model.states, small_bank(model))
    exits = model.state(SeatFlows).exits
    assert exits >= 1
    Part(accounts_close).on(model.states)
    model.run_for(3)
    assert model.verify and model.largest_error < 1e-9
