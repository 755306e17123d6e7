"""Observations after 2020 that a user brings to score a forecast or to update it; none comes with the package."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.errors import InputError, Problem, nearest_name
from scenarios.plan import Indicator, indicators

COLUMNS = ("indicator", "date", "value", "unit", "source")
FIRST_YEAR, LAST_YEAR = 2021, 2035
LARGEST_FILE = 1_000_000


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
        With every problem at once: file and line, key, value, what is allowed, the nearest valid name.
    """
    file = Path(path)
    rows = _rows(file)
    problems: list[Problem] = []
    found: list[LaterObservation] = []
    known = {indicator.id: indicator for indicator in indicators()}
    for line, row in rows:
        where = f"{file}:{line}"
        told = _problems(row, where, known)
        problems += told
        if told:
            continue
        observation = LaterObservation(row["indicator"], int(row["date"]), float(row["value"]), row["source"].strip())
        if any((other.indicator, other.year) == (observation.indicator, observation.year) for other in found):
            problems.append(Problem(f"{row['indicator']} {row['date']} is there twice", where, key="indicator"))
        found.append(observation)
    if not problems and not found:
        problems.append(Problem("holds no observation", str(file), allowed="one row for each indicator and year"))
    if problems:
        raise InputError(problems)
    return tuple(found)


def _rows(file: Path) -> Sequence[tuple[int, dict[str, str]]]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise InputError("the file is too large", where=str(file), allowed=f"up to {LARGEST_FILE} bytes")
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            rows = [(reader.line_num, {key: value or "" for key, value in row.items() if key}) for row in reader]
            columns = list(reader.fieldnames or ())
    except InputError:
        raise
    except (OSError, ValueError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text file of comma-separated values"
        raise InputError(f"cannot read the observations: {reason}", where=str(file)) from None
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        raise InputError(
            f"a file of observations needs the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}",
            where=f"{file}:1",
            key=missing[0],
        )
    return rows


def _problems(row: dict[str, Any], where: str, known: dict[str, Indicator]) -> list[Problem]:
    problems = []
    name = row["indicator"]
    if name not in known:
        nearest = nearest_name(name, known)
        problems.append(
            Problem(f"unknown indicator {name!r}", where, "indicator", name, ", ".join(known), nearest=nearest)
        )
    elif row["unit"].strip() != known[name].unit:
        problems.append(Problem("not the indicator's unit", where, "unit", row["unit"], known[name].unit))
    if not (row["date"].isdecimal() and FIRST_YEAR <= int(row["date"]) <= LAST_YEAR):
        problems.append(Problem("not a year", where, "date", row["date"], f"{FIRST_YEAR} to {LAST_YEAR}"))
    try:
        usable = bool(np.isfinite(float(row["value"]))) and float(row["value"]) >= 0.0
    except ValueError:
        usable = False
    if not usable:
        problems.append(Problem("not a usable value", where, "value", row["value"], "a number from 0"))
    if not row["source"].strip():
        problems.append(Problem("has no source", where, "source", allowed="where the value was published"))
    return problems
