"""The folder of a plan of the user's own: TOML files and one CSV file, read as data and never run."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scenarios.csv_rows import number_in, read_csv
from scenarios.errors import InputError, Problem, unknown
from scenarios.own_plan.baseline import COLUMNS
from scenarios.own_plan.made import TABLES, plan_of
from scenarios.own_plan.toml_lines import key_lines, line_of
from scenarios.paths import shown
from scenarios.plan import Plan
from scenarios.problem_texts import coded, said
from scenarios.user_files import read_text

FILES = {
    "plan.toml": "plan",
    "baseline.csv": "baseline",
    **{f"{name}s.toml": name for name in TABLES if name not in ("plan", "baseline")},
}
"""Table of each file of the folder; all but `plan.toml` may be left out."""


@dataclass
class _Folder:
    """The tables of a folder, and where their keys stand."""

    tables: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def placed(self, problem: Problem) -> Problem:
        """Return a problem with file and line."""
        path = self.files.get(problem.key.partition(".")[0])
        if problem.where or path is None:
            return problem
        line = line_of(problem.key, self.lines)
        return replace(problem, where=f"{path}:{line}" if line else str(path))


def load_plan(folder: str | Path) -> Plan:
    """Return the plan in a folder.

    Parameters
    ----------
    folder
        Folder with `plan.toml` and, where the plan has its own, `indicators.toml`, `levers.toml`, `measures.toml`,
        `goals.toml` and `baseline.csv`; see docs/how-to/own-plan.md.

    Raises
    ------
    InputError
        With all problems, each with file, line, key, value, what is allowed and the nearest valid name.
    """
    path = Path(folder)
    if not _is_folder(path):
        message = coded("plan.no_folder", folder=shown(str(folder)))
        raise InputError(message, value=str(folder), allowed=coded("allowed.plan_folder"))
    found, problems = _Folder(), list[Problem]()
    for entry in sorted((*path.glob("*.toml"), *path.glob("*.csv"))):
        if entry.name not in FILES:
            problems.append(unknown("plan_file", entry.name, FILES, where=str(entry)))
            continue
        try:
            (_take_rows if entry.suffix == ".csv" else _take)(entry, found)
        except InputError as error:
            problems += error.problems
    if not (path / "plan.toml").exists():
        problems.append(Problem(coded("plan.no_head"), str(path), value=str(folder), allowed="plan.toml"))
    if problems:
        raise InputError(problems)
    try:
        return plan_of(found.tables)
    except InputError as error:
        raise InputError(found.placed(problem) for problem in error.problems) from None


def parse_plan(value: Any) -> Plan:
    """Return a plan from plain data, as `Plan.plain` gives them; a plan passes through.

    Raises
    ------
    InputError
        With all problems.
    """
    if isinstance(value, Plan):
        return value
    if not isinstance(value, Mapping):
        raise InputError(
            coded("plan.not", value=shown(value)), value=shown(value), allowed=coded("allowed.plan_folder")
        )
    return plan_of(value)


def _take(entry: Path, found: _Folder) -> None:
    """Read one file into a folder's tables."""
    text, table = read_text(entry), FILES[entry.name]
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = said(error)
        raise InputError(coded("file.no_toml", reason=reason), where=str(entry)) from None
    lines = key_lines(text, content)
    problems = [
        unknown("table", name, (table,), where=f"{entry}:{line_of(name, lines) or 1}", key=name)
        for name in content
        if name != table
    ]
    if table not in content and not problems:
        problems.append(Problem(coded("value.missing"), str(entry), table))
    if problems:
        raise InputError(problems)
    found.tables[table] = content[table]
    found.files[table] = entry
    found.lines |= lines


def _take_rows(entry: Path, found: _Folder) -> None:
    """Read the CSV file of observations into a folder's tables."""
    table = FILES[entry.name]
    read = read_csv(entry, COLUMNS, what=coded("what.observations"))
    rows = []
    for row in read.rows:
        try:
            rows.append({**{name: row[name] for name in COLUMNS}, "value": number_in(row["value"])})
        except ValueError as error:
            read.problems.append(Problem(said(error), row.where, "value", row["value"]))
        found.lines.setdefault(f"{table}.{row['id']}", int(row.where.rpartition(":")[2]))
    read.check()
    found.tables[table] = rows
    found.files[table] = entry


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # no folder can have such a name
        return False
