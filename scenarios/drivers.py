"""Monthly drivers of world finance given by a user, as values, without reference to their file.

A file of drivers is read once, where a scenario names it. From then on its values are part of the scenario, so that
neither the file nor its place matters any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scenarios.calendar import BASELINE, is_month, month_ordinal, month_text
from scenarios.csv_rows import number_in, read_csv
from scenarios.errors import InputError, Problem, unknown
from scenarios.number_types import real_number
from scenarios.paths import shown
from scenarios.plausible import column_of_fractions, driver_meant, driver_ranges, limits
from scenarios.problem_texts import coded, said

DRIVERS = ("usdcny", "us10y_pct", "vix", "csi300_close", "cn10y_pct")
"""Yuan per dollar, ten-year yield of the United States (%), VIX, CSI 300, ten-year yield of China (%)."""


@dataclass(frozen=True)
class Drivers:
    """Drivers by month after 2020-12, in the order of months; missing values are drawn.

    Two sets are equal, and have one digest, where their values are equal. How a file writes a number, the order of its
    rows and columns, its further columns, and months without any value are no part of it.
    """

    rows: tuple[tuple[str, tuple[float | None, ...]], ...]
    """Months, each with its values in the order of `DRIVERS`."""

    @classmethod
    def of_values(cls, values: Mapping[str, Mapping[str, float]]) -> Drivers:
        """Return the drivers of values by month and column that have been checked."""
        kept = {month: row for month, row in sorted(values.items()) if row}
        # -0.0 becomes 0.0, so that equal values have one digest.
        return cls(
            tuple(
                (month, tuple(row[column] + 0.0 if column in row else None for column in DRIVERS))
                for month, row in kept.items()
            )
        )

    def plain(self) -> dict[str, dict[str, float]]:
        """Return the drivers as they are written in a scenario file: month to column to value."""
        return {
            month: {column: value for column, value in zip(DRIVERS, row, strict=True) if value is not None}
            for month, row in self.rows
        }

    def by_month(self) -> dict[int, dict[str, float]]:
        """Return the values by the ordinal of the month and by column."""
        return {month_ordinal(month): row for month, row in self.plain().items()}

    @cached_property
    def digest(self) -> str:
        """A hash of the values, 32 hex digits."""
        text = json.dumps(self.plain(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def parse_drivers(plain: Any) -> Drivers:
    """Read drivers from plain data, a mapping from months to columns with values; drivers pass through.

    Raises
    ------
    InputError
        With every problem: a month that is none or not after 2020-12, an unknown column, a value that is not usable.
    """
    if isinstance(plain, Drivers):
        return plain
    form = coded("allowed.drivers")
    if not isinstance(plain, Mapping) or not plain:
        raise InputError(coded("drivers.not", value=shown(plain)), value=plain, allowed=form)
    problems: list[Problem] = []
    values: dict[str, dict[str, float]] = {}
    for month, row in plain.items():
        problems += _month_problems(month, key=str(month))
        if not isinstance(row, Mapping):
            problems.append(Problem(coded("drivers.row", value=shown(row)), key=str(month), value=row, allowed=form))
            continue
        values[str(month)] = {}
        for column, value in row.items():
            key = f"{month}.{column}"
            if column not in DRIVERS:
                problems.append(unknown("driver", column, DRIVERS, key=key))
                continue
            number = real_number(value)
            if number is None:
                problems.append(
                    Problem(
                        coded("value.not_usable", value=shown(value)), "", key, value, driver_ranges()[column].allowed
                    )
                )
            elif not driver_ranges()[column].holds(number):
                problems.append(_implausible(column, number, "", key))
            else:
                values[str(month)][column] = number
    if not any(values.values()) and not problems:
        problems.append(Problem(coded("drivers.no_value"), allowed=coded("allowed.one_or_more")))
    problems += [_fractions(column, meant, "") for column, meant in _columns_of_fractions(values)]
    if problems:
        raise InputError(problems)
    return Drivers.of_values(values)


def read_drivers(path: str | Path) -> Drivers:
    """Read drivers from a CSV file with the columns month and `DRIVERS`; an empty cell is a gap.

    Raises
    ------
    InputError
        If the file cannot be read or its rows are not whole (see `scenarios.csv_rows`), it has no values, a month is
        not YYYY-MM, is given twice or is not after 2020-12, or a value is not a number (above zero, but for yields).
    """
    table = read_csv(path, ("month", *DRIVERS), what=coded("what.macro_file"))
    values: dict[str, dict[str, float]] = {}
    for row in table.rows:
        month = row["month"]
        table.problems.extend(_month_problems(month, where=row.where, key="month"))
        if not is_month(month):
            continue
        if month in values:
            table.problems.append(Problem(coded("month.twice", month=month), row.where, key="month", value=month))
        values[month] = {}
        for column in DRIVERS:
            cell = row[column]
            if not cell:
                continue
            try:
                value = number_in(cell)
            except ValueError as error:
                allowed = driver_ranges()[column].allowed
                table.problems.append(Problem(said(error), row.where, column, cell, allowed))
                continue
            if driver_ranges()[column].holds(value):
                values[month][column] = value
            else:
                table.problems.append(_implausible(column, value, row.where, column))
    if not any(values.values()) and not table.problems:
        table.problems.append(Problem(coded("drivers.no_rows"), table.where))
    for column, meant in _columns_of_fractions(values):
        table.problems.append(_fractions(column, meant, table.rows[0].where))
    table.check()
    return Drivers.of_values(values)


def _month_problems(month: object, *, where: str = "", key: str = "") -> list[Problem]:
    if not isinstance(month, str) or not is_month(month):
        return [Problem(coded("value.no_month", value=shown(month)), where, key, month, coded("allowed.month"))]
    if month_ordinal(month) <= BASELINE:
        return [Problem(coded("drivers.observed", month=month, last=month_text(BASELINE)), where, key, month)]
    return []


def _implausible(column: str, value: float, where: str, key: str) -> Problem:
    known = driver_ranges()[column]
    code = "drivers.not_above_0" if value <= 0.0 < known.low else "drivers.implausible"
    message = coded(code, value=value, meant=driver_meant(column, value))
    return Problem(message, where, key, value, known.allowed)


def _columns_of_fractions(values: Mapping[str, Mapping[str, float]]) -> list[tuple[str, str]]:
    """Columns that probably hold fractions in place of per cent, each with the probable meaning."""
    columns = {name: {month: row[name] for month, row in values.items() if name in row} for name in DRIVERS}
    return [(name, meant) for name, column in columns.items() if (meant := column_of_fractions(name, column))]


def _fractions(column: str, meant: str, where: str) -> Problem:
    least = limits().least_yield
    message = coded("drivers.fractions", least=least, meant=meant)
    return Problem(message, where, column, None, driver_ranges()[column].allowed)
