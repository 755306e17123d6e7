"""Parameters in a CSV file: a number or a distribution each, with unit, status and source."""

from __future__ import annotations

from pathlib import Path

from scenarios.added.records import AddedParameter
from scenarios.csv_rows import CsvRow, number_in, read_csv
from scenarios.distributions import parse_distribution
from scenarios.errors import InputError, Problem
from scenarios.problem_texts import coded

COLUMNS = ("id", "value", "unit", "status", "source")
"""Columns that the file must have; it may have `description` too."""


def read_parameters(path: str | Path) -> tuple[AddedParameter, ...]:
    """Return the rows of a file of parameters.

    Raises
    ------
    InputError
        With all problems, each with file, line, column and what is allowed.
    """
    table = read_csv(path, COLUMNS, what=coded("what.parameters"))
    found: dict[str, AddedParameter] = {}
    for row in table.rows:
        problems = _problems(row, found)
        table.problems.extend(problems)
        if not problems:
            cells = {"id": row["id"], "unit": row["unit"], "status": row["status"], "source": row["source"]}
            text = _as_distribution(row["value"])
            found[row["id"]] = AddedParameter(**cells, distribution=text, description=row.cells.get("description", ""))
    table.check()
    return tuple(found.values())


def _problems(row: CsvRow, before: dict[str, AddedParameter]) -> list[Problem]:
    problems = [Problem(coded("value.missing"), row.where, name) for name in COLUMNS if not row[name]]
    name = row["id"]
    if name and not _is_name(name):
        problems.append(Problem(coded("parameter.no_name", name=name), row.where, "id", name, coded("allowed.name")))
    if name in before:
        problems.append(Problem(coded("parameter.twice", name=name), row.where, "id", name))
    if row["value"]:
        try:
            parse_distribution(_as_distribution(row["value"]))
        except ValueError:
            message = coded("parameter.no_value", value=row["value"])
            problems.append(Problem(message, row.where, "value", row["value"], coded("allowed.distribution")))
    return problems


def _is_name(name: str) -> bool:
    """Whether it can name a parameter, or an effect as LEVER.CHANNEL."""
    return all(part.isidentifier() for part in name.split(".")) and name.count(".") <= 1


def _as_distribution(cell: str) -> str:
    """A cell as a distribution: a plain number is a fixed value."""
    try:
        return f"Fixed({number_in(cell)!r})"
    except ValueError:
        return cell


def checked_rows(rows: tuple[AddedParameter, ...], where: str) -> None:
    """Refuse rows that were written in Python or read from data and are no parameters.

    Raises
    ------
    InputError
        For a name that is none, a text that is missing or a distribution that is none.
    """
    problems = []
    for row in rows:
        key = f"parameters.{row.id}"
        if not _is_name(row.id):
            problems.append(Problem(coded("parameter.no_name", name=row.id), where, key, row.id, coded("allowed.name")))
        problems += [
            Problem(coded("value.missing"), where, f"{key}.{name}")
            for name in ("unit", "status", "source")
            if not getattr(row, name)
        ]
        try:
            parse_distribution(row.distribution)
        except ValueError:
            message = coded("parameter.no_value", value=row.distribution)
            problems.append(Problem(message, where, key, row.distribution, coded("allowed.distribution")))
    if problems:
        raise InputError(problems)
