"""Debt that falls due: repayment and default."""

import numpy as np

from agents.arrays import Floats, Integers, rows_where, sum_of_products
from agents.draws import Draws, poisson
from agents.issuers import LADDER_MONTHS, ROUNDING_BN, Instrument, IssuerClass, Issuers
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.base_year.base_year import BaseYear
from sim.bond_market.primary_market import redeem
from sim.clock import Clock
from sim.component import Changes
from sim.financing.credit_events import default_chances, defaults_are_felt, domestic_firms, unexpected_share
from sim.financing.default_frailty import DefaultFrailty
from sim.financing.firm_balance import are_firms
from sim.financing.state import Contagion, Defaults, FinancingConstants, Issuance
from sim.world.interactions import Interactions
from sim.world.shock_values import ShockValues


def debt_matures(
    clock: Clock,
    parameters: Parameters,
    constants: FinancingConstants,
    draws: Draws,
    shocks: ShockValues,
    interactions: Interactions,
    base_year: BaseYear,
    frailty: DefaultFrailty,
    issuers: Changes[Issuers],
    book: Changes[SecurityBook],
    ledger: Changes[Ledger],
    contagion: Changes[Contagion],
    defaults: Changes[Defaults],
    issuance: Changes[Issuance],
) -> None:
    """Debt matures, some issuers default."""
    slot = clock.month % LADDER_MONTHS
    kind = issuers["issuer_class"]
    bank, foreign = kind == int(IssuerClass.BANK), kind == int(IssuerClass.FOREIGN)
    market_debt = issuers["debt_bn"][1:].sum(axis=0)
    rows = rows_where(market_debt > ROUNDING_BN)
    market_debt = market_debt[rows]
    due_on_market = issuers["maturing_bn"][slot, 1:].sum(axis=0)[rows]
    chance, by_rating = default_chances(
        parameters, constants, shocks, base_year, frailty, issuers, contagion, rows, due_on_market, market_debt
    )
    firms = issuers["firms"][rows]
    defaults.expected = (float(sum_of_products(chance, firms)), float(sum_of_products(by_rating, firms)))
    share = _failing_share(clock, draws, issuers, rows, chance)
    expected_bn, lost_bn = by_rating * market_debt, share * market_debt
    of_firms = domestic_firms(issuers, rows)
    defaults.expected_bn = float(expected_bn.sum())
    defaults.unexpected_share = unexpected_share(of_firms, market_debt, expected_bn, lost_bn)
    defaults_are_felt(parameters, interactions, issuers, contagion, rows, of_firms, market_debt, expected_bn, lost_bn)
    lose = rows_where(share)
    rows, share = rows[lose], share[lose]
    written_off = np.zeros(len(SecurityClass))
    if len(rows):
        lost = issuers["debt_bn"][1:, rows] * share
        issuers["maturing_bn"][:, 1:, rows] *= 1.0 - share
        issuers["debt_bn"][1:, rows] -= lost
        issuers["defaulted_bn"][rows] += lost.sum(axis=0)
        # What creditors lose, a firm has lost before: its net worth stays as it is.
        issuers["assets_bn"][rows] -= np.where(are_firms(issuers)[rows], lost.sum(axis=0), 0.0)
        defaults.count += int(np.rint(share * issuers["firms"][rows]).sum())
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
    redeem(book, ledger, Account.ISSUERS, by_class)
    panda = np.zeros(len(SecurityClass))
    panda[SecurityClass.PANDA] = due[Instrument.BOND][foreign].sum()
    ledger.pay("repayment funds", Account.REST_OF_WORLD, Account.FOREIGN_ISSUERS, float(panda.sum()))
    redeem(book, ledger, Account.FOREIGN_ISSUERS, panda)
    ledger.pay("loan repayment", Account.ISSUERS, Account.BANKS, float(due[Instrument.LOAN].sum()))
    # Foreign issuers repay out of funds from abroad, all others out of new funds.
    issuance.due_bn = np.where(foreign, 0.0, due.sum(axis=0))


def _failing_share(clock: Clock, draws: Draws, issuers: Issuers, rows: Integers, probability: Floats) -> Floats:
    """Share of the firms behind these agents that defaults this month, shape (rows,)."""
    uniform = draws["issuer.default"].uniform(issuers.draw_keys[rows], clock.month)
    firms = issuers["firms"][rows]
    expected = probability * firms
    share = np.zeros(len(rows))
    hit = uniform > np.exp(-expected)
    share[hit] = np.minimum(1.0, poisson(expected[hit], uniform[hit]) / firms[hit])
    return share
