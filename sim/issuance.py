"""Issuers choose how to meet the need of the month."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Codes, Flags, Floats, Integers
from agents.issuers import (
    LADDER_INSTRUMENTS,
    LADDER_MONTHS,
    RETURN_STEP,
    Industry,
    Instrument,
    IssuerClass,
    ListingRoute,
    all_in_cost_pp,
    choose_instrument,
    funding_need_bn,
    instrument_utility,
    need_growth_now,
    regional_search_cost_pp,
)
from agents.underwriting import placed_share
from sim.baseline import observed
from sim.bond_market.primary_market import sell_issue
from sim.bond_market.state import ResidualHolders
from sim.clock import Clock, season
from sim.credit_events import contagion_spreads_pp, needs_go_unmet
from sim.issuance_spillover import filing_spillover, filings_are_remembered
from sim.ledger import Account
from sim.listings import lead_times
from sim.securities import SecurityClass
from sim.small_firm_credit import loans_granted
from sim.starting_point import in_delta
from sim.underwriting import capacity_bn
from sim.vintage import REIT_PILOT_STARTS, actual_month

if TYPE_CHECKING:
    from sim.model import FinancialCenter


RATING_AA = 2
"""Rating whose spread states the size of a shock `credit_spread`."""

INSTRUMENT_TERMS = ("constant", "all-in cost", "wait in the queue", "change of yields", "share returns")
"""Terms of an instrument's utility that depend on the issuer's rating or on nothing of its own."""

TRANCHE_KEY = np.uint64(0x9E3779B97F4A7C15)
"""Step between the luck keys of an issuer's tranches: odd, so that no two tranches share a key."""


def green_spread_pp(centre: "FinancialCenter") -> float:
    """What a green bond costs more than an ordinary one of the same issuer, percentage points a year."""
    parameters, channels = centre.parameters, centre.channels
    information = channels["esg_information_cost"] / centre.policy.baseline["esg_information_cost"]
    label = parameters.green_label_cost + parameters.esg_spread_semielasticity * np.log(information)
    return float(channels["green_financing_spread"] + label) / 100.0


def _costs_pp(centre: "FinancialCenter") -> Floats:
    """All-in cost of each instrument by rating this month, shape (4, 9)."""
    parameters, channels, book = centre.parameters, centre.channels, centre.book
    loan_rate = observed("loan_prime_rate_pct") + parameters.loan_rate_passthrough * (
        centre.china_yield_12m_pct - centre.china_yield_2020_pct
    )
    premium = np.zeros(len(Instrument))
    for instrument, security in centre.class_of_instrument:
        premium[instrument] = book.premium_pp[security]
    baseline = centre.policy.baseline
    issue_cost_pp = channels["bond_issuance_cost"] / 100.0 + parameters.fee_bond
    equity = parameters.cost_of_equity - parameters.equity_supply_semielasticity * np.log(
        channels["long_term_equity_allocation"] / baseline["long_term_equity_allocation"]
    )
    liquidity = (channels["market_liquidity_premium"] - baseline["market_liquidity_premium"]) / 100.0
    spreads_bp = np.array([*parameters.credit_spread, parameters.credit_spread_lower])
    return all_in_cost_pp(
        loan_rate_pct=loan_rate,
        loan_spread_pp=np.array(parameters.loan_spread),
        government_yield_pct=centre.china_yield_pct,
        credit_spread_pp=spreads_bp * (1.0 + centre.shock["credit_spread"] / spreads_bp[RATING_AA]) / 100.0,
        class_premium_pp=premium,
        paper_spread_share=parameters.paper_spread_share,
        abs_premium_pp=parameters.abs_premium,
        bond_issue_cost_pp=issue_cost_pp / parameters.bond_issue_cost_years,
        paper_issue_cost_pp=issue_cost_pp / parameters.paper_issue_cost_years,
        green_spread_pp=green_spread_pp(centre),
        equity_cost_pct=equity,
        equity_fee_pp=parameters.fee_ipo / parameters.offer_cost_years,
        liquidity_premium_pp=liquidity,
        reit_yield_pct=parameters.reit_yield
        + parameters.reit_fee / parameters.offer_cost_years
        - (parameters.cost_of_equity - equity),
    )


def _eligible(centre: "FinancialCenter") -> Flags:
    """Which instruments each issuer may use, shape (9, n)."""
    issuers, channels = centre.issuers, centre.channels
    kind = issuers["issuer_class"]
    bank, foreign = kind == IssuerClass.BANK, kind == IssuerClass.FOREIGN
    market = issuers["market_access"]
    idle = issuers["waiting_for"] == ListingRoute.NONE
    able = np.zeros((len(Instrument), len(issuers)), dtype=bool)
    able[Instrument.LOAN] = ~(bank | foreign)
    able[Instrument.BOND] = (market | bank) & ~foreign
    able[Instrument.COMMERCIAL_PAPER] = market & (kind != IssuerClass.PRIVATE_MID) & ~(bank | foreign)
    able[Instrument.GREEN_BOND] = issuers["green"] & market & ~(bank | foreign)
    pools = centre.parameters.securitisable_share_of_issuers
    pools *= channels["securitisable_share"] / centre.policy.baseline["securitisable_share"]
    able[Instrument.ABS] = issuers["securitisable"] & (issuers["pool_rank"] < pools)
    private = (kind == IssuerClass.PRIVATE_LARGE) | (kind == IssuerClass.PRIVATE_MID)
    unlisted = idle & (issuers["listed_firms"] < issuers["firms"])
    able[Instrument.IPO_MAIN] = private & unlisted
    star = observed("ipo_count_star") > 0.0
    able[Instrument.IPO_STAR] = issuers["hard_technology"] & unlisted & star
    if actual_month(centre.month) >= REIT_PILOT_STARTS:
        able[Instrument.REIT] = (
            (kind == IssuerClass.INFRASTRUCTURE) & idle & (issuers["asset_rank"] < channels["reits_eligible_assets"])
        )
    return able


def issuers_raise_money(centre: "FinancialCenter") -> None:
    """Issuers meet the need of the month through one of nine instruments, or file for a listing.

    A large issuer raises its need in several tranches, each with a choice of its own.
    """
    issuers, parameters, book = centre.issuers, centre.parameters, centre.book
    kind = issuers["issuer_class"]
    foreign, bank = kind == IssuerClass.FOREIGN, kind == IssuerClass.BANK
    need, spending = funding_need_bn(
        centre.due_bn,
        issuers["debt_bn"].sum(axis=0),
        issuers["cash_bn"],
        need_growth_now(parameters.need_growth, parameters.need_growth_elasticity, centre.shock["economic_growth"]),
        parameters.need_shock_sd * centre.luck.need.normal(issuers.luck, centre.month),
        season(Clock(centre.month), centre.parameters),
        parameters.backlog_repayment,
        parameters.proceeds_spending_rate,
    )
    need[foreign] = 0.0
    spending[foreign] = 0.0
    issuers["need_bn"][:] = need
    issuers["cash_bn"][:] -= centre.due_bn + spending
    centre.ledger.pay("investment and lending", Account.ISSUERS, Account.REAL_ECONOMY, float(spending.sum()))

    rows, tranche = _tranches(issuers["tranches"])
    choice = _chosen_instruments(centre, rows, tranche)
    issuers["last_choice"][:] = choice[: len(issuers)]
    files = choice[: len(issuers)] >= Instrument.IPO_MAIN
    route = np.where(files, choice[: len(issuers)] - Instrument.IPO_MAIN + 1, ListingRoute.NONE)
    issuers["waiting_for"][:] = np.where(files, route, issuers["waiting_for"])
    issuers["waiting_months"][files] = 0.0
    filings = np.zeros((len(Industry), len(ListingRoute)))
    np.add.at(filings, (issuers["industry"][files], route[files]), 1.0)
    centre.filed += filings.sum(axis=0).astype(np.int64)
    filings_are_remembered(centre, filings)
    # A filing brings no money yet: the need of the month is borrowed from a bank.
    instrument = np.where(choice >= Instrument.IPO_MAIN, Instrument.LOAN, choice)
    amount = need[rows] / issuers["tranches"][rows]
    raised = np.zeros((LADDER_INSTRUMENTS, len(issuers)))
    for k in range(LADDER_INSTRUMENTS):
        takes = instrument == k
        raised[k] = np.bincount(rows[takes], weights=amount[takes], minlength=len(issuers))
    raised[Instrument.LOAN] = loans_granted(centre, raised[Instrument.LOAN])
    asked = float(raised[1:].sum())
    placed = placed_share(asked, capacity_bn(centre)[0])
    raised[1:] *= placed
    centre.deferred_bn["debt"] = (1.0 - placed) * asked
    needs_go_unmet(centre, raised.sum(axis=0))
    _book_debt(centre, raised)
    centre.delta_financing_bn = float(raised[1:, in_delta(centre)].sum())
    by_instrument = raised[:, ~bank].sum(axis=1)
    financial = float(raised[:, bank].sum())
    centre.issued_bn[:LADDER_INSTRUMENTS] = by_instrument
    centre.financial_bonds_bn = financial
    book.gross_bn[SecurityClass.CORPORATE] += by_instrument[Instrument.BOND] + by_instrument[Instrument.GREEN_BOND]
    book.gross_bn[SecurityClass.PAPER] += by_instrument[Instrument.COMMERCIAL_PAPER]
    book.gross_bn[SecurityClass.ABS] += by_instrument[Instrument.ABS]
    book.gross_bn[SecurityClass.FINANCIAL] += financial
    bonds = float(by_instrument[1:].sum()) + financial
    fee = parameters.fee_bond / 100.0
    issuers["cash_bn"][:] += raised[Instrument.LOAN] + raised[1:].sum(axis=0) * (1.0 - fee)
    sell_issue(centre.state(ResidualHolders), centre.ledger, Account.ISSUERS, bonds)
    centre.ledger.pay("underwriting fee", Account.ISSUERS, Account.UNDERWRITERS, bonds * fee)
    centre.ledger.pay("loan", Account.BANKS, Account.ISSUERS, float(by_instrument[Instrument.LOAN]))


def _tranches(counts: Codes) -> tuple[Integers, Integers]:
    """Row and number of every tranche; the first tranche of each issuer comes first, in row order."""
    more = np.repeat(np.arange(len(counts)), counts - 1)
    first_of_row = np.cumsum(counts - 1) - (counts - 1)
    number = np.arange(len(more)) - np.repeat(first_of_row, counts - 1) + 1
    return np.concatenate([np.arange(len(counts)), more]), np.concatenate(
        [np.zeros(len(counts), dtype=np.int64), number]
    )


def _chosen_instruments(centre: "FinancialCenter", rows: Integers, tranche: Integers) -> Integers:
    """Instrument of each tranche, shape (tranches,); only the first tranche may be a filing."""
    issuers = centre.issuers
    by_rating, by_industry = instrument_terms(centre)
    by_rating = by_rating.sum(axis=0)
    centre.eligible = _eligible(centre)
    eligible = centre.eligible[:, rows]
    eligible[Instrument.IPO_MAIN :, tranche > 0] = False
    # Every tranche has a key of its own; the first keeps the issuer's.
    keys = issuers.luck[rows] + tranche.astype(np.uint64) * TRANCHE_KEY
    luck = centre.luck.financing.gumbel(keys, centre.month, count=11)
    utility = np.take(by_rating.T, issuers["rating"][rows], axis=1)
    _dearer_bonds(centre, utility, own_costs_pp(centre, rows).sum(axis=0))
    utility[Instrument.IPO_MAIN : Instrument.REIT + 1] += np.take(by_industry.T, issuers["industry"][rows], axis=1)
    return choose_instrument(utility, eligible, centre.dissimilarity, luck[:4], luck[3:])


def instrument_terms(centre: "FinancialCenter") -> tuple[Floats, Floats]:
    """Terms of the utility of each instrument as this month's choices see them, before contagion and luck.

    Returns the terms of `INSTRUMENT_TERMS` by rating and instrument, shape (terms, 4, 9), and what filings of an
    industry add for its three offers, shape (industries, 3). They are kept for explanations.
    """
    parameters = centre.parameters
    lead = np.zeros(len(Instrument))
    lead[Instrument.IPO_MAIN : Instrument.REIT + 1] = lead_times(centre)[1:]
    terms = np.zeros((len(INSTRUMENT_TERMS), 4, len(Instrument)))
    terms[:3] = instrument_utility(
        centre.levels.instrument_constants,
        _costs_pp(centre),
        parameters.cost_sensitivity,
        lead,
        parameters.queue_disutility,
    )
    terms[3, :, 1:LADDER_INSTRUMENTS] = parameters.market_timing * centre.china_yield_change_3m_pp
    terms[4, :, Instrument.IPO_MAIN : Instrument.REIT] = (
        parameters.ipo_return_sensitivity * centre.equity_return_6m / RETURN_STEP
    )
    spillover = np.zeros((len(Industry), 3))
    if "issuance_spillover" not in centre.interactions_off:
        spillover = filing_spillover(centre)
    centre.choice_terms = (terms, spillover)
    return terms, spillover


def choice_explained(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of the utility of an instrument over a bank loan as the issuer saw it this month; they add up to it.

    The instrument is the one it took or filed for; for one that borrowed from a bank, the best of the others it could
    have taken. Empty for banks and foreign issuers, which have no loan to compare with.
    """
    issuers = centre.issuers
    able = centre.eligible[:, row] if row < centre.eligible.shape[1] else np.zeros(len(Instrument), dtype=bool)
    others = np.flatnonzero(able[1:]) + 1
    if not able[Instrument.LOAN] or not len(others):
        return []
    terms, spillover = centre.choice_terms
    by_instrument = terms[:, issuers["rating"][row]]
    added = np.zeros((3, len(Instrument), 1))
    for term, cost_pp in zip(added, own_costs_pp(centre, np.array([row])), strict=False):
        _dearer_bonds(centre, term, cost_pp)
    added[2, Instrument.IPO_MAIN : Instrument.REIT + 1, 0] = spillover[issuers["industry"][row]]
    table = np.concatenate([by_instrument, added[:, :, 0]])
    chosen = int(issuers["last_choice"][row])
    taken = chosen if chosen > Instrument.LOAN else int(others[table.sum(axis=0)[others].argmax()])
    names = (*INSTRUMENT_TERMS, "defaults of others", "search for underwriters", "filings in the industry")
    label = Instrument(taken).name.lower().replace("_", " ")
    gaps = table[:, taken] - table[:, Instrument.LOAN]
    return [(f"{label}: {name}", float(gap), "utility") for name, gap in zip(names, gaps, strict=True)]


def own_costs_pp(centre: "FinancialCenter", rows: Integers) -> Floats:
    """What bonds cost beyond the rating: defaults of others, search for underwriters; shape (2, rows)."""
    costs = np.zeros((2, len(rows)))
    if centre.contagion.industry_spread_pp.any() or centre.contagion.province_spread_pp.any():
        costs[0] = contagion_spreads_pp(centre, rows)
    search, usual = centre.channels["search_cost_regional"], centre.policy.baseline["search_cost_regional"]
    if search != usual:
        costs[1] = regional_search_cost_pp(
            search, usual, centre.parameters.regional_search_cost, in_delta(centre)[rows]
        )
    return costs


def _dearer_bonds(centre: "FinancialCenter", utility: Floats, cost_pp: Floats) -> None:
    """Take a cost of bonds and paper, shape (rows,), off their utility, shape (9, rows), in place."""
    if not cost_pp.any():
        return
    dearer = centre.parameters.cost_sensitivity * cost_pp
    utility[Instrument.BOND] -= dearer
    utility[Instrument.GREEN_BOND] -= dearer
    utility[Instrument.COMMERCIAL_PAPER] -= centre.parameters.paper_spread_share * dearer


def _book_debt(centre: "FinancialCenter", raised_bn: Floats) -> None:
    """Add new debt, shape (5, n), to the ladder and to the debt outstanding."""
    issuers, parameters = centre.issuers, centre.parameters
    ladder = issuers["maturing_bn"]
    issuers["debt_bn"][:] += raised_bn
    stock_share = parameters.short_loan_share
    # In a steady state a stock is flow times tenor; the flow of short loans is larger than their stock share.
    short = stock_share * LADDER_MONTHS / (stock_share * LADDER_MONTHS + (1.0 - stock_share) * 12.0)
    loans = raised_bn[Instrument.LOAN]
    ladder[(centre.month + 12) % LADDER_MONTHS, Instrument.LOAN] += short * loans
    ladder[centre.month % LADDER_MONTHS, Instrument.LOAN] += (1.0 - short) * loans
    for instrument, tenor in (
        (Instrument.COMMERCIAL_PAPER, parameters.commercial_paper_tenor),
        (Instrument.ABS, parameters.abs_tenor),
    ):
        ladder[(centre.month + round(tenor)) % LADDER_MONTHS, instrument] += raised_bn[instrument]
    for instrument in (Instrument.BOND, Instrument.GREEN_BOND):
        rows = np.flatnonzero(raised_bn[instrument])
        slot = (centre.month + issuers["tenor_months"][rows].astype(np.int64)) % LADDER_MONTHS
        ladder[slot, instrument, rows] += raised_bn[instrument, rows]
