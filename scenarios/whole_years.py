"""Whole years: the only ones that count, and the one that answers for the year of a plan's targets.

The flows of a year are those of its twelve months and its stocks are those of December, so a year that a run covers in
part has neither. A scenario that ends before December of the plan's target year, 2025 for the plan of the package, is
held against the targets in its last whole year, and that year is named wherever its values are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from scenarios.calendar import BASELINE, PLAN_END, month_ordinal, month_text
from scenarios.errors import InputError
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    from scenarios.schema import Scenario

TARGET_YEAR = month_ordinal(PLAN_END) // 12
"""Year of the targets of the plan of the package."""
BASE_YEAR = BASELINE // 12


def whole_years(first: int, last: int) -> tuple[int, ...]:
    """Return the years of which all twelve months lie between two month ordinals, both included."""
    return tuple(range(-(-first // 12), (last + 1) // 12))


def answering_year(last: int | None, target_year: int = TARGET_YEAR) -> int | None:
    """Return the year that answers for the target year when the last month is an ordinal: the last whole one up to it.

    None where no year after 2020 is whole, or where there is no month at all: then there is no verdict.
    """
    if last is None:
        return None
    year = min(target_year, (last + 1) // 12 - 1)
    return year if year > BASE_YEAR else None


def common_year(lasts: Iterable[int | None]) -> int | None:
    """Return the year in which scenarios with these last months are compared: the latest that answers for all."""
    return earliest(answering_year(last) for last in lasts)


def earliest(years: Iterable[int | None]) -> int | None:
    """Return the earliest of the years that answer for scenarios; None where one of them has none."""
    years = list(years)
    known = [year for year in years if year is not None]
    return min(known) if known and len(known) == len(years) else None


def year_named(last: int | None, target_year: int = TARGET_YEAR) -> str:
    """Return the year that answers for the target year in words, with the reason where it is not that one."""
    year = answering_year(last, target_year)
    if year == target_year:
        return str(year)
    if last is None:
        return coded("year.no_run")
    ends = month_text(last)
    if year is None:
        return coded("year.none", base=BASE_YEAR, month=ends)
    return coded("year.last_whole", year=year, month=ends)


def year_told_of(scenario: Scenario) -> str:
    """Return the year that answers for the target year of its plan in a scenario, in words; see `year_named`."""
    return year_named(month_ordinal(scenario.end), scenario.plan.target_year)


def checked_year(scenario: Scenario) -> int:
    """Return the year that answers for the target year of its plan in a scenario.

    Raises
    ------
    InputError
        If it covers no whole year after 2020, so that there is nothing to say.
    """
    last = month_ordinal(scenario.end)
    year = answering_year(last, scenario.plan.target_year)
    if year is None:
        raise InputError(
            year_named(last, scenario.plan.target_year),
            key="end",
            value=scenario.end,
            allowed=coded("allowed.end_of_a_whole_year"),
        )
    return year
