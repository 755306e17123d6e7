"""Whole years: the only ones that count, and the one that answers for the plan's target year.

The flows of a year are those of its twelve months and its stocks are those of December, so a year that a run covers in
part has neither. A scenario that ends before December 2025 is held against the targets in its last whole year, and that
year is named wherever its values are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from scenarios.calendar import BASELINE, month_ordinal, month_text
from scenarios.errors import InputError
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    from scenarios.schema import Scenario

TARGET_YEAR = 2025
BASE_YEAR = BASELINE // 12


def whole_years(first: int, last: int) -> tuple[int, ...]:
    """Return the years of which all twelve months lie between two month ordinals, both included."""
    return tuple(range(-(-first // 12), (last + 1) // 12))


def answering_year(last: int | None) -> int | None:
    """Return the year that answers for 2025 when the last month is an ordinal: the last whole one, at most 2025.

    None where no year after 2020 is whole, or where there is no month at all: then there is no verdict.
    """
    if last is None:
        return None
    year = min(TARGET_YEAR, (last + 1) // 12 - 1)
    return year if year > BASE_YEAR else None


def common_year(lasts: Iterable[int | None]) -> int | None:
    """Return the year in which scenarios with these last months are compared: the latest that answers for all."""
    years = [answering_year(last) for last in lasts]
    known = [year for year in years if year is not None]
    return min(known) if known and len(known) == len(years) else None


def year_named(last: int | None) -> str:
    """Return the year that answers for 2025 in words, with the reason where it is not 2025."""
    year = answering_year(last)
    if year == TARGET_YEAR:
        return str(year)
    if last is None:
        return coded("year.no_run")
    ends = month_text(last)
    if year is None:
        return coded("year.none", base=BASE_YEAR, month=ends)
    return coded("year.last_whole", year=year, month=ends)


def checked_year(scenario: Scenario) -> int:
    """Return the year that answers for 2025 in a scenario.

    Raises
    ------
    InputError
        If it covers no whole year after 2020, so that there is nothing to say.
    """
    last = month_ordinal(scenario.end)
    year = answering_year(last)
    if year is None:
        raise InputError(year_named(last), key="end", value=scenario.end, allowed=coded("allowed.end_of_a_whole_year"))
    return year
