"""Readings of the macro path for rules in a month."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scenarios.calendar import BASELINE
from sim.clock import Clock
from sim.world.macro import MacroPath


def china_yield_12m_pct(clock: Clock, macro: MacroPath) -> float:
    """Mean ten-year yield of the last twelve months without local effects, per cent."""
    at = macro.position(clock.month)
    return float(macro.china_yield_pct[at - 11 : at + 1].mean())


def china_yield_2020_pct(macro: MacroPath) -> float:
    """Mean ten-year yield of the base year, per cent."""
    at = macro.position(BASELINE)
    return float(macro.china_yield_pct[at - 11 : at + 1].mean())


def china_yield_change_3m_pp(clock: Clock, macro: MacroPath) -> float:
    """Change of the ten-year yield over three months to last month, percentage points."""
    at = macro.position(clock.month) - 1
    return float(macro.china_yield_pct[at] - macro.china_yield_pct[at - 3])


def equity_return_6m(clock: Clock, macro: MacroPath) -> float:
    """Log return of the equity index over six months to last month."""
    return macro.change(macro.equity_index, clock.month - 1, 6)


def appreciation_12m_pct(clock: Clock, macro: MacroPath) -> float:
    """Appreciation of the yuan against the dollar over the last twelve months, per cent."""
    return -100.0 * macro.change(macro.usdcny, clock.month, 12)


@dataclass(frozen=True)
class YieldsAndCurrency:
    """Ten-year yields and the trend of the currency, means of some months."""

    china_yield_pct: float = 0.0
    us_yield_pct: float = 0.0
    appreciation_12m_pct: float = 0.0
    """Appreciation of the yuan over twelve months."""


def mean_yields_and_currency(macro: MacroPath, months: Iterable[int]) -> YieldsAndCurrency:
    """Means over months of yields without local effects and of the appreciation of the yuan over twelve months."""
    all_months = list(months)
    at = [macro.position(month) for month in all_months]
    gains = [-100.0 * macro.change(macro.usdcny, month, 12) for month in all_months]
    return YieldsAndCurrency(
        float(macro.china_yield_pct[at].mean()), float(macro.us_yield_pct[at].mean()), float(np.mean(gains))
    )


def us_yield_pct(clock: Clock, macro: MacroPath) -> float:
    """Ten-year government yield of the United States, per cent."""
    return float(macro.us_yield_pct[macro.position(clock.month)])
