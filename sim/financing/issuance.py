"""Issuers choose how to meet the need of the month."""

from functools import lru_cache, reduce
from operator import add

import numpy as np

from agents.arrays import Flags, Floats, Integers, rows_where
from agents.bond_demand import supply_at_cost
from agents.draws import Draws
from agents.equity_investors import RETURN_STEP
from agents.institutions import Institutions
from agents.issuers import (
    LADDER_INSTRUMENTS,
    LADDER_MONTHS,
    Industry,
    Instrument,
    IssuerClass,
    Issuers,
    ListingRoute,
    all_in_cost_pp,
    choose_instrument,
    filing_probability,
    funding_need_bn,
    instrument_utility,
    regional_search_cost_pp,
    tastes_that_count,
)
from agents.underwriting import placed_share
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import CLASS_OF_INSTRUMENT, SecurityBook, SecurityClass
from sim.banking.state import LendingCapacity
from sim.base_year.base_year import BaseYear
from sim.base_year.dated_events import REIT_PILOT
from sim.bond_market.primary_market import sell_issue
from sim.bond_market.state import ResidualHolders, china_yield_pct
from sim.clock import Clock, season
from sim.component import Changes
from sim.financing.credit_events import contagion_spreads_pp, needs_go_unmet
from sim.financing.firm_balance import FirmAccounts, are_firms, need_terms, own_utilities
from sim.financing.issuance_spillover import filing_spillover, filings_are_remembered
from sim.financing.listings import lead_times
from sim.financing.need_cycle import NeedCycle
from sim.financing.provinces import in_delta
from sim.financing.relations import market_is_remembered
from sim.financing.small_firm_credit import loans_granted
from sim.financing.state import (
    Contagion,
    FilingMemory,
    FinancingConstants,
    Issuance,
    ListingQueue,
    SmallFirmCredit,
    UsualDeals,
)
from sim.financing.underwriting import capacity_bn
from sim.trading.liquidity import premium_change_pp
from sim.trading.state import Liquidity
from sim.world.conditions import (
    china_yield_12m_pct,
    china_yield_2020_pct,
    china_yield_change_3m_pp,
    equity_return_6m,
)
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues

RATING_AA = 2
"""Rating whose spread states the size of a shock `credit_spread`."""

INSTRUMENT_TERMS = (
    "constant",
    "all-in cost",
    "wait in the queue",
    "change of yields",
    "share returns",
    "appetite of the market",
)
"""Terms of an instrument's utility that depend on the issuer's rating or are common to all."""

ADDED_TERMS = (
    "defaults of others",
    "search for underwriters",
    "filings in the industry",
    "own leverage",
    "house bank",
    "lead underwriter",
    "own history",
    "guarantees",
)
"""Terms that depend on the issuer's industry, province, balance sheet, relations and history."""

TRANCHE_KEY = np.uint64(0x9E3779B97F4A7C15)
"""Step between the keys of the draws of an issuer's tranches: odd, so that no two tranches share a key."""


def green_spread_pp(parameters: Parameters, channels: Channels) -> float:
    """Cost of a green bond over an ordinary one of the same issuer, percentage points a year."""
    information = channels.ratio("esg_information_cost")
    label = parameters.green_label_cost + parameters.esg_spread_semielasticity * np.log(information)
    return float(channels["green_financing_spread"] + label) / 100.0


def costs_pp(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    base_year: BaseYear,
    macro: MacroPath,
    book: SecurityBook,
    liquidity: Liquidity,
) -> Floats:
    """All-in cost of each instrument by rating this month, shape (4, 9)."""
    change = china_yield_12m_pct(clock, macro) - china_yield_2020_pct(macro)
    loan_rate = base_year.observed("loan_prime_rate_pct") + parameters.loan_rate_passthrough * (change)
    premium = np.zeros(len(Instrument))
    for instrument, security in CLASS_OF_INSTRUMENT.items():
        premium[instrument] = book.premium_pp[security]
    issue_cost_pp = channels["bond_issuance_cost"] / 100.0 + parameters.fee_bond
    equity = parameters.cost_of_equity - parameters.equity_supply_semielasticity * np.log(
        channels.ratio("long_term_equity_allocation")
    )
    of_bonds, of_shares = premium_change_pp(parameters, channels, interactions, liquidity).tolist()
    spreads_bp = np.array([*parameters.credit_spread, parameters.credit_spread_lower])
    return all_in_cost_pp(
        loan_rate_pct=loan_rate,
        loan_spread_pp=np.array(parameters.loan_spread),
        government_yield_pct=china_yield_pct(clock, macro, book),
        credit_spread_pp=spreads_bp * (1.0 + shocks["credit_spread"] / spreads_bp[RATING_AA]) / 100.0,
        class_premium_pp=premium,
        paper_spread_share=parameters.paper_spread_share,
        abs_premium_pp=parameters.abs_premium,
        bond_issue_cost_pp=issue_cost_pp / parameters.bond_issue_cost_years,
        paper_issue_cost_pp=issue_cost_pp / parameters.paper_issue_cost_years,
        green_spread_pp=green_spread_pp(parameters, channels),
        equity_cost_pct=equity,
        equity_fee_pp=parameters.fee_ipo / parameters.offer_cost_years,
        bond_liquidity_premium_pp=of_bonds,
        share_liquidity_premium_pp=of_shares,
        reit_yield_pct=parameters.reit_yield
        + parameters.reit_fee / parameters.offer_cost_years
        - (parameters.cost_of_equity - equity),
    )


def _eligible(clock: Clock, parameters: Parameters, channels: Channels, base_year: BaseYear, issuers: Issuers) -> Flags:
    """Which instruments each issuer may use, shape (9, n)."""
    kind = issuers["issuer_class"]
    bank, foreign = kind == int(IssuerClass.BANK), kind == int(IssuerClass.FOREIGN)
    market = issuers["market_access"]
    idle = issuers["waiting_for"] == int(ListingRoute.NONE)
    able = np.zeros((len(Instrument), len(issuers)), dtype=bool)
    able[Instrument.LOAN] = ~(bank | foreign)
    able[Instrument.BOND] = (market | bank) & ~foreign
    able[Instrument.COMMERCIAL_PAPER] = market & (kind != int(IssuerClass.PRIVATE_MID)) & ~(bank | foreign)
    able[Instrument.GREEN_BOND] = issuers["green"] & market & ~(bank | foreign)
    pools = parameters.securitisable_share_of_issuers
    pools *= channels.ratio("securitisable_share")
    able[Instrument.ABS] = issuers["securitisable"] & (issuers["pool_rank"] < pools)
    private = (kind == int(IssuerClass.PRIVATE_LARGE)) | (kind == int(IssuerClass.PRIVATE_MID))
    unlisted = idle & (issuers["listed_firms"] < issuers["firms"])
    able[Instrument.IPO_MAIN] = private & unlisted
    star = base_year.observed("ipo_count_star") > 0.0
    able[Instrument.IPO_STAR] = issuers["hard_technology"] & unlisted & star
    if REIT_PILOT.in_force(base_year, clock.month):
        able[Instrument.REIT] = (
            (kind == int(IssuerClass.INFRASTRUCTURE))
            & idle
            & (issuers["asset_rank"] < channels["reits_eligible_assets"])
        )
    return able


def issuers_raise_money(
    clock: Clock,
    parameters: Parameters,
    constants: FinancingConstants,
    draws: Draws,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    base_year: BaseYear,
    macro: MacroPath,
    institutions: Institutions,
    lending: LendingCapacity,
    usual: UsualDeals,
    liquidity: Liquidity,
    contagion: Contagion,
    cycle: NeedCycle,
    issuers: Changes[Issuers],
    issuance: Changes[Issuance],
    queue: Changes[ListingQueue],
    memory: Changes[FilingMemory],
    credit: Changes[SmallFirmCredit],
    accounts: Changes[FirmAccounts],
    book: Changes[SecurityBook],
    holders: Changes[ResidualHolders],
    ledger: Changes[Ledger],
) -> None:
    """Issuers choose how to meet their need.

    They take one of nine instruments or file for a listing. A large issuer raises its need in several tranches, each
    with a separate choice.
    """
    kind = issuers["issuer_class"]
    foreign, bank = kind == int(IssuerClass.FOREIGN), kind == int(IssuerClass.BANK)
    terms = need_terms(clock, parameters, interactions, shocks, base_year, macro, cycle, issuers)
    growth = np.maximum(0.0, reduce(add, terms.values()))  # `sum` would add the numbers among them with other rounding
    need, spending = funding_need_bn(
        issuance.due_bn,
        issuers["debt_bn"].sum(axis=0),
        issuers["cash_bn"],
        growth,
        draws["issuer.need"].normal(issuers.draw_keys, clock.month),
        parameters.need_shock_sd,
        season(clock, parameters),
        parameters.backlog_repayment,
        parameters.proceeds_spending_rate,
    )
    need[foreign] = 0.0
    bond_premium_pp = float(book.yield_premia_pp()[SecurityClass.FINANCIAL])
    need[bank] *= supply_at_cost(bond_premium_pp, parameters.bank_bond_cost_elasticity)
    spending[foreign] = 0.0
    issuers["need_bn"][:] = need
    issuers["cash_bn"][:] -= issuance.due_bn + spending
    firms = are_firms(issuers)
    issuers["assets_bn"][:] += np.where(firms, spending, 0.0)
    ledger.pay("investment and lending", Account.ISSUERS, Account.REAL_ECONOMY, float(spending.sum()))

    rows, tranche = _tranches(issuers["tranches"].tobytes())
    by_rating, by_industry = instrument_terms(
        clock,
        parameters,
        constants,
        channels,
        shocks,
        interactions,
        base_year,
        macro,
        book,
        queue,
        liquidity,
        memory,
        cycle,
        issuance,
    )
    issuance.eligible = _eligible(clock, parameters, channels, base_year, issuers)
    own = own_costs_pp(parameters, channels, issuers, contagion, np.arange(len(issuers))).sum(axis=0)
    issuance.own_terms = own_utilities(parameters, channels, interactions, issuers)
    utility = _utilities(parameters, issuers, issuance, by_rating.sum(axis=0), by_industry, own)
    if clock.in_base_year:  # constants are solved on the filings expected, not on those of one year's draws
        may = rows_where(issuance.eligible[Instrument.IPO_MAIN : Instrument.REIT + 1].any(axis=0))
        chances = filing_probability(utility[:, may], issuance.eligible[:, may], _dissimilarity(parameters))
        queue.expected_filings[ListingRoute.MAIN :] += chances.sum(axis=1)
    choice = _choices(clock, parameters, draws, issuers, issuance.eligible, utility, rows, tranche)
    issuers["last_choice"][:] = choice[: len(issuers)]
    files = rows_where(choice[: len(issuers)] >= int(Instrument.IPO_MAIN))
    route = choice[files] - int(Instrument.IPO_MAIN) + 1
    issuers["waiting_for"][files] = route
    issuers["waiting_months"][files] = 0.0
    filings = np.zeros((len(Industry), len(ListingRoute)))
    np.add.at(filings, (issuers["industry"][files], route), 1.0)
    queue.filed += filings.sum(axis=0).astype(np.int64)
    filings_are_remembered(parameters, memory, filings)
    # A filing brings no money yet: the need of the month is borrowed from a bank.
    instrument = np.where(choice >= int(Instrument.IPO_MAIN), Instrument.LOAN, choice)
    amount = (need / issuers["tranches"]).take(rows)
    # One row an instrument; the first, of issuers that may use none, is not raised.
    places, shape = (instrument + 1) * len(issuers) + rows, (LADDER_INSTRUMENTS + 1, len(issuers))
    raised = np.bincount(places, weights=amount, minlength=shape[0] * shape[1]).reshape(shape)[1:]
    raised[Instrument.LOAN] = loans_granted(
        parameters, channels, issuers, contagion, credit, lending.share, raised[Instrument.LOAN]
    )
    wanted = float(raised[1:].sum())
    placed = placed_share(wanted, capacity_bn(parameters, interactions, institutions, usual)[0])
    raised[1:] *= placed
    issuance.deferred_debt_bn = (1.0 - placed) * wanted
    on_market, in_all = raised[1:].sum(axis=0), raised.sum(axis=0)
    needs_go_unmet(parameters, issuers, in_all)
    market_is_remembered(clock, parameters, draws, institutions, issuers, on_market, in_all)
    _book_debt(clock, parameters, issuers, raised)
    issuance.delta_financing_bn = float(raised[1:, in_delta(issuers)].sum())
    by_instrument = raised.take(rows_where(~bank), axis=1).sum(axis=1)
    financial = float(raised[:, bank].sum())
    issuance.issued_bn[:LADDER_INSTRUMENTS] = by_instrument
    issuance.financial_bonds_bn = financial
    book.gross_bn[SecurityClass.CORPORATE] += by_instrument[Instrument.BOND] + by_instrument[Instrument.GREEN_BOND]
    book.gross_bn[SecurityClass.PAPER] += by_instrument[Instrument.COMMERCIAL_PAPER]
    book.gross_bn[SecurityClass.ABS] += by_instrument[Instrument.ABS]
    book.gross_bn[SecurityClass.FINANCIAL] += financial
    bonds = float(by_instrument[1:].sum()) + financial
    fee = parameters.fee_bond / 100.0
    accounts.bond_fees_bn, accounts.all_bond_fees_bn = fee * float(raised[1:, firms].sum()), fee * bonds
    issuers["cash_bn"][:] += raised[Instrument.LOAN] + on_market * (1.0 - fee)
    sell_issue(holders, ledger, Account.ISSUERS, bonds)
    ledger.pay("underwriting fee", Account.ISSUERS, Account.UNDERWRITERS, bonds * fee)
    ledger.pay("loan", Account.BANKS, Account.ISSUERS, float(by_instrument[Instrument.LOAN]))


@lru_cache(maxsize=4)
def _tranches(numbers: bytes) -> tuple[Integers, Integers]:
    """Row and number of every tranche; the first tranche of each issuer comes first, in row order.

    They follow from the numbers of tranches, int8 (issuers,) as bytes, which stay as they are over many months.
    """
    counts = np.frombuffer(numbers, dtype=np.int8)
    more = np.repeat(np.arange(len(counts)), counts - 1)
    first_of_row = np.cumsum(counts - 1) - (counts - 1)
    number = np.arange(len(more)) - np.repeat(first_of_row, counts - 1) + 1
    rows = np.concatenate([np.arange(len(counts)), more])
    tranche = np.concatenate([np.zeros(len(counts), dtype=np.int64), number])
    rows.flags.writeable = tranche.flags.writeable = False
    return rows, tranche


def _choices(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    issuers: Issuers,
    eligible: Flags,
    utility: Floats,
    rows: Integers,
    tranche: Integers,
) -> Integers:
    """Instrument of each tranche, shape (tranches,); -1 for an issuer that may use none.

    `eligible` and `utility` are those of issuers, shape (9, issuers).
    """
    options = np.add.reduce(eligible, axis=0, dtype=np.int8)
    only = np.where(options > 0, eligible.argmax(axis=0), -1)
    choice = only.take(rows)
    # Where there is one instrument, nothing is chosen and no number is drawn.
    open_choice = rows_where((options > 1).take(rows))
    rows, tranche = rows.take(open_choice), tranche.take(open_choice)
    may = eligible.take(rows, axis=1)
    first = int(np.searchsorted(open_choice, len(issuers)))
    may[Instrument.IPO_MAIN :, first:] = False  # only the first tranche, which stands first, may be a filing
    # Every tranche has its own key; that of the first is the issuer's.
    keys = issuers.draw_keys.take(rows) + tranche.astype(np.uint64) * TRANCHE_KEY
    tastes = draws["issuer.financing"].gumbel_where(tastes_that_count(may), keys, clock.month)
    choice[open_choice] = choose_instrument(
        utility, may, _dissimilarity(parameters), tastes[:4], tastes[3:], issuer=rows
    )
    return choice


def _utilities(
    parameters: Parameters,
    issuers: Issuers,
    issuance: Issuance,
    by_rating: Floats,
    by_industry: Floats,
    own_cost_pp: Floats,
) -> Floats:
    """Systematic utility of each instrument for each issuer, the same for all of its tranches, shape (9, issuers)."""
    utility = by_rating.T.take(issuers["rating"], axis=1)
    _dearer_bonds(parameters, utility, own_cost_pp)
    utility[Instrument.IPO_MAIN : Instrument.REIT + 1] += by_industry.T.take(issuers["industry"], axis=1)
    for _, instruments, values in issuance.own_terms:
        for instrument in instruments:
            utility[instrument] += values
    return np.asarray(utility)


def _dissimilarity(parameters: Parameters) -> Floats:
    """Dissimilarity of the nests of instruments: loans, debt, equity, REITs."""
    return np.array([1.0, parameters.debt_nest_dissimilarity, parameters.equity_nest_dissimilarity, 1.0])


def instrument_terms(
    clock: Clock,
    parameters: Parameters,
    constants: FinancingConstants,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    base_year: BaseYear,
    macro: MacroPath,
    book: SecurityBook,
    queue: ListingQueue,
    liquidity: Liquidity,
    memory: FilingMemory,
    cycle: NeedCycle,
    issuance: Changes[Issuance],
) -> tuple[Floats, Floats]:
    """Terms of the utility of each instrument as this month's choices see them, before contagion and random tastes.

    Returns the terms of `INSTRUMENT_TERMS` by rating and instrument, shape (terms, 4, 9), and the effects of an
    industry's filings on its three offers, shape (industries, 3). They are kept for explanations.
    """
    lead = np.zeros(len(Instrument))
    lead[Instrument.IPO_MAIN : Instrument.REIT + 1] = lead_times(parameters, channels, shocks, queue)[1:]
    terms = np.zeros((len(INSTRUMENT_TERMS), 4, len(Instrument)))
    terms[:3] = instrument_utility(
        constants.instrument_constants,
        costs_pp(clock, parameters, channels, shocks, interactions, base_year, macro, book, liquidity),
        parameters.cost_sensitivity,
        lead,
        parameters.queue_disutility,
    )
    terms[3, :, 1:LADDER_INSTRUMENTS] = parameters.market_timing * china_yield_change_3m_pp(clock, macro)
    terms[4, :, Instrument.IPO_MAIN : Instrument.REIT] = (
        parameters.ipo_return_sensitivity * equity_return_6m(clock, macro) / RETURN_STEP
    )
    terms[5, :, 1:LADDER_INSTRUMENTS] = cycle.appetite_change
    spillover = np.zeros((len(Industry), 3))
    if interactions.on("issuance_spillover"):
        spillover = filing_spillover(parameters, memory)
    issuance.choice_terms = (terms, spillover)
    return terms, spillover


def choice_explained(
    parameters: Parameters,
    channels: Channels,
    issuers: Issuers,
    issuance: Issuance,
    contagion: Contagion,
    row: int,
) -> list[tuple[str, float, str]]:
    """Terms of the utility of an instrument over a bank loan as the issuer saw it this month; they add up to it.

    The instrument is the one it took or filed for; for one that borrowed from a bank, the best of the others it could
    have taken. Empty for banks and foreign issuers, which have no loan to compare with.
    """
    able = issuance.eligible[:, row] if row < issuance.eligible.shape[1] else np.zeros(len(Instrument), dtype=bool)
    others = rows_where(able[1:]) + 1
    if not able[Instrument.LOAN] or not len(others):
        return []
    terms, spillover = issuance.choice_terms
    by_instrument = terms[:, issuers["rating"][row]]
    added = {name: np.zeros((len(Instrument), 1)) for name in ADDED_TERMS}
    own = own_costs_pp(parameters, channels, issuers, contagion, np.array([row]))
    for term, cost_pp in zip(added.values(), own, strict=False):
        _dearer_bonds(parameters, term, cost_pp)
    added["filings in the industry"][Instrument.IPO_MAIN : Instrument.REIT + 1, 0] = spillover[issuers["industry"][row]]
    for name, instruments, values in issuance.own_terms:
        added[name][list(instruments), 0] += values[row]
    table = np.concatenate([by_instrument, np.array(list(added.values()))[:, :, 0]])
    chosen = int(issuers["last_choice"][row])
    taken = chosen if chosen > Instrument.LOAN else int(others[table.sum(axis=0)[others].argmax()])
    names = (*INSTRUMENT_TERMS, *ADDED_TERMS)
    label = Instrument(taken).name.lower().replace("_", " ")
    gaps = table[:, taken] - table[:, Instrument.LOAN]
    return [(f"{label}: {name}", float(gap), "utility") for name, gap in zip(names, gaps, strict=True)]


def own_costs_pp(
    parameters: Parameters, channels: Channels, issuers: Issuers, contagion: Contagion, rows: Integers
) -> Floats:
    """Costs of bonds beyond the rating: contagion, search for underwriters; shape (2, rows)."""
    costs = np.zeros((2, len(rows)))
    if contagion.industry_spread_pp.any() or contagion.province_spread_pp.any():
        costs[0] = contagion_spreads_pp(issuers, contagion, rows)
    search, usual = channels["search_cost_regional"], channels.baseline("search_cost_regional")
    if search != usual:
        costs[1] = regional_search_cost_pp(search, usual, parameters.regional_search_cost, in_delta(issuers)[rows])
    return costs


def _dearer_bonds(parameters: Parameters, utility: Floats, cost_pp: Floats) -> None:
    """Take a cost of bonds and paper, shape (rows,), off their utility, shape (9, rows), in place."""
    if not cost_pp.any():
        return
    dearer = parameters.cost_sensitivity * cost_pp
    utility[Instrument.BOND] -= dearer
    utility[Instrument.GREEN_BOND] -= dearer
    utility[Instrument.COMMERCIAL_PAPER] -= parameters.paper_spread_share * dearer


def _book_debt(clock: Clock, parameters: Parameters, issuers: Changes[Issuers], raised_bn: Floats) -> None:
    """Add new debt, shape (5, n), to the ladder and to the debt outstanding."""
    ladder = issuers["maturing_bn"]
    issuers["debt_bn"][:] += raised_bn
    stock_share = parameters.short_loan_share
    # In a steady state a stock is flow times tenor; the flow of short loans is larger than their stock share.
    short = stock_share * LADDER_MONTHS / (stock_share * LADDER_MONTHS + (1.0 - stock_share) * 12.0)
    loans = raised_bn[Instrument.LOAN]
    ladder[(clock.month + 12) % LADDER_MONTHS, Instrument.LOAN] += short * loans
    ladder[clock.month % LADDER_MONTHS, Instrument.LOAN] += (1.0 - short) * loans
    for instrument, tenor in (
        (Instrument.COMMERCIAL_PAPER, parameters.commercial_paper_tenor),
        (Instrument.ABS, parameters.abs_tenor),
    ):
        ladder[(clock.month + round(tenor)) % LADDER_MONTHS, instrument] += raised_bn[instrument]
    for instrument in (Instrument.BOND, Instrument.GREEN_BOND):
        rows = rows_where(raised_bn[instrument])
        slot = (clock.month + issuers["tenor_months"][rows].astype(np.int64)) % LADDER_MONTHS
        ladder[slot, instrument, rows] += raised_bn[instrument, rows]
