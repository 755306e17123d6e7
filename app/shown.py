"""Numbers as they are shown where some are not known, and notes under a table."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real

UNKNOWN = "n/a"
"""What is shown where there is no number: no run, no year, or too few runs; a note under the table says which."""


def known(value: object, form: str) -> str:
    """Return a number in a format, and n/a where there is none."""
    return f"{value:{form}}" if isinstance(value, Real) and value == value else UNKNOWN


def between(low: object, high: object, form: str) -> str:
    """Return an interval with both ends in a format, and n/a where there is none."""
    return f"{known(low, form)} .. {known(high, form)}" if known(low, form) != UNKNOWN else UNKNOWN


def in_words(verdict: object) -> str:
    """Return yes or no, and n/a where there is no verdict."""
    return UNKNOWN if not isinstance(verdict, bool) else "yes" if verdict else "no"


def print_notes(lines: Iterable[str]) -> None:
    """Print notes, a line each, each once."""
    for line in dict.fromkeys(lines):
        print(line)
