"""Balance sheets of firms: leverage, retained earnings, and what they change in needs and choices."""

import numpy as np

from agents.arrays import Flags, Floats

GAP_BOUND = 1.5
"""Bound on the log distance of leverage from its target: a firm almost without assets decides like one with few."""


def log_leverage_gap(debt_bn: Floats, cash_bn: Floats, assets_bn: Floats, target: Floats) -> Floats:
    """Log distance of a firm's leverage from its own target, shape (n,); zero without assets.

    leverage = (debt + overdraft) / (assets + idle cash);   gap = ln(leverage / target), within +-GAP_BOUND

    Amounts in CNY bn; assets are those of the business, without cash.
    """
    owed, owned = debt_bn + np.maximum(0.0, -cash_bn), assets_bn + np.maximum(0.0, cash_bn)
    known = (assets_bn > 0.0) & (owed > 0.0)
    ratio = np.divide(owed, owned * target, out=np.ones_like(owed), where=known)
    return np.clip(np.log(ratio), -GAP_BOUND, GAP_BOUND)


def next_own_return(own: Floats, persistence: float, spread: float, normal: Floats) -> Floats:
    """Deviation of each firm's return on assets from that of all, 1/year, one month later, shape (n,).

    own = persistence * own + spread * sqrt(1 - persistence ** 2) * normal

    Parameters `own_return_persistence`, `own_return_spread`.
    """
    return np.asarray(persistence * own + spread * np.sqrt(1.0 - persistence**2) * normal)


def return_gap(nominal_gap_pp: float, sensitivity: float, own: Floats) -> Floats:
    """Return on assets less its normal rate, 1/year, shape (n,): sensitivity * gap / 100 + own.

    The gap is nominal growth less its normal rate, percentage points. Parameter `return_growth_sensitivity`.
    """
    return sensitivity * nominal_gap_pp / 100.0 + own


def retained_earnings_bn(assets_bn: Floats, target: Floats, growth_per_year: float, gap: Floats) -> Floats:
    """Earnings that a firm keeps and invests in a month, CNY bn; a loss is below zero. Shape (n,).

    retained = assets / 12 * (growth * (1 - target) + gap),  at least a loss of all assets

    At the first term alone assets grow as fast as needs and leverage stays on its target: it is the normal rate.
    """
    return np.maximum(-assets_bn, assets_bn / 12.0 * (growth_per_year * (1.0 - target) + gap))


def balance_sheet_default_terms(
    leverage_gap: Floats,
    gap_of_return: Floats,
    overdraft_share: Floats,
    leverage_slope: float,
    return_slope: float,
    overdraft_slope: float,
) -> tuple[Floats, Floats, Floats]:
    """Effects of a firm's balance sheet on the log of its default rate, three arrays of shape (n,).

    slope * leverage gap;   -slope * return gap;   slope * overdraft / debt, at most 1

    Leverage and liquidity lead to default, in a common cycle to many at once. Source: signs of hazard models (Shumway
    2001; Campbell, Hilscher and Szilagyi 2008), sizes judgement; parameters `firm_leverage_default_slope`,
    `return_default_slope`, `overdraft_default_slope`.
    """
    return leverage_slope * leverage_gap, -return_slope * gap_of_return, overdraft_slope * overdraft_share


def overdraft_share(debt_bn: Floats, cash_bn: Floats) -> Floats:
    """Overdraft over debt, 0..1, shape (n,)."""
    owed = np.maximum(debt_bn, np.finfo(np.float64).tiny)
    return np.minimum(1.0, np.maximum(0.0, -cash_bn) / owed)


def next_market_habit(habit: Floats, on_market_bn: Floats, raised_bn: Floats, memory_months: float) -> Floats:
    """Part of what a firm raised that it raised on the market, a fading mean, shape (n,).

    habit + (1 - exp(-1 / memory)) * (share of the month - habit) in a month in which it raised money

    Parameter `market_habit_memory`.
    """
    raised: Flags = raised_bn > 0.0
    share = np.divide(on_market_bn, raised_bn, out=habit.copy(), where=raised)
    return np.asarray(habit - np.expm1(-1.0 / memory_months) * (share - habit))
