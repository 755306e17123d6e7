"""Repo borrowing of institutions; its sum is the repo outstanding."""

import numpy as np

from agents.arrays import Flags, Floats, Integers, rows_where, sum_of_products
from agents.authorities import Curb
from agents.draws import Draws
from agents.forced_sales import sold_bn
from agents.institutions import Institutions, Sector
from agents.interbank import core_of
from agents.leverage import FORCED, LEVERAGE_TERMS, leverage_terms, next_risk_limit
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook
from sim.authorities.state import Curbs
from sim.banking.state import BankingConstants, ForcedSales, LeverageSignals, RepoFunding
from sim.bond_market.state import china_yield_pct
from sim.clock import Clock
from sim.component import Changes
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels


def first_borrowers(
    parameters: Parameters,
    constants: BankingConstants,
    draws: Draws,
    borrows_repo: Flags,
    institutions: Changes[Institutions],
    month: int,
) -> None:
    """Set the leverage of the institutions at the start; banks of the core lend.

    `borrows_repo` says by sector, shape (11,), whether its institutions borrow.
    """
    borrows = borrows_repo[institutions["sector"]]
    banks = rows_where(institutions["sector"] == int(Sector.BANK))
    core = core_of(institutions["assets_bn"][banks], parameters.interbank_core_share)
    borrows[banks] = ~core
    leverage_begins(parameters, constants, draws, institutions, rows_where(borrows), month)


def leverage_begins(
    parameters: Parameters,
    constants: BankingConstants,
    draws: Draws,
    institutions: Changes[Institutions],
    rows: Integers,
    month: int,
) -> None:
    """Set the normal leverage of institutions that borrow repo, around the level that is solved on the base year."""
    spread = parameters.leverage_spread
    normal = draws["institution.leverage"].normal(institutions.draw_keys[rows], month, count=2)[1]
    normal = constants.repo_leverage * np.exp(spread * normal - 0.5 * spread**2)
    normal = np.minimum(normal, largest_leverage(parameters, institutions, rows))
    for column in ("normal_leverage", "leverage", "opening_leverage"):
        institutions[column][rows] = normal


def largest_leverage(parameters: Parameters, institutions: Institutions, rows: Integers) -> Floats:
    """Most repo that institutions can owe over the bonds they hold: what the haircut allows, and all their debt."""
    debt, bonds = institutions["liabilities_bn"][rows], institutions["bonds_bn"][rows]
    all_debt = np.divide(debt, bonds, out=np.full(len(rows), np.inf), where=bonds > 0.0)
    largest: Floats = np.minimum(all_debt, 1.0 - parameters.repo_haircut)
    return largest


def log_volatility(clock: Clock, macro: MacroPath, sales: ForcedSales) -> float:
    """Log volatility of the month: that of the macro path and what forced sales so far add to it."""
    return float(macro.log_volatility[macro.position(clock.month)]) + sales.log_volatility


def borrowers(institutions: Institutions) -> Integers:
    """Rows of the institutions that borrow repo."""
    return rows_where(institutions["normal_leverage"])


def institutions_set_leverage(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    macro: MacroPath,
    book: SecurityBook,
    curbs: Curbs,
    institutions: Changes[Institutions],
    funding: Changes[RepoFunding],
    sales: Changes[ForcedSales],
) -> None:
    """Institutions set how much repo they borrow against their bonds.

    Leverage depends on carry, regulation, volatility and an idiosyncratic shock.
    """
    yield_pct = china_yield_pct(clock, macro, book)
    # Overnight funding follows the ten-year yield slowly and in the end moves more: easing first narrows the carry and
    # then widens it.
    start = funding.start_pct
    carry = yield_pct - start - parameters.funding_passthrough * (funding.follow_pct - start)
    funding.follow_pct += parameters.funding_speed * (yield_pct - funding.follow_pct)
    responds = interactions.on("leverage_response")
    volatility = log_volatility(clock, macro, sales) - parameters.volatility_mean
    before = funding.risk_limit
    funding.risk_limit = next_risk_limit(
        before, volatility, parameters.leverage_procyclicality * responds, parameters.leverage_adjustment
    )
    funding.signals = LeverageSignals(
        carry,
        channels["macropru_tightness"]
        - channels.baseline("macropru_tightness")
        + parameters.leverage_curb_tightness * bool(curbs.in_force[Curb.LEVERAGE]),
        funding.risk_limit,
        before,
        parameters.leverage_noise * float(draws["market.activity"].normals(clock.month, 6)[0]),
    )
    rows = borrowers(institutions)
    institutions["opening_leverage"][rows] = institutions["leverage"][rows]
    terms = decided_terms(clock, parameters, draws, institutions, funding, rows)
    institutions["leverage"][rows] *= np.exp(terms.sum(axis=0))
    bonds = institutions["bonds_bn"]
    unwound = sold_bn(bonds[rows] * institutions["opening_leverage"][rows], terms[FORCED].sum(axis=0))
    sales.share = (sales.of_assets_bn + sales.of_collateral_bn + float(unwound.sum())) / float(bonds.sum())


def decided_terms(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    institutions: Institutions,
    funding: RepoFunding,
    rows: Integers,
) -> Floats:
    """Terms of the change of log leverage of some institutions this month, shape (8, m)."""
    signals = funding.signals
    own = draws["institution.leverage"].normal(institutions.draw_keys[rows], clock.month)
    return leverage_terms(
        institutions["opening_leverage"][rows],
        institutions["normal_leverage"][rows],
        signals.risk_limit,
        signals.risk_limit_before,
        signals.carry_change_pp,
        signals.tightness_change,
        parameters.leverage_persistence,
        parameters.carry_leverage,
        parameters.macropru_leverage,
        signals.common_noise,
        parameters.leverage_own_noise * own,
        parameters.leverage_adjustment * institutions["excess_leverage"][rows],
        largest_leverage(parameters, institutions, rows),
    )


def change_terms(
    clock: Clock, parameters: Parameters, draws: Draws, institutions: Institutions, funding: RepoFunding, row: int
) -> list[tuple[str, float, str]]:
    """Terms of the change of an institution's log leverage this month, which add up to it: (term, value, unit).

    There are none for an institution that borrows no repo.
    """
    if institutions["normal_leverage"][row] == 0.0:
        return []
    terms = decided_terms(clock, parameters, draws, institutions, funding, np.array([row]))[:, 0]
    return [(name, float(term), "log") for name, term in zip(LEVERAGE_TERMS, terms, strict=True)]


def mean_leverage(institutions: Institutions) -> Floats:
    """Repo borrowed over bonds held by banks and by all others, shape (2,)."""
    bank = (institutions["sector"] == int(Sector.BANK)).astype(np.float64)
    bonds = institutions["bonds_bn"]
    borrowed = institutions["leverage"] * bonds
    of_kind = np.stack([bank, 1.0 - bank])
    held, owed = sum_of_products(of_kind, bonds), sum_of_products(of_kind, borrowed)
    mean: Floats = np.divide(owed, held, out=np.zeros(2), where=held > 0.0)
    return mean


def repo_outstanding_bn(institutions: Institutions, book: SecurityBook) -> tuple[float, float]:
    """Repo outstanding in the interbank market and on the exchange, the whole country, CNY bn.

    Banks and others in the city stand for those of the country: repo is their mean leverage times the bonds that the
    country's banks and asset managers hold in each market.
    """
    leverage = mean_leverage(institutions)
    interbank = float(sum_of_products(leverage, sum_of_products(book.holdings_bn[1:], book.interbank_share)))
    return interbank, float(sum_of_products(leverage, book.holdings_bn[1:].sum(axis=1))) - interbank
