"""Observations after 2020 that a user brings to score a forecast or to update it; none comes with the package."""

import re
from dataclasses import dataclass
from pathlib import Path

from scenarios.csv_rows import CsvRow, number_in, read_csv
from scenarios.errors import Problem, unknown
from scenarios.plan import Indicator, indicators
from scenarios.problem_texts import coded, said

COLUMNS = ("indicator", "date", "value", "unit", "source")
FIRST_YEAR, LAST_YEAR = 2021, 2035
_YEAR = re.compile("[0-9]{4}")


@dataclass(frozen=True)
class LaterObservation:
    """A value of a plan indicator for a year after 2020, in the indicator's own unit."""

    indicator: str
    year: int
    value: float
    source: str


def read_later_observations(path: str | Path) -> tuple[LaterObservation, ...]:
    """Read a CSV with the columns indicator, date (a year), value, unit and source.

    Parameters
    ----------
    path
        The file. Flows are those of the year, stocks and ratios those of December; the unit must be the indicator's own
        (`lujiazui indicators`).

    Raises
    ------
    scenarios.InputError
        With all problems together: file and line, key, value, allowed values, the nearest valid name.
    """
    table = read_csv(path, COLUMNS, what=coded("what.observations"))
    found: list[LaterObservation] = []
    known = {indicator.id: indicator for indicator in indicators()}
    for row in table.rows:
        problems = _problems(row, known)
        table.problems.extend(problems)
        if problems:
            continue
        observation = LaterObservation(row["indicator"], int(row["date"]), number_in(row["value"]), row["source"])
        if any((other.indicator, other.year) == (observation.indicator, observation.year) for other in found):
            twice = coded("observation.twice", indicator=row["indicator"], date=row["date"])
            table.problems.append(Problem(twice, row.where, key="indicator"))
        found.append(observation)
    if not table.problems and not found:
        nothing = Problem(coded("observations.none"), table.where, allowed=coded("allowed.rows_of_observations"))
        table.problems.append(nothing)
    table.check()
    return tuple(found)


def _problems(row: CsvRow, known: dict[str, Indicator]) -> list[Problem]:
    problems = []
    name, where = row["indicator"], row.where
    if name not in known:
        problems.append(unknown("indicator", name, known, where=where, key="indicator"))
    elif row["unit"] != known[name].unit:
        problems.append(Problem(coded("observation.other_unit"), where, "unit", row["unit"], known[name].unit))
    if not (_YEAR.fullmatch(row["date"]) and FIRST_YEAR <= int(row["date"]) <= LAST_YEAR):
        problems.append(
            Problem(
                coded("observation.no_year"),
                where,
                "date",
                row["date"],
                coded("allowed.years", first=FIRST_YEAR, last=LAST_YEAR),
            )
        )
    try:
        if number_in(row["value"]) < 0.0:
            problems.append(
                Problem(coded("observation.below_zero"), where, "value", row["value"], coded("allowed.number_from_0"))
            )
    except ValueError as error:
        problems.append(Problem(said(error), where, "value", row["value"], coded("allowed.number_from_0")))
    if not row["source"]:
        problems.append(Problem(coded("observation.no_source"), where, "source", allowed=coded("allowed.source")))
    return problems
