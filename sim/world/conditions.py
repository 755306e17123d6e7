"""Readings of the macro path for rules in a month."""

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


def us_yield_pct(clock: Clock, macro: MacroPath) -> float:
    """Ten-year government yield of the United States, per cent."""
    return float(macro.us_yield_pct[macro.position(clock.month)])
