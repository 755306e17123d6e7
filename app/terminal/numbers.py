"""Numbers as they are shown, with n/a where one is not known."""

from __future__ import annotations

import math
from numbers import Real
from pathlib import Path

UNKNOWN = "n/a"
"""What is shown where there is no number: no run, no year, or too few runs; a note under the table says which."""


def known(value: object, form: str) -> str:
    """Return a number in a format, and n/a where there is none."""
    return f"{value:{form}}" if isinstance(value, Real) and value == value else UNKNOWN


def percent(share: object, form: str) -> str:
    """Return a share in per cent in a format such as ".1%", with the space before the sign, and n/a where none is."""
    return known(share, form).replace("%", " %")


def between(low: object, high: object, form: str) -> str:
    """Return an interval with both ends in a format, and n/a where there is none."""
    return f"{percent(low, form)} .. {percent(high, form)}" if known(low, form) != UNKNOWN else UNKNOWN


def or_blank(value: float, form: str, unit: str = "") -> str:
    """Return a number in a format and its unit, and nothing where there is none."""
    return "" if value != value else f"{percent(value, form)}{unit}"


def in_words(verdict: object) -> str:
    """Return yes or no, and n/a where there is no verdict."""
    return UNKNOWN if not isinstance(verdict, bool) else "yes" if verdict else "no"


def number(value: float, unit: str = "") -> str:
    """Return a number with as many digits as a reader can use; shares in percent."""
    if math.isnan(value):
        return UNKNOWN
    if unit == "share":
        return percent(value, ".1%")
    if abs(value) >= 1000 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


def unit_shown(unit: str) -> str:
    """Return a unit as tables show it: shares are shown in percent."""
    return "%" if unit == "share" else unit


def plain(value: object) -> str:
    """Return a number with three significant digits, n/a where it is not known, and anything else as it is."""
    return known(value, ".3g") if isinstance(value, float) else str(value)


def size_of_file(path: Path) -> str:
    """Return the size of a file in kB, from 1 MB on in MB."""
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{math.ceil(size / 1e3)} kB"
