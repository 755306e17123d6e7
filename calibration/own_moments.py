"""Moments of the user's own: figures of 2016-2020 from a CSV file, in place of those of the package or beside them."""

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from calibration.moments import FORMS, LAST_YEAR, Moment, dates_of, moments
from scenarios.calendar import is_month
from scenarios.csv_rows import CsvRow, number_in, read_csv
from scenarios.errors import InputError, Problem, nearest_name, unknown
from scenarios.plausible import limits
from scenarios.problem_texts import coded, said
from sim.closing.dictionary import dictionary, unit_of

COLUMNS = ("moment", "observed", "tolerance", "unit", "status", "source")
"""Columns that the file must have."""
DATED = ("simulated", "form", "first", "last")
"""Columns that a new moment needs; a moment of the package keeps its own where they are empty or missing."""
STATUSES = ("published", "derived", "recalled", "hypothetical")
FIRST_YEAR = 2016
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class OwnMoments:
    """The moments that a fit is held against, some of them from a file of the user's own."""

    name: str
    moments: tuple[Moment, ...]
    """All of them: those of the package, with the changes of the file."""
    replaced: tuple[str, ...]
    added: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Digest of all moments and their tolerances, 16 hex digits."""
        content = json.dumps([asdict(each) for each in self.moments], sort_keys=True)
        return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()

    @property
    def told(self) -> str:
        """What the file changes, in one line."""
        parts = (("replaced", self.replaced), ("added", self.added), ("left out", self.left_out))
        counts = ", ".join(f"{len(names)} {what}" for what, names in parts if names)
        return f"{self.name} ({self.digest}): {counts}; {len(self.moments)} in all"

    def as_data(self) -> dict[str, object]:
        """Return name, digest and changes as plain data, with the rows that are the user's own."""
        own = {*self.replaced, *self.added}
        kept = ("id", "observed", "tolerance", "unit", "status", "source")
        rows = [{name: getattr(each, name) for name in kept} for each in self.moments if each.id in own]
        return {"name": self.name, "digest": self.digest, "rows": rows, "left_out": list(self.left_out)}


def read_own_moments(path: str | Path) -> OwnMoments:
    """Read moments from a CSV file with the columns moment, observed, tolerance, unit, status and source.

    A row with the id of a moment of the package replaces it, and leaves it out where `observed` is empty. Any other row
    is a new moment, which needs the columns simulated, form, first and last too; see `calibration.moments.Moment`.

    Raises
    ------
    scenarios.InputError
        With all problems, each with file, line, column, value, what is allowed and the nearest valid name.
    """
    table = read_csv(path, COLUMNS, what=coded("what.moments"))
    usual = {each.id: each for each in moments()}
    found: dict[str, Moment | None] = {}
    for row in table.rows:
        problems = list(_problems(row, usual, found))
        table.problems.extend(problems)
        if not problems:
            found[row["moment"]] = _moment(row, usual.get(row["moment"]))
    if not table.problems and not found:
        table.problems.append(Problem(coded("moments.none"), table.where, allowed=coded("allowed.see_moments")))
    table.check()
    kept = {name: found.get(name, each) for name, each in usual.items()}
    whole = {**kept, **found}
    left = tuple(each for each in whole.values() if each is not None)
    if not left:
        raise InputError(coded("moments.none"), where=str(path), allowed=coded("allowed.see_moments"))
    return OwnMoments(
        Path(path).name,
        left,
        replaced=tuple(name for name, each in found.items() if name in usual and each is not None),
        added=tuple(name for name in found if name not in usual),
        left_out=tuple(name for name, each in found.items() if each is None),
    )


def _cell(row: CsvRow, column: str, usual: Moment | None) -> str:
    given = row.cells.get(column, "")
    if given or usual is None:
        return given
    return "+".join(usual.simulated) if column == "simulated" else str(getattr(usual, column))


def _moment(row: CsvRow, usual: Moment | None) -> Moment | None:
    """The moment of a row; None where it leaves one out."""
    if not row["observed"]:
        return None
    figures = {"observed": number_in(row["observed"]), "tolerance": number_in(row["tolerance"])}
    if usual is not None:
        usual = replace(usual, published="")
    simulated = tuple(_cell(row, "simulated", usual).split("+"))
    form, first, last = (_cell(row, name, usual) for name in ("form", "first", "last"))
    told = {name: row[name] for name in ("unit", "status", "source")}
    return Moment(row["moment"], simulated, form, first or last, last, **figures, **told)  # type: ignore[arg-type]


def _problems(row: CsvRow, usual: dict[str, Moment], before: dict[str, Moment | None]) -> list[Problem]:
    name, where = row["moment"], row.where
    known = usual.get(name)
    if not _NAME.fullmatch(name):
        return [Problem(coded("moments.no_name", name=name), where, "moment", name, coded("allowed.short_name"))]
    problems = []
    if name in before:
        problems.append(Problem(coded("plan.twice", name=name), where, "moment", name))
    if not row["observed"]:
        if known is None:
            problems.append(Problem(coded("value.missing"), where, "observed", nearest=nearest_name(name, usual)))
        return problems
    cells = {column: _cell(row, column, known) for column in DATED}
    problems += [
        Problem(coded("value.missing"), where, column, nearest=nearest_name(name, usual))
        for column in ("simulated", "form", "last")
        if not cells[column]
    ]
    problems += [
        Problem(coded("value.missing"), where, column) for column in ("tolerance", "source") if not row[column]
    ]
    if row["status"] not in STATUSES:
        near = nearest_name(row["status"], STATUSES)
        message = coded("moments.status", status=row["status"])
        problems.append(Problem(message, where, "status", row["status"], ", ".join(STATUSES), near))
    if problems:
        return problems
    recorded = dictionary()
    for each in cells["simulated"].split("+"):
        if each not in recorded:
            allowed = coded("allowed.see_indicators")
            problems.append(unknown("indicator", each, recorded, where=where, key="simulated", allowed=allowed))
    if cells["form"] not in FORMS:
        problems.append(unknown("form", cells["form"], FORMS, where=where, key="form"))
    return problems or [*_date_problems(cells, where), *_figure_problems(row, cells)]


def _date_problems(cells: dict[str, str], where: str) -> list[Problem]:
    problems = []
    for column in ("first", "last"):
        text = cells[column] or cells["last"]
        try:
            dates = dates_of(text)
        except ValueError:
            dates = ()
        if not dates or not all(_in_span(each) for each in dates):
            allowed = coded("allowed.dates_of_moments", first=FIRST_YEAR, last=LAST_YEAR)
            problems.append(Problem(coded("moments.no_date", date=text), where, column, text, allowed))
    if not problems and cells["form"] != "level" and not cells["first"] < cells["last"]:
        message = coded("moments.order", first=cells["first"], last=cells["last"])
        problems.append(Problem(message, where, "first", cells["first"]))
    return problems


def _in_span(date: str) -> bool:
    year = date[:4]
    return year.isdecimal() and FIRST_YEAR <= int(year) <= LAST_YEAR and (len(date) == 4 or is_month(date))


def _figure_problems(row: CsvRow, cells: dict[str, str]) -> list[Problem]:
    problems = []
    logs = cells["form"] == "log_growth"
    unit = "log" if logs else unit_of(cells["simulated"].split("+")[0])
    if row["unit"] != unit:
        problems.append(Problem(coded("observation.other_unit"), row.where, "unit", row["unit"], unit))
    largest = math.log(limits().highest_multiple)
    for column in ("observed", "tolerance"):
        try:
            value = number_in(row[column])
        except ValueError as error:
            problems.append(Problem(said(error), row.where, column, row[column], coded("allowed.finite_number")))
            continue
        low = -largest if column == "observed" else 0.0
        if logs and not low <= value <= largest:
            allowed = coded("allowed.range_in_unit", low=low, high=round(largest, 2), unit="log")
            message = coded("value.outside_range", value=value)
            problems.append(Problem(message, row.where, column, row[column], allowed))
        elif column == "tolerance" and not value > 0.0:
            allowed = coded("allowed.above_zero")
            problems.append(Problem(coded("value.outside_range", value=value), row.where, column, row[column], allowed))
    return problems
