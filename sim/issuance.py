"""Issuance: public supply, certificates, and what issuers decide, written into the accounts."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Codes, Flags, Floats, Integers
from agents.draws import poisson
from agents.issuers import (
    LADDER_INSTRUMENTS,
    LADDER_MONTHS,
    RETURN_STEP,
    Instrument,
    IssuerClass,
    ListingRoute,
    all_in_cost_pp,
    certificate_target_growth,
    choose_instrument,
    default_probability,
    follow_on_rate,
    funding_need_bn,
    instrument_utility,
    listing_probability,
    panda_issue_probability,
)
from scenarios.calendar import BASELINE
from sim.baseline import observed
from sim.ledger import Account
from sim.levels import Lump, certificate_weights, equity_share_of_sse
from sim.securities import Holder, SecurityClass

if TYPE_CHECKING:
    from sim.model import FinancialCenter

REIT_PILOT_START = 2020 * 12 + 7
"""First month in which a sponsor could file for a REIT: the pilot's rules are of August 2020."""

TRANCHE_KEY = np.uint64(0x9E3779B97F4A7C15)
"""Step between the luck keys of an issuer's tranches: odd, so that no two tranches share a key."""

HOLDER_ACCOUNT = {
    Holder.FOREIGN: Account.FOREIGN_INVESTORS,
    Holder.BANKS: Account.BANKS,
    Holder.ASSET_MANAGERS: Account.ASSET_MANAGERS,
}


def _redeem(centre: "FinancialCenter", payer: Account, by_class_bn: Floats) -> None:
    """Repay securities; every holder gets its share of each class."""
    book = centre.book
    book.redeemed_bn += by_class_bn
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(book.opening_bn > 0.0, by_class_bn / book.opening_bn, 0.0)
    for holder, account in HOLDER_ACCOUNT.items():
        centre.ledger.pay("redemption", payer, account, float((book.opening_holdings_bn[holder] * rate).sum()))


def debt_matures(centre: "FinancialCenter") -> None:
    """Debt of the month falls due and is paid; some issuers default on their bonds."""
    issuers, book = centre.issuers, centre.book
    slot = centre.month % LADDER_MONTHS
    kind = issuers["issuer_class"]
    bank, foreign = kind == IssuerClass.BANK, kind == IssuerClass.FOREIGN
    rates = centre.parameters.default_rate * np.array(
        [observed(f"default_weight_{name}") for name in ("aaa", "aa_plus", "aa", "lower")]
    )
    rows = np.flatnonzero(issuers["debt_bn"][1:].sum(axis=0) > 0.0)
    share = _failing_share(centre, rows, default_probability(rates))
    rows, share = rows[share > 0.0], share[share > 0.0]
    written_off = np.zeros(len(SecurityClass))
    issuers["defaulted_bn"][:] = 0.0
    if len(rows):
        lost = issuers["debt_bn"][1:, rows] * share
        issuers["maturing_bn"][:, 1:, rows] *= 1.0 - share
        issuers["debt_bn"][1:, rows] -= lost
        issuers["defaulted_bn"][rows] = lost.sum(axis=0)
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
    _redeem(centre, Account.ISSUERS, by_class)
    panda = np.zeros(len(SecurityClass))
    panda[SecurityClass.PANDA] = due[Instrument.BOND][foreign].sum()
    centre.ledger.pay("repayment funds", Account.REST_OF_WORLD, Account.FOREIGN_ISSUERS, float(panda.sum()))
    _redeem(centre, Account.FOREIGN_ISSUERS, panda)
    centre.ledger.pay("loan repayment", Account.ISSUERS, Account.BANKS, float(due[Instrument.LOAN].sum()))
    # Foreign issuers repay out of funds from abroad, all others out of what they raise.
    centre.due_bn = np.where(foreign, 0.0, due.sum(axis=0))


def _failing_share(centre: "FinancialCenter", rows: Integers, probability: Floats) -> Floats:
    """Share of the firms behind these agents that defaults this month, shape (rows,)."""
    issuers = centre.issuers
    luck = centre.luck.default.uniform(issuers.luck[rows], centre.month)
    firms = issuers["firms"][rows]
    expected = probability[issuers["rating"][rows]] * firms
    share = np.zeros(len(rows))
    hit = luck > np.exp(-expected)
    share[hit] = np.minimum(1.0, poisson(expected[hit], luck[hit]) / firms[hit])
    return share


def public_sector_issues(centre: "FinancialCenter") -> None:
    """Governments and policy banks issue what redemptions and the growth of their debt ask for.

    gross = redeemed + net;  net = growth / 12 * outstanding * season (2020: the observed year spread by the season)

    Exogenous: no rule of the model moves public supply. Parameter `sovereign_growth`.
    """
    book, levels = centre.book, centre.levels
    outstanding = book.opening_bn[SecurityClass.SOVEREIGN]
    redeemed = levels.sovereign_redemption_rate / 12.0 * outstanding
    if centre.month <= BASELINE:
        net = levels.sovereign_net_2020_bn / 12.0 * centre.season
    else:
        net = centre.parameters.sovereign_growth / 12.0 * outstanding * centre.season
    gross = max(0.0, redeemed + net)
    by_class = np.zeros(len(SecurityClass))
    by_class[SecurityClass.SOVEREIGN] = redeemed
    _redeem(centre, Account.GOVERNMENT, by_class)
    book.gross_bn[SecurityClass.SOVEREIGN] += gross
    _sell(centre, Account.GOVERNMENT, gross)


def banks_roll_certificates(centre: "FinancialCenter") -> None:
    """Banks bring their certificates of deposit to a target stock.

    issue = max(0, target - stock after redemption), spread over tenors of 1, 3, 6, 9 and 12 months
    """
    parameters, book = centre.parameters, centre.book
    ladder = centre.certificate_ladder_bn
    slot = centre.month % len(ladder)
    due = float(ladder[slot])
    ladder[slot] = 0.0
    by_class = np.zeros(len(SecurityClass))
    by_class[SecurityClass.CERTIFICATE] = due
    _redeem(centre, Account.BANKS, by_class)
    growth = certificate_target_growth(
        parameters.bank_asset_growth / 12.0,
        -book.premium_pp[SecurityClass.CERTIFICATE],
        parameters.certificate_yield_sensitivity,
    )
    stock = float(ladder.sum())
    issue = max(0.0, book.opening_bn[SecurityClass.CERTIFICATE] * np.exp(growth) - stock)
    weights = certificate_weights(parameters, centre.levels)
    for tenor, weight in zip((1, 3, 6, 9, 12), weights, strict=True):
        ladder[(centre.month + tenor) % len(ladder)] += issue * weight
    book.gross_bn[SecurityClass.CERTIFICATE] += issue
    _sell(centre, Account.BANKS, issue)


def _sell(centre: "FinancialCenter", seller: Account, amount_bn: float) -> None:
    """Residual holders pay for a new issue, in proportion to what they hold of all bonds."""
    share = centre.bank_share_of_purchases
    centre.ledger.pay("issue proceeds", Account.BANKS, seller, amount_bn * share)
    centre.ledger.pay("issue proceeds", Account.ASSET_MANAGERS, seller, amount_bn * (1.0 - share))
    centre.paid_by_banks_bn += amount_bn * share


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
    green = (
        channels["green_financing_spread"]
        + parameters.green_label_cost
        + parameters.esg_spread_semielasticity
        * np.log(channels["esg_information_cost"] / baseline["esg_information_cost"])
    ) / 100.0
    equity = parameters.cost_of_equity - parameters.equity_supply_semielasticity * np.log(
        channels["long_term_equity_allocation"] / baseline["long_term_equity_allocation"]
    )
    liquidity = (channels["market_liquidity_premium"] - baseline["market_liquidity_premium"]) / 100.0
    return all_in_cost_pp(
        loan_rate_pct=loan_rate,
        loan_spread_pp=np.array(parameters.loan_spread),
        government_yield_pct=centre.china_yield_pct,
        credit_spread_pp=np.array([*parameters.credit_spread, parameters.credit_spread_lower]) / 100.0,
        class_premium_pp=premium,
        paper_spread_share=parameters.paper_spread_share,
        abs_premium_pp=parameters.abs_premium,
        bond_issue_cost_pp=issue_cost_pp / parameters.bond_issue_cost_years,
        paper_issue_cost_pp=issue_cost_pp / parameters.paper_issue_cost_years,
        green_spread_pp=green,
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
    able[Instrument.IPO_STAR] = issuers["hard_technology"] & unlisted
    if centre.month >= REIT_PILOT_START:
        able[Instrument.REIT] = (
            (kind == IssuerClass.INFRASTRUCTURE) & idle & (issuers["asset_rank"] < channels["reits_eligible_assets"])
        )
    return able


def _lead_times(centre: "FinancialCenter") -> Floats:
    """Expected months from filing to listing by route: none, main board, STAR, REIT."""
    parameters, channels = centre.parameters, centre.channels
    speed = channels["listing_lead_time"] / centre.policy.baseline["listing_lead_time"]
    return np.array(
        [1.0, parameters.queue_mainboard * speed, sum(parameters.queue_star) / 30.4 * speed, parameters.queue_reit]
    )


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
        parameters.need_growth,
        parameters.need_shock_sd * centre.luck.need.normal(issuers.luck, centre.month),
        centre.season,
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
    issuers["waiting_months"][:] = np.where(files, 0.0, issuers["waiting_months"])
    for way in (ListingRoute.MAIN, ListingRoute.STAR, ListingRoute.REIT):
        centre.filed[way] += int((route == way).sum())
    # A filing brings no money yet: the need of the month is borrowed from a bank.
    instrument = np.where(choice >= Instrument.IPO_MAIN, Instrument.LOAN, choice)
    amount = need[rows] / issuers["tranches"][rows]
    raised = np.zeros((LADDER_INSTRUMENTS, len(issuers)))
    for k in range(LADDER_INSTRUMENTS):
        takes = instrument == k
        raised[k] = np.bincount(rows[takes], weights=amount[takes], minlength=len(issuers))
    _book_debt(centre, raised)
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
    _sell(centre, Account.ISSUERS, bonds)
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
    issuers, parameters = centre.issuers, centre.parameters
    lead = _lead_times(centre)
    lead_by_instrument = np.zeros(len(Instrument))
    lead_by_instrument[Instrument.IPO_MAIN] = lead[ListingRoute.MAIN]
    lead_by_instrument[Instrument.IPO_STAR] = lead[ListingRoute.STAR]
    lead_by_instrument[Instrument.REIT] = lead[ListingRoute.REIT]
    constants = centre.levels.instrument_constants.copy()
    constants[1:LADDER_INSTRUMENTS] += parameters.market_timing * centre.china_yield_change_3m_pp
    constants[Instrument.IPO_MAIN : Instrument.REIT] += (
        parameters.ipo_return_sensitivity * centre.equity_return_6m / RETURN_STEP
    )
    by_rating = instrument_utility(
        constants, _costs_pp(centre), parameters.cost_sensitivity, lead_by_instrument, parameters.queue_disutility
    )
    eligible = _eligible(centre)[:, rows]
    eligible[Instrument.IPO_MAIN :, tranche > 0] = False
    # Every tranche has a key of its own; the first keeps the issuer's.
    keys = issuers.luck[rows] + tranche.astype(np.uint64) * TRANCHE_KEY
    luck = centre.luck.financing.gumbel(keys, centre.month, count=11)
    utility = np.take(by_rating.T, issuers["rating"][rows], axis=1)
    return choose_instrument(utility, eligible, centre.dissimilarity, luck[:4], luck[3:])


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


def listing_queue_moves(centre: "FinancialCenter") -> None:
    """Filed issuers list, wait or are stopped; listed firms may sell more shares."""
    issuers, parameters, levels = centre.issuers, centre.parameters, centre.levels
    month, keys = centre.month, issuers.luck
    waiting = issuers["waiting_for"]
    ready = (waiting != ListingRoute.NONE) & (issuers["waiting_months"] > 0.0)
    luck = centre.luck.listing.uniform(keys, month, count=2)
    by_route = listing_probability(_lead_times(centre))
    weak = parameters.weak_filing_share * centre.channels["gatekeeper_screening"]
    screened = np.array([0.0, weak, weak, 0.0])
    leaves = ready & (luck[0] < by_route[waiting])
    stopped = leaves & (luck[1] < screened[waiting])
    listed = leaves & ~stopped
    spread = np.exp(parameters.listing_size_spread * centre.luck.listing_size.normal(keys, month))
    medians = np.array([0.0, levels.listing_size_main_bn, levels.listing_size_star_bn, parameters.reit_size])
    lumps = np.array([1.0, centre.lump(Lump.MAIN_OFFERS), centre.lump(Lump.STAR_OFFERS), 1.0])
    proceeds = np.where(listed, (medians * lumps)[waiting] * spread, 0.0)
    raised_by_route = np.bincount(waiting, weights=proceeds, minlength=4)
    mean_size = float(np.exp(0.5 * parameters.listing_size_spread**2))
    expected = np.bincount(waiting[ready], minlength=4) * by_route * (1.0 - screened)
    centre.expected_listings = expected
    centre.expected_bn[Lump.MAIN_OFFERS] = expected[ListingRoute.MAIN] * medians[ListingRoute.MAIN] * mean_size
    centre.expected_bn[Lump.STAR_OFFERS] = expected[ListingRoute.STAR] * medians[ListingRoute.STAR] * mean_size
    for way in (ListingRoute.MAIN, ListingRoute.STAR, ListingRoute.REIT):
        centre.listings[way] += int((listed & (waiting == way)).sum())
        centre.stopped[way] += int((stopped & (waiting == way)).sum())
    issuers["listed_firms"][:] += listed & (waiting != ListingRoute.REIT)
    issuers["waiting_months"][:] += waiting != ListingRoute.NONE
    waiting[leaves] = ListingRoute.NONE
    centre.issued_bn[Instrument.IPO_MAIN] = raised_by_route[ListingRoute.MAIN]
    centre.issued_bn[Instrument.IPO_STAR] = raised_by_route[ListingRoute.STAR]
    centre.issued_bn[Instrument.REIT] = raised_by_route[ListingRoute.REIT]

    rate = follow_on_rate(parameters.follow_on_rate, centre.equity_return_6m, parameters.ipo_return_sensitivity)
    offers = np.zeros(len(issuers))
    firms = np.flatnonzero(issuers["listed_firms"])
    many = rate * issuers["listed_firms"][firms]
    chance = centre.luck.follow_on.uniform(keys[firms], month)
    some = chance > np.exp(-many)  # most sell nothing: the count is worked out for the others only
    offers[firms[some]] = poisson(many[some], chance[some])
    more = offers * levels.follow_on_size_bn * centre.lump(Lump.FOLLOW_ONS) * spread
    centre.expected_bn[Lump.FOLLOW_ONS] = (
        rate * float(issuers["listed_firms"].sum()) * levels.follow_on_size_bn * mean_size
    )
    centre.follow_on_bn = float(more.sum())
    raised = proceeds + more
    fees = raised * parameters.fee_ipo / 100.0
    issuers["cash_bn"][:] += raised - fees
    centre.ledger.pay("equity proceeds", Account.SHAREHOLDERS, Account.ISSUERS, float(raised.sum()))
    centre.ledger.pay("underwriting fee", Account.ISSUERS, Account.UNDERWRITERS, float(fees.sum()))


def foreign_issuers_decide(centre: "FinancialCenter") -> None:
    """Foreign issuers register, and registered ones sell a Panda bond or stay in their offshore market."""
    issuers, parameters = centre.issuers, centre.parameters
    month = centre.month
    rows = np.flatnonzero(issuers["issuer_class"] == IssuerClass.FOREIGN)
    keys = issuers.luck[rows]
    luck = centre.luck.panda.uniform(keys, month, count=2)
    baseline = centre.policy.baseline["panda_issuance_cost"]
    gap = centre.us_yield_pct - centre.china_yield_pct
    decide = {
        "yield_gap_pp": gap,
        "yield_gap_mean_pp": centre.panda_gap_mean_pp,
        "market_premium_pp": float(centre.book.premium_pp[SecurityClass.PANDA]),
        "issue_cost_bp": centre.channels["panda_issuance_cost"],
        "issue_cost_baseline_bp": baseline,
        "cost_elasticity": parameters.panda_cost_slope,
    }
    registered = issuers["registered"]
    chance = panda_issue_probability(parameters.panda_hazard, **decide)
    size = np.exp(parameters.panda_size_spread * centre.luck.panda_size.normal(keys, month))
    median = centre.levels.panda_size_bn
    active = registered[rows]
    sold = np.where(active & (luck[0] < chance), median * centre.lump(Lump.PANDA_BONDS) * size, 0.0)
    mean_size = float(np.exp(0.5 * parameters.panda_size_spread**2))
    centre.expected_bn[Lump.PANDA_BONDS] = float(active.sum()) * chance * median * mean_size
    registered[rows] |= luck[1] < panda_issue_probability(parameters.panda_registration_rate, **decide)
    ahead = issuers["tenor_months"][rows].astype(np.int64)
    issuers["maturing_bn"][(month + ahead) % LADDER_MONTHS, Instrument.BOND, rows] += sold
    issuers["debt_bn"][Instrument.BOND, rows] += sold
    issuers["last_choice"][rows] = np.where(sold > 0.0, Instrument.PANDA, -1)
    amount = float(sold.sum())
    centre.issued_bn[Instrument.PANDA] = amount
    centre.panda_cumulative_bn += amount
    centre.book.gross_bn[SecurityClass.PANDA] += amount
    _sell(centre, Account.FOREIGN_ISSUERS, amount)
    centre.ledger.pay("proceeds remitted", Account.FOREIGN_ISSUERS, Account.REST_OF_WORLD, amount)


def direct_financing_bn(centre: "FinancialCenter") -> tuple[float, float]:
    """Direct financing of the month in Shanghai and in the country, CNY bn.

    Corporate and financial bonds, asset-backed securities, commercial paper, equity with follow-ons, REITs and Panda
    bonds; no certificates of deposit and no government bonds. The interbank market and the Shanghai exchange count as
    Shanghai; a part of exchange-traded credit and of main-board equity goes to Shenzhen and Beijing.
    """
    issued = centre.issued_bn
    corporate = issued[Instrument.BOND] + issued[Instrument.GREEN_BOND]
    credit = np.array([centre.financial_bonds_bn, corporate, issued[Instrument.ABS]])
    on_exchange = (
        credit
        @ centre.book.exchange_share_of_issues[[SecurityClass.FINANCIAL, SecurityClass.CORPORATE, SecurityClass.ABS]]
    )
    shared_equity = issued[Instrument.IPO_MAIN] + centre.follow_on_bn
    shared_equity_share = equity_share_of_sse()
    centre.exchange_credit_bn = float(on_exchange)
    national = float(
        credit.sum()
        + issued[Instrument.COMMERCIAL_PAPER]
        + shared_equity
        + issued[Instrument.IPO_STAR]
        + issued[Instrument.REIT]
        + issued[Instrument.PANDA]
    )
    elsewhere = (
        centre.levels.shenzhen_share_of_exchange_credit * on_exchange
        + (1.0 - shared_equity_share) * shared_equity
        + (1.0 - centre.parameters.reit_share_of_sse) * issued[Instrument.REIT]
    )
    return national - float(elsewhere), national
