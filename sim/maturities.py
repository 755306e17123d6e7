"""Debt falls due and is paid; some of it is not."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats, Integers, sum_of_products
from agents.draws import poisson
from agents.issuers import LADDER_MONTHS, Instrument, IssuerClass
from sim.bond_market.primary_market import redeem
from sim.credit_events import default_chances, defaults_are_felt
from sim.ledger import Account
from sim.securities import SecurityClass

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def debt_matures(centre: "FinancialCenter") -> None:
    """Debt of the month falls due and is paid; some issuers default on their bonds."""
    issuers, book = centre.issuers, centre.book
    slot = centre.month % LADDER_MONTHS
    kind = issuers["issuer_class"]
    bank, foreign = kind == IssuerClass.BANK, kind == IssuerClass.FOREIGN
    market_debt = issuers["debt_bn"][1:].sum(axis=0)
    rows = np.flatnonzero(market_debt > 0.0)
    market_debt = market_debt[rows]
    chance, by_rating = default_chances(centre, rows, issuers["maturing_bn"][slot, 1:].sum(axis=0)[rows], market_debt)
    firms = issuers["firms"][rows]
    centre.expected_defaults = (float(sum_of_products(chance, firms)), float(sum_of_products(by_rating, firms)))
    share = _failing_share(centre, rows, chance)
    defaults_are_felt(centre, rows, market_debt, by_rating * market_debt, share * market_debt)
    rows, share = rows[share > 0.0], share[share > 0.0]
    written_off = np.zeros(len(SecurityClass))
    if len(rows):
        lost = issuers["debt_bn"][1:, rows] * share
        issuers["maturing_bn"][:, 1:, rows] *= 1.0 - share
        issuers["debt_bn"][1:, rows] -= lost
        issuers["defaulted_bn"][rows] += lost.sum(axis=0)
        centre.defaults += int(np.rint(share * issuers["firms"][rows]).sum())
        corporate = ~(bank | foreign)[rows]
        bonds = lost[Instrument.BOND - 1]
        written_off[SecurityClass.CORPORATE] = bonds[corporate].sum() + lost[Instrument.GREEN_BOND - 1].sum()
        written_off[SecurityClass.FINANCIAL] = bonds[bank[rows]].sum()
        written_off[SecurityClass.PANDA] = bonds[foreign[rows]].sum()
        written_off[SecurityClass.PAPER] = lost[Instrument.COMMERCIAL_PAPER - 1].sum()
        written_off[SecurityClass.ABS] = lost[Instrument.ABS - 1].sum()
    book.defaulted_bn += written_off

    due = issuers["maturing_bn"][slot].copy()
    issuers["maturing_bn"][slot] = 0.0
    issuers["debt_bn"][:] -= due
    by_class = np.zeros(len(SecurityClass))
    by_class[SecurityClass.FINANCIAL] = due[Instrument.BOND][bank].sum()
    by_class[SecurityClass.CORPORATE] = due[Instrument.BOND][~(bank | foreign)].sum() + due[Instrument.GREEN_BOND].sum()
    by_class[SecurityClass.PAPER] = due[Instrument.COMMERCIAL_PAPER].sum()
    by_class[SecurityClass.ABS] = due[Instrument.ABS].sum()
    redeem(centre.book, centre.ledger, Account.ISSUERS, by_class)
    panda = np.zeros(len(SecurityClass))
    panda[SecurityClass.PANDA] = due[Instrument.BOND][foreign].sum()
    centre.ledger.pay("repayment funds", Account.REST_OF_WORLD, Account.FOREIGN_ISSUERS, float(panda.sum()))
    redeem(centre.book, centre.ledger, Account.FOREIGN_ISSUERS, panda)
    centre.ledger.pay("loan repayment", Account.ISSUERS, Account.BANKS, float(due[Instrument.LOAN].sum()))
    # Foreign issuers repay out of funds from abroad, all others out of what they raise.
    centre.due_bn = np.where(foreign, 0.0, due.sum(axis=0))


def _failing_share(centre: "FinancialCenter", rows: Integers, probability: Floats) -> Floats:
    """Share of the firms behind these agents that defaults this month, shape (rows,)."""
    issuers = centre.issuers
    luck = centre.luck.default.uniform(issuers.luck[rows], centre.month)
    firms = issuers["firms"][rows]
    expected = probability * firms
    share = np.zeros(len(rows))
    hit = luck > np.exp(-expected)
    share[hit] = np.minimum(1.0, poisson(expected[hit], luck[hit]) / firms[hit])
    return share
