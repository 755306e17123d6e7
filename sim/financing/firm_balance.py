"""Balance sheets of firms: assets that earn, leverage, and the identity that joins them to flows."""

from dataclasses import dataclass

import numpy as np

from agents.arrays import Flags, Floats
from agents.draws import Draws
from agents.firm_balance import (
    log_leverage_gap,
    next_own_return,
    overdraft_share,
    retained_earnings_bn,
    return_gap,
)
from agents.issuers import Instrument, IssuerClass, Issuers
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.clock import Clock
from sim.component import Changes
from sim.financing.need_cycle import NeedCycle, nominal_gap_pp
from sim.financing.small_firm_credit import loan_discount_pp
from sim.world.conditions import china_yield_12m_pct, china_yield_2020_pct
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues

HIGHEST_TARGET = 0.9
"""Bound on the leverage that a firm aims at."""


@dataclass
class FirmAccounts:
    """Sums over all firms of the month, CNY bn; banks and foreign issuers are no firms."""

    opening_net_worth_bn: float = 0.0
    """Assets and cash less debt before the month."""
    retained_bn: float = 0.0
    """Earnings that were kept."""
    bond_fees_bn: float = 0.0
    """Fees that firms paid for bonds."""
    all_bond_fees_bn: float = 0.0
    """Fees that all issuers paid for bonds."""


def are_firms(issuers: Issuers) -> Flags:
    """Issuers with a balance sheet of their own: neither banks, which are institutions, nor foreigners."""
    kind = issuers["issuer_class"]
    return np.asarray((kind != int(IssuerClass.BANK)) & (kind != int(IssuerClass.FOREIGN)))


def net_worth_bn(issuers: Issuers) -> float:
    """Assets and cash less debt of all firms, CNY bn."""
    firms = are_firms(issuers)
    worth = issuers["assets_bn"] + issuers["cash_bn"] - issuers["debt_bn"].sum(axis=0)
    return float(np.where(firms, worth, 0.0).sum())


def start_balance_sheets(clock: Clock, parameters: Parameters, draws: Draws, issuers: Changes[Issuers]) -> None:
    """Set targets of leverage, leverage near them and returns at the start; assets follow from debt."""
    normal = draws["issuer.balance_sheet"].normal(issuers.draw_keys, clock.month, count=3)
    firms = are_firms(issuers)
    spread = parameters.firm_leverage_target_spread
    target = np.minimum(HIGHEST_TARGET, parameters.firm_leverage_target * np.exp(spread * normal[0] - 0.5 * spread**2))
    leverage = target * np.exp(parameters.firm_leverage_gap_spread * normal[1])
    owed = issuers["debt_bn"].sum(axis=0) + np.maximum(0.0, -issuers["cash_bn"])
    issuers["leverage_target"][:] = np.where(firms, target, 1.0)
    issuers["assets_bn"][:] = np.where(firms, owed / leverage, 0.0)
    issuers["own_return"][:] = np.where(firms, parameters.own_return_spread * normal[2], 0.0)


def firms_earn(
    clock: Clock,
    parameters: Parameters,
    interactions: Interactions,
    shocks: ShockValues,
    base_year: BaseYear,
    draws: Draws,
    cycle: NeedCycle,
    issuers: Changes[Issuers],
    accounts: Changes[FirmAccounts],
) -> None:
    """Firms earn on their assets; what they keep raises them, a loss lowers them."""
    firms = are_firms(issuers)
    normal = draws["issuer.return"].normal(issuers.draw_keys, clock.month)
    own = next_own_return(
        issuers["own_return"], parameters.own_return_persistence, parameters.own_return_spread, normal
    )
    issuers["own_return"][:] = np.where(firms, own, 0.0)
    common = nominal_gap_pp(clock, interactions, base_year, shocks, cycle)
    gap = return_gap(common, parameters.return_growth_sensitivity, issuers["own_return"])
    assets, cash, target = issuers["assets_bn"], issuers["cash_bn"], issuers["leverage_target"]
    retained = retained_earnings_bn(assets, target, parameters.need_growth, gap)
    assets += retained
    accounts.retained_bn = float(retained.sum())
    debt = issuers["debt_bn"].sum(axis=0)
    # What decisions read of the balance sheet this month; without the interaction they read nothing.
    felt = interactions.on("own_balance_sheets") & firms
    issuers["leverage_gap"][:] = np.where(felt, log_leverage_gap(debt, cash, assets, target), 0.0)
    issuers["return_gap"][:] = np.where(felt, gap, 0.0)
    issuers["overdraft"][:] = np.where(felt, overdraft_share(debt, cash), 0.0)


MARKET_DEBT = (Instrument.BOND, Instrument.COMMERCIAL_PAPER, Instrument.GREEN_BOND, Instrument.ABS)
OFFERS = (Instrument.IPO_MAIN, Instrument.IPO_STAR, Instrument.REIT)


def own_utilities(
    parameters: Parameters, channels: Channels, interactions: Interactions, issuers: Issuers
) -> list[tuple[str, tuple[Instrument, ...], Floats]]:
    """Terms of utility that each issuer has for itself: name, instruments, and their utility, shape (issuers,).

    A firm with more debt than it aims at pays more for bonds and prefers shares; one whose house bank is short of
    capital finds loans harder to get; one without a lead underwriter searches for it; one used to the market returns to
    it; guarantees make loans cheaper.
    """
    terms: list[tuple[str, tuple[Instrument, ...], Floats]] = []
    if interactions.on("own_balance_sheets"):
        gap = issuers["leverage_gap"]
        dearer = parameters.cost_sensitivity * parameters.firm_leverage_spread * gap
        terms.append(("own leverage", (Instrument.BOND, Instrument.GREEN_BOND), -dearer))
        terms.append(("own leverage", (Instrument.COMMERCIAL_PAPER,), -parameters.paper_spread_share * dearer))
        terms.append(("own leverage", OFFERS, parameters.firm_leverage_offer_taste * gap))
    if interactions.on("financing_relations"):
        loans = parameters.house_bank_slope * issuers["house_bank_capital"]
        without = (issuers["lead_underwriter"] < 0) & issuers["market_access"]
        search = -parameters.cost_sensitivity * parameters.underwriter_search_cost / 100.0 * without
        terms.append(("house bank", (Instrument.LOAN,), loans))
        terms.append(("lead underwriter", MARKET_DEBT, search))
        terms.append(("own history", MARKET_DEBT, parameters.market_habit_strength * issuers["market_habit"]))
    if channels["guarantee_coverage"] != channels.baseline("guarantee_coverage"):
        cheaper = parameters.cost_sensitivity * loan_discount_pp(parameters, channels, issuers)
        terms.append(("guarantees", (Instrument.LOAN,), cheaper))
    return terms


def need_terms(
    clock: Clock,
    parameters: Parameters,
    interactions: Interactions,
    shocks: ShockValues,
    base_year: BaseYear,
    macro: MacroPath,
    cycle: NeedCycle,
    issuers: Issuers,
) -> dict[str, Floats | float]:
    """Terms of the growth of each issuer's need a year before its floor and its shock of the month, by name.

    A term that is the same for all is one number. Firms with more debt than they aim at, or with dearer loans than in
    the base year, borrow less; with the interaction `own_balance_sheets` switched off they do not.
    """
    gap = nominal_gap_pp(clock, interactions, base_year, shocks, cycle)
    dearer = 0.0
    if interactions.on("own_balance_sheets") and not clock.in_base_year:
        change = china_yield_12m_pct(clock, macro) - china_yield_2020_pct(macro)
        dearer = parameters.loan_rate_passthrough * change
    return {
        "trend": parameters.need_growth,
        "growth of the economy": parameters.need_growth_elasticity * gap / 100.0,
        "cycle of needs": cycle.need,
        "own leverage": -parameters.firm_leverage_adjustment * issuers["leverage_gap"],
        "cost of loans": -parameters.need_cost_response * dearer,
    }


def need_explained(
    clock: Clock,
    parameters: Parameters,
    interactions: Interactions,
    shocks: ShockValues,
    base_year: BaseYear,
    macro: MacroPath,
    cycle: NeedCycle,
    issuers: Issuers,
    row: int,
) -> list[tuple[str, float, str]]:
    """Terms of the growth of an issuer's need a year before its shock of the month; they add up to it."""
    terms = need_terms(clock, parameters, interactions, shocks, base_year, macro, cycle, issuers)
    values = [(name, float(np.broadcast_to(value, len(issuers))[row]), "1/year") for name, value in terms.items()]
    return [*values, ("no need below zero", max(0.0, -sum(value for _, value, _ in values)), "1/year")]
