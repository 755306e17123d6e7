"""Values and changes of indicators as tables show them, by the rule of the briefs.

Shares are in per cent ("3.21 %"), their changes in percentage points ("+0.54 pp"); a change has as many digits as its
interval supports. JSON and --quiet keep the recorded unit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from app.briefing.amounts import decimals_of, effect_decimals, factor, grouped, is_share, signed
from app.briefing.words import Wording
from app.terminal.numbers import UNKNOWN
from app.terminal.report import Cell
from scenarios.plan import shipped_plan
from sim.closing.dictionary import dictionary, unit_of

if TYPE_CHECKING:
    from scenarios.plan import Plan

ERRORS_TO_AN_END = 1.96
"""Standard errors from an estimate to the end of its 95 % interval."""


def names_of(plans: Iterable[Plan]) -> dict[str, str]:
    """Names of the indicators of some plans, by id."""
    return {each.id: each.name for plan in plans for each in plan.indicators}


def shipped_names() -> dict[str, str]:
    """Names of the indicators of the plan of the package."""
    return names_of([shipped_plan()])


def name(indicator: str, names: Mapping[str, str]) -> str:
    """Name of an indicator: that of its plan, else that of the data dictionary, else its id."""
    known = dictionary().get(indicator)
    return names.get(indicator) or (indicator if known is None else known.name)


def named(indicator: str, names: Mapping[str, str]) -> Cell:
    """An indicator with its id, by which commands and scripts know it, and the unit in which tables show it."""
    unit = unit_of_level(indicator)
    told = without_unit(indicator, names)
    return Cell(told.text, ", ".join(part for part in (told.faint, unit) if part))


def without_unit(indicator: str, names: Mapping[str, str]) -> Cell:
    """An indicator with its id, where the columns beside it are no values of it."""
    told = name(indicator, names)
    return Cell(told, indicator if told != indicator else "")


def unit_of_level(indicator: str) -> str:
    """Unit in which tables show values of an indicator."""
    return "%" if is_share(indicator) else unit_of(indicator)


def unit_of_change(indicator: str) -> str:
    """Unit in which tables show changes of an indicator."""
    return "pp" if is_share(indicator) else unit_of(indicator)


def level(indicator: str, value: float) -> str:
    """A value of an indicator."""
    shown = value * factor(indicator, _english())
    if not math.isfinite(shown):
        return UNKNOWN
    return _ascii(grouped(shown, decimals_of(indicator, shown), _english())) + (" %" if is_share(indicator) else "")


def levels(indicator: str, low: float, high: float) -> str:
    """A range of values."""
    if not math.isfinite(low + high):
        return UNKNOWN
    return f"{level(indicator, low).removesuffix(' %')} .. {level(indicator, high)}"


def distance(indicator: str, value: float, beside: float, *, plus: bool = False) -> str:
    """How far one value is from another, to the digits of that value; `plus` gives it a sign above zero too."""
    times = factor(indicator, _english())
    return _difference(indicator, value, decimals_of(indicator, beside * times), plus)


def size(indicator: str, value: float, *, plus: bool = False) -> str:
    """A size in the unit of changes, such as an error, to three digits; `plus` as in `distance`."""
    return _difference(indicator, value, decimals_of("", value * factor(indicator, _english())), plus)


def change(indicator: str, value: float, low: float, high: float) -> tuple[str, str]:
    """A change of an indicator and its interval, to the digits that the interval supports.

    Without an interval a change has three digits and at most two decimal places.
    """
    times = factor(indicator, _english())
    digits = _decimals(value * times, low * times, high * times)
    middle, least, most = (_signed(each * times, digits) for each in (value, low, high))
    ends = UNKNOWN if UNKNOWN in (least, most) else f"{least} .. {most}{_points(indicator)}"
    return middle if middle == UNKNOWN else middle + _points(indicator), ends


def change_with_error(indicator: str, value: float, error: float) -> str:
    """A change of an indicator and its standard error in brackets, to the digits that the error supports."""
    times = factor(indicator, _english())
    reach = ERRORS_TO_AN_END * error * times
    digits = _decimals(value * times, value * times - reach, value * times + reach)
    told = _signed(value * times, digits)
    if told == UNKNOWN:
        return UNKNOWN
    beside = _ascii(grouped(error * times, digits, _english())) if math.isfinite(error) else UNKNOWN
    return f"{told} ({beside}){_points(indicator)}"


def is_zero(shown: str) -> bool:
    """Whether a change is zero to the digits that are shown, or not known."""
    return shown == UNKNOWN or not any(each in "123456789" for each in shown)


def _decimals(value: float, low: float, high: float) -> int:
    if math.isfinite(low + high):
        return effect_decimals(low, high)
    return min(effect_decimals(low, high), decimals_of("", value))


def _signed(value: float, digits: int) -> str:
    return _ascii(signed(value, digits, _english())) if math.isfinite(value) else UNKNOWN


def _difference(indicator: str, value: float, digits: int, plus: bool) -> str:
    if not math.isfinite(value):
        return UNKNOWN
    shown = value * factor(indicator, _english())
    told = _signed(shown, digits) if plus else _ascii(grouped(shown, digits, _english()))
    return told + _points(indicator)


def _points(indicator: str) -> str:
    return " pp" if is_share(indicator) else ""


def _ascii(text: str) -> str:
    """A number with the minus sign of the keyboard, by which a terminal finds it and a script reads it."""
    return text.replace("\N{MINUS SIGN}", "-")


@cache
def _english() -> Wording:
    return Wording("en")
