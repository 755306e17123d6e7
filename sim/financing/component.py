"""Financing: how issuers meet their need, list, mature and default."""

from collections.abc import Iterator

import numpy as np

from agents.draws import Draws
from agents.institutions import Institutions
from agents.issuers import Instrument, Issuer, Issuers, ListingRoute
from scenarios.calendar import month_ordinal
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.base_year.base_year import BaseYear
from sim.base_year.sums import BaseYearSums
from sim.clock import Clock
from sim.component import Changes, Component, Explanation, Identity, Step
from sim.financing.credit_events import default_terms
from sim.financing.default_frailty import DefaultFrailty, default_frailty_moves
from sim.financing.direct_financing import direct_financing_bn, direct_financing_is_summed
from sim.financing.firm_balance import FirmAccounts, firms_earn, need_explained, net_worth_bn, start_balance_sheets
from sim.financing.issuance import choice_explained, issuers_raise_money
from sim.financing.issuance_spillover import start_of_filing_memory
from sim.financing.listings import gate_moves, listing_queue_moves
from sim.financing.maturities import debt_matures
from sim.financing.need_cycle import NeedCycle, need_cycle_moves, start_need_cycle
from sim.financing.panda_bonds import foreign_issuers_decide, panda_bonds_before_base_year_bn
from sim.financing.readings import READINGS
from sim.financing.relations import firms_keep_relations, start_relations, usual_capital_is_remembered
from sim.financing.small_firm_credit import acceptance_explained, start_with_refused_needs
from sim.financing.solved import FINANCING_SOLVED
from sim.financing.state import (
    Contagion,
    Defaults,
    DirectFinancing,
    FilingMemory,
    FinancingConstants,
    Issuance,
    ListingQueue,
    PandaProgramme,
    SmallFirmCredit,
    UsualDeals,
)
from sim.financing.underwriting import underwriters_capital_bn
from sim.world.conditions import mean_yields_and_currency
from sim.world.macro import MacroPath
from sim.world.policy import Channels

YIELD_GAP_FROM = month_ordinal("2016-01")
"""First month of the mean yield gap, which ends with the base year."""


def start_financing(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    base_year: BaseYear,
    macro: MacroPath,
    institutions: Institutions,
    issuers: Changes[Issuers],
    queue: Changes[ListingQueue],
    memory: Changes[FilingMemory],
    panda: Changes[PandaProgramme],
    credit: Changes[SmallFirmCredit],
    cycle: Changes[NeedCycle],
) -> None:
    """Set the queue, the memory of filings, Panda bonds so far, the overdrafts of rationed firms and the cycle."""
    start_need_cycle(parameters, cycle)
    panda.cumulative_bn = panda_bonds_before_base_year_bn(base_year, parameters)
    panda.usual = mean_yields_and_currency(macro, range(YIELD_GAP_FROM, clock.month + 13))
    queue.filed = np.bincount(issuers["waiting_for"], minlength=4).astype(np.int64)
    started = start_of_filing_memory(parameters, issuers)
    memory.recent, memory.usual = started.recent, started.usual
    credit.guarantee_coverage = channels.baseline("guarantee_coverage")
    start_with_refused_needs(parameters, issuers, credit)
    start_balance_sheets(clock, parameters, draws, issuers)
    start_relations(clock, draws, institutions, issuers)


def financing_opens(
    issuers: Changes[Issuers],
    issuance: Changes[Issuance],
    queue: Changes[ListingQueue],
    panda: Changes[PandaProgramme],
    accounts: Changes[FirmAccounts],
) -> None:
    """Take the stocks before the month; no flows yet."""
    accounts.opening_net_worth_bn = net_worth_bn(issuers)
    accounts.retained_bn = accounts.bond_fees_bn = accounts.all_bond_fees_bn = 0.0
    issuance.issued_bn = np.zeros(len(Instrument))
    issuance.financial_bonds_bn = issuance.follow_on_bn = 0.0
    issuance.expected_bn = np.zeros(len(issuance.expected_bn))
    queue.expected = np.zeros(len(ListingRoute))
    issuers["defaulted_bn"][:] = 0.0
    issuance.opening_cash_bn = float(issuers["cash_bn"].sum())
    issuance.opening_loans_bn = float(issuers["debt_bn"][Instrument.LOAN].sum())
    panda.opening_bn = panda.cumulative_bn
    queue.opening_star_listings = int(queue.listings[ListingRoute.STAR])


def financing_identities(
    parameters: Parameters,
    constants: FinancingConstants,
    channels: Channels,
    base_year: BaseYear,
    issuers: Issuers,
    book: SecurityBook,
    ledger: Ledger,
    issuance: Issuance,
    queue: ListingQueue,
    panda: PandaProgramme,
    credit: SmallFirmCredit,
    accounts: FirmAccounts,
) -> Iterator[Identity]:
    """Loans, cash, Panda bonds and queues move by their flows; Shanghai is a part of the country."""
    loans = issuance.opening_loans_bn + ledger.total("loan") - ledger.total("loan repayment")
    yield "loans", float(issuers["debt_bn"][Instrument.LOAN].sum()), loans
    yield "demand for loans", credit.asked_bn + credit.beyond_asked_bn, ledger.total("loan") + credit.refused_bn
    yield (
        "cash of issuers",
        float(issuers["cash_bn"].sum()) + 1e5,
        issuance.opening_cash_bn + float(ledger.month_cash_bn[Account.ISSUERS]) + 1e5,
    )
    offers = ledger.total("equity proceeds") - (ledger.total("underwriting fee") - accounts.all_bond_fees_bn)
    worth = accounts.opening_net_worth_bn + accounts.retained_bn + offers - accounts.bond_fees_bn
    yield "balance sheets of firms", net_worth_bn(issuers), worth
    counted = parameters.panda_series_splice
    issued = float(issuance.issued_bn[Instrument.PANDA])
    yield "Panda bonds issued", panda.cumulative_bn, panda.opening_bn + counted * issued
    yield "Panda bonds issued never fall", float(min(panda.cumulative_bn - panda.opening_bn, 0.0)), 0.0
    start = panda_bonds_before_base_year_bn(base_year, parameters)
    yield (
        "Panda bonds outstanding",
        float(book.outstanding_bn[SecurityClass.PANDA] + book.gone_bn[SecurityClass.PANDA]),
        float(book.start_bn[SecurityClass.PANDA]) + (panda.cumulative_bn - start) / counted,
    )
    waiting = np.bincount(issuers["waiting_for"], minlength=4)
    for route in (ListingRoute.MAIN, ListingRoute.STAR, ListingRoute.REIT):
        yield (
            f"queue {route.name}",
            float(queue.filed[route]),
            float(queue.listings[route] + queue.stopped[route] + queue.withdrawn[route] + waiting[route]),
        )
    shanghai, country = direct_financing_bn(parameters, constants, base_year, channels, book, issuance)
    yield "Shanghai is part of the country", float(max(shanghai - country, 0.0)), 0.0


def base_year_is_remembered(
    institutions: Institutions, year: BaseYearSums, usual: Changes[UsualDeals], issuers: Changes[Issuers]
) -> None:
    """Keep the mean deals of the base year, the capital of its underwriters and that of house banks."""
    usual_capital_is_remembered(institutions, issuers)
    usual.debt_bn, usual.equity_bn = year.debt_deals_bn / 12.0, year.equity_deals_bn / 12.0
    usual.capital_bn = underwriters_capital_bn(institutions)


FINANCING = Component(
    name="financing",
    states=(
        Issuance,
        ListingQueue,
        FilingMemory,
        UsualDeals,
        PandaProgramme,
        Contagion,
        Defaults,
        DefaultFrailty,
        SmallFirmCredit,
        DirectFinancing,
        NeedCycle,
        FirmAccounts,
    ),
    start=start_financing,
    opens=financing_opens,
    remembers=base_year_is_remembered,
    streams=(
        "issuer.default",
        "issuer.frailty",
        "issuer.need",
        "issuer.financing",
        "issuer.listing",
        "issuer.listing_gate",
        "issuer.listing_size",
        "issuer.follow_on",
        "issuer.panda",
        "issuer.panda_size",
        "issuer.cycle",
        "issuer.balance_sheet",
        "issuer.return",
        "issuer.relation",
    ),
    steps=(
        Step(need_cycle_moves, owner="World"),
        Step(default_frailty_moves, owner="World"),
        Step(firms_earn, owner="Issuer"),
        Step(firms_keep_relations, owner="Issuer"),
        Step(debt_matures, owner="Issuer"),
        Step(issuers_raise_money, owner="Issuer"),
        Step(gate_moves, owner="World"),
        Step(listing_queue_moves, owner="Issuer"),
        Step(foreign_issuers_decide, owner="Issuer"),
        Step(direct_financing_is_summed, owner="Accounts"),
    ),
    readings=READINGS,
    identities=financing_identities,
    explanations=(
        Explanation(
            Issuer, "instrument", "utility of an instrument over a bank loan, before its random term", choice_explained
        ),
        Explanation(Issuer, "acceptance", "log odds that a bank accepts a loan of this firm", acceptance_explained),
        Explanation(Issuer, "need", "growth of its need a year, before its own shock of the month", need_explained),
        Explanation(Issuer, "default", "log rate of default a year", default_terms),
    ),
    solving=FINANCING_SOLVED,
)
