"""Institutions set how much repo they borrow; what they borrow together is the repo outstanding."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Flags, Floats, Integers
from agents.draws import Draws
from agents.institutions import Institutions, Sector
from agents.interbank import core_of
from agents.leverage import LEVERAGE_TERMS, leverage_terms, next_risk_limit
from scenarios.parameters import Parameters
from sim.component import Changes
from sim.levels import Levels

if TYPE_CHECKING:
    from sim.model import FinancialCenter


@dataclass(frozen=True)
class LeverageSignals:
    """What all institutions saw when they set leverage, kept for those who ask why."""

    carry_change_pp: float
    tightness_change: float
    risk_limit: float
    risk_limit_before: float
    market_luck: float


def first_borrowers(
    parameters: Parameters,
    levels: Levels,
    draws: Draws,
    borrows_repo: Flags,
    institutions: Changes[Institutions],
    month: int,
) -> None:
    """Set the leverage of the institutions at the start; banks of the core lend.

    `borrows_repo` says by sector, shape (11,), whether its institutions borrow.
    """
    borrows = borrows_repo[institutions["sector"]]
    banks = np.flatnonzero(institutions["sector"] == Sector.BANK)
    core = core_of(institutions["assets_bn"][banks], parameters.interbank_core_share)
    borrows[banks] = ~core
    leverage_begins(parameters, levels, draws, institutions, np.flatnonzero(borrows), month)


def leverage_begins(
    parameters: Parameters,
    levels: Levels,
    draws: Draws,
    institutions: Changes[Institutions],
    rows: Integers,
    month: int,
) -> None:
    """Set the normal leverage of institutions that borrow repo, around the level that is solved on the base year."""
    spread = parameters.leverage_spread
    luck = draws["institution.leverage"].normal(institutions.luck[rows], month, count=2)[1]
    normal = levels.repo_leverage * np.exp(spread * luck - 0.5 * spread**2)
    normal = np.minimum(normal, 1.0 - parameters.repo_haircut)
    for column in ("normal_leverage", "leverage", "opening_leverage"):
        institutions[column][rows] = normal


def borrowers(centre: "FinancialCenter") -> "Integers":
    """Rows of the institutions that borrow repo."""
    return np.flatnonzero(centre.institutions["normal_leverage"])


def institutions_set_leverage(centre: "FinancialCenter") -> None:
    """Each institution that borrows repo moves its leverage by carry, rules, volatility and luck."""
    parameters, channels, institutions = centre.parameters, centre.channels, centre.institutions
    # Overnight funding follows the ten-year yield slowly and in the end moves more: easing first narrows the carry and
    # then widens it.
    start = centre.funding_start_pct
    carry = centre.china_yield_pct - start - parameters.funding_passthrough * (centre.funding_follow_pct - start)
    centre.funding_follow_pct += parameters.funding_speed * (centre.china_yield_pct - centre.funding_follow_pct)
    responds = "leverage_response" not in centre.interactions_off
    volatility = float(centre.macro.log_volatility[centre.macro.position(centre.month)]) - parameters.volatility_mean
    before = centre.risk_limit
    centre.risk_limit = next_risk_limit(
        before, volatility, parameters.leverage_procyclicality * responds, parameters.leverage_adjustment
    )
    centre.leverage_signals = LeverageSignals(
        carry,
        channels["macropru_tightness"] - centre.policy.baseline["macropru_tightness"],
        centre.risk_limit,
        before,
        parameters.leverage_noise * float(centre.luck.market.normals(centre.month, 6)[0]),
    )
    rows = borrowers(centre)
    institutions["opening_leverage"][rows] = institutions["leverage"][rows]
    institutions["leverage"][rows] *= np.exp(decided_terms(centre, rows).sum(axis=0))


def decided_terms(centre: "FinancialCenter", rows: "Integers") -> "Floats":
    """Terms of the change of log leverage of some institutions this month, shape (7, m)."""
    parameters, institutions, signals = centre.parameters, centre.institutions, centre.leverage_signals
    own = centre.luck.leverage.normal(institutions.luck[rows], centre.month)
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
        signals.market_luck,
        parameters.leverage_own_noise * own,
        1.0 - parameters.repo_haircut,
    )


def change_terms(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of the change of an institution's log leverage this month, which add up to it: (term, value, unit).

    There are none for an institution that borrows no repo.
    """
    if centre.institutions["normal_leverage"][row] == 0.0:
        return []
    terms = decided_terms(centre, np.array([row]))[:, 0]
    return [(name, float(term), "log") for name, term in zip(LEVERAGE_TERMS, terms, strict=True)]


def mean_leverage(centre: "FinancialCenter") -> "Floats":
    """Repo borrowed over bonds held by banks and by all others, shape (2,)."""
    institutions = centre.institutions
    bank = (institutions["sector"] == Sector.BANK).astype(np.float64)
    bonds = institutions["bonds_bn"]
    borrowed = institutions["leverage"] * bonds
    held = np.array([bank @ bonds, (1.0 - bank) @ bonds])
    owed = np.array([bank @ borrowed, (1.0 - bank) @ borrowed])
    mean: Floats = np.divide(owed, held, out=np.zeros(2), where=held > 0.0)
    return mean


def repo_outstanding_bn(centre: "FinancialCenter") -> "tuple[float, float]":
    """Repo outstanding in the interbank market and on the exchange, the whole country, CNY bn.

    Banks and others in the city stand for those of the country: repo is their mean leverage times the bonds that the
    country's banks and asset managers hold in each market.
    """
    book, leverage = centre.book, mean_leverage(centre)
    interbank = float(leverage @ (book.holdings_bn[1:] @ book.interbank_share))
    return interbank, float(leverage @ book.holdings_bn[1:].sum(axis=1)) - interbank
