"""Financing: how issuers meet their need, list, mature and default."""

from collections.abc import Iterator

import numpy as np

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
from sim.financing.direct_financing import direct_financing_bn, direct_financing_is_summed
from sim.financing.issuance import choice_explained, issuers_raise_money
from sim.financing.issuance_spillover import start_of_filing_memory
from sim.financing.listings import gate_moves, listing_queue_moves
from sim.financing.maturities import debt_matures
from sim.financing.panda_bonds import foreign_issuers_decide, panda_bonds_before_base_year_bn
from sim.financing.readings import READINGS
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
from sim.world.macro import MacroPath
from sim.world.policy import Channels

YIELD_GAP_FROM = month_ordinal("2016-01")
"""First month of the mean yield gap, which ends with the base year."""


def start_financing(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    base_year: BaseYear,
    macro: MacroPath,
    issuers: Changes[Issuers],
    queue: Changes[ListingQueue],
    memory: Changes[FilingMemory],
    panda: Changes[PandaProgramme],
    credit: Changes[SmallFirmCredit],
) -> None:
    """Set the queue, the memory of filings, Panda bonds so far and the overdrafts of rationed firms."""
    panda.cumulative_bn = panda_bonds_before_base_year_bn(base_year, parameters)
    years = slice(macro.position(YIELD_GAP_FROM), macro.position(clock.month) + 13)
    panda.gap_mean_pp = float((macro.us_yield_pct[years] - macro.china_yield_pct[years]).mean())
    queue.filed = np.bincount(issuers["waiting_for"], minlength=4).astype(np.int64)
    started = start_of_filing_memory(parameters, issuers)
    memory.recent, memory.usual = started.recent, started.usual
    credit.guarantee_coverage = channels.baseline("guarantee_coverage")
    start_with_refused_needs(parameters, issuers, credit)


def financing_opens(
    issuers: Changes[Issuers],
    issuance: Changes[Issuance],
    queue: Changes[ListingQueue],
    panda: Changes[PandaProgramme],
) -> None:
    """Take the stocks before the month; no flows yet."""
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


def usual_deals_are_remembered(institutions: Institutions, year: BaseYearSums, usual: Changes[UsualDeals]) -> None:
    """Keep the mean deals of the base year and the capital of its underwriters."""
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
        SmallFirmCredit,
        DirectFinancing,
    ),
    start=start_financing,
    opens=financing_opens,
    remembers=usual_deals_are_remembered,
    streams=(
        "issuer.default",
        "issuer.need",
        "issuer.financing",
        "issuer.listing",
        "issuer.listing_gate",
        "issuer.listing_size",
        "issuer.follow_on",
        "issuer.panda",
        "issuer.panda_size",
    ),
    steps=(
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
        Explanation(Issuer, "default", "log rate of default a year", default_terms),
    ),
    solving=FINANCING_SOLVED,
)
