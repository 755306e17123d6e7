"""Amounts as a report writes them: units of the reader's language, and no more digits than the runs support."""

import math
from collections.abc import Callable, Mapping

from app.briefing.money import in_hundreds_of_millions
from app.briefing.words import Wording, catalogue
from scenarios.plan import Indicator
from sim.closing.dictionary import unit_of

PERCENT = ("direct_financing_share", "foreign_bond_share")
"""Shares among the indicators of the plan of the package."""
DECIMALS: Mapping[str, int] = {"direct_financing": 1, "direct_financing_share": 1, "foreign_bond_share": 2}
"""Decimal places of a value; none for other indicators."""
WHOLE = ("count", "firms", "companies", "investors", "listings per year", "months per year")
"""Units that are counted."""
MOST_DECIMALS = 3
UNKNOWN = "–"  # noqa: RUF001


def is_share(indicator: str) -> bool:
    """Whether values of an indicator are shares, which are written in per cent."""
    return indicator in PERCENT or unit_of(indicator) == "share"


def factor(indicator: str, wording: Wording) -> float:
    """Factor from an indicator's own unit to that of the report."""
    chinese = in_hundreds_of_millions(unit_of(indicator)) if wording.language == "zh" else 1.0
    return (100.0 if is_share(indicator) else 1.0) * chinese


def grouped(value: float, decimals: int, wording: Wording) -> str:
    """A number with separators of thousands in English and without them in Chinese, and a true minus sign."""
    if not math.isfinite(value):
        return UNKNOWN
    text = f"{value:,.{decimals}f}" if wording.language == "en" else f"{value:.{decimals}f}"
    text = text.replace("-", "\N{MINUS SIGN}")
    return text.removeprefix("\N{MINUS SIGN}") if not text.strip("\N{MINUS SIGN}0.,") else text


def amount(indicator: str, value: float, wording: Wording) -> str:
    """A value of an indicator in the unit of the report, without the unit."""
    shown = value * factor(indicator, wording)
    return grouped(shown, decimals_of(indicator, shown), wording)


def decimals_of(indicator: str, shown: float) -> int:
    """Decimal places of a value: fixed for the catalogue, none for counts, three digits for others."""
    if f"title.{indicator}" in catalogue():
        return DECIMALS.get(indicator, 0)
    if unit_of(indicator) in WHOLE or not math.isfinite(shown) or shown == 0.0:
        return 0
    return min(MOST_DECIMALS, max(0, 2 - math.floor(math.log10(abs(shown)))))


def between(indicator: str, low: float, high: float, wording: Wording) -> str:
    """A range of values; one sign where an end is not known."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return UNKNOWN
    return wording("join.range", low=amount(indicator, low, wording), high=amount(indicator, high, wording))


def target(indicator: Indicator, wording: Wording) -> str:
    """A target with its qualifier: about, at least, or our proxy."""
    value = amount(indicator.id, indicator.target_value, wording)
    if indicator.qualifier == "qualitative":
        return wording.of_plan("target.qualitative", value=value)
    return wording(f"target.{indicator.qualifier}", value=value)


def effect_decimals(low: float, high: float) -> int:
    """Decimal places of an effect: those that its interval supports, at most three.

    The width of the interval keeps one digit, and two where it begins with 1 or 2.
    """
    width = high - low
    if not math.isfinite(width) or width <= 1e-9 * max(abs(low), abs(high)):
        return MOST_DECIMALS - 1
    power = math.floor(math.log10(width))
    return min(MOST_DECIMALS, max(0, -power + (width / 10.0**power < 3.0)))


def effect(indicator: str, median: float, low: float, high: float, wording: Wording) -> tuple[str, str, str]:
    """An effect and the ends of its interval with signs, to as many digits as the interval supports."""
    scaled = factor(indicator, wording)
    return signed_with_ends(median * scaled, low * scaled, high * scaled, wording)


def signed_with_ends(median: float, low: float, high: float, wording: Wording) -> tuple[str, str, str]:
    """An effect and the ends of its interval, all in the unit that is written, with signs."""
    decimals = effect_decimals(low, high)
    median_text, low_text, high_text = (signed(value, decimals, wording) for value in (median, low, high))
    return median_text, low_text, high_text


def signed(value: float, decimals: int, wording: Wording) -> str:
    """A number with its sign; zero has none."""
    text = grouped(value, decimals, wording)
    return text if value <= 0.0 or text == UNKNOWN or not text.strip("0.,") else f"+{text}"


def ticker(wording: Wording) -> Callable[[float, int], str]:
    """What writes a number of an axis with so many decimal places."""
    return lambda value, decimals: grouped(value, decimals, wording)


def percent(part: int, whole: int, wording: Wording) -> str:
    """A share of runs in whole per cent; above zero and below all of them never 0 or 100."""
    if whole == 0:
        return UNKNOWN
    share = 100.0 * part / whole
    if 0.0 < share < 1.0:
        return f"< {whole_percent(0.01, wording)}"
    return f"> {whole_percent(0.99, wording)}" if 99.0 < share < 100.0 else whole_percent(share / 100.0, wording)


def whole_percent(share: float, wording: Wording) -> str:
    """A share in whole per cent, with the space that English puts before the sign."""
    return f"{share:.0%}" if wording.language == "zh" else f"{share:.0%}".replace("%", " %")
