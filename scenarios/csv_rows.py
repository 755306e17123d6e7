"""Rows of a user's CSV file, each with its line; ambiguous entries are refused.

The head names the columns and every row has a cell for each of them, so that no value can slip into a neighbour's
column. The reader of the values adds their problems; then all problems of the file are reported together.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scenarios.errors import InputError, Problem, nearest_name
from scenarios.problem_texts import coded
from scenarios.user_files import LARGEST_BYTES, read_text

MOST_PROBLEMS = 20
"""Problems of a file that are reported; the rest are counted."""
LONGEST_CELL = 10_000
"""Letters that a cell may have."""

_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*|(?=\.))(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"(?<![0-9.])[0-9]{1,3}(,[0-9]{3})+(?![0-9])")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_SEPARATORS = {
    ";": "separator.semicolons",
    "\t": "separator.tabs",
    "|": "separator.bars",
    "\uff0c": "separator.chinese_commas",
    "\u3001": "separator.chinese_commas",
}


@dataclass(frozen=True, slots=True)
class CsvRow:
    """Cells of a row by column, without the spaces around them."""

    where: str
    """File and line, for messages."""
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True, slots=True)
class CsvRows:
    """Rows of a file in its order, and its problems so far."""

    where: str
    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    problems: list[Problem] = field(default_factory=list)

    def check(self) -> None:
        """End the reading.

        Raises
        ------
        InputError
            With the problems in the order of their lines, at most `MOST_PROBLEMS` of them; the last says how many more.
        """
        if self.problems:
            problems = sorted(self.problems, key=_line)
            rest = len(problems) - MOST_PROBLEMS
            if rest > 0:
                problems = [*problems[:MOST_PROBLEMS], Problem(coded("file.more_problems", count=rest), self.where)]
            raise InputError(problems)


def read_csv(path: str | Path, needed: Sequence[str], *, what: str, largest: int = LARGEST_BYTES) -> CsvRows:
    """Read a file of comma-separated values whose first line that is not blank names the columns.

    Blank lines, and rows without a single value, hold nothing. Columns beside those needed are kept. A quoted cell may
    go on over several lines as long as no comma is in it: with one it might be rows that a lost quote has swallowed.

    Parameters
    ----------
    path
        The file.
    needed
        Columns that it must have, in any order.
    what
        Name for messages, such as "the macro file".
    largest
        Most bytes that it may have.

    Raises
    ------
    InputError
        If it cannot be read as text (see `scenarios.user_files`), lacks a column, names one twice or never closes a
        quote. Rows with more or fewer cells than the head are left out and become problems of the returned rows.
    """
    where = str(path)
    text = read_text(path, what=what, largest=largest)
    lines = _split(text, where, what)
    (head_line, head), *body = lines or [(1, [])]
    columns = tuple(head)
    _check_head(columns, needed, f"{where}:{head_line}", what)
    rows, problems = [], []
    for line, cells in body:
        here = f"{where}:{line}"
        wrong = _shape_problem(cells, columns, here)
        if wrong is None:
            rows.append(CsvRow(here, dict(zip(columns, cells, strict=True))))
        else:
            problems.append(wrong)
    return CsvRows(where, columns, tuple(rows), problems)


def number_in(cell: str) -> float:
    """Return the number that a cell holds, written with digits, a point and an exponent, such as 6.5 or 1e-3.

    Raises
    ------
    ValueError
        If it contains anything else; the message names it and the expected form.
    """
    if _NUMBER.fullmatch(cell):
        value = float(cell)
        if math.isfinite(value):
            return value
        raise ValueError(coded("csv.number_too_large"))
    shown = repr(cell) if len(cell) <= 40 else f"{cell[:37]!r}..."
    if _THOUSANDS.fullmatch(cell):
        raise ValueError(coded("csv.thousands", cell=shown, plain=cell.replace(",", "")))
    if _DECIMAL_COMMA.fullmatch(cell):
        raise ValueError(coded("csv.decimal_comma", cell=shown, plain=cell.replace(",", ".")))
    if cell.endswith(("%", "\uff05")):
        raise ValueError(coded("csv.per_cent", cell=shown))
    raise ValueError(coded("value.no_number", value=shown))


def _split(text: str, where: str, what: str) -> list[tuple[int, list[str]]]:
    """Cells of every row that holds something, with the line that the row begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    while True:
        before = reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InputError(
                coded("file.what_unreadable", what=what, reason=_reason(str(error))), where=f"{where}:{before + 1}"
            ) from None
        if cells is None:
            return rows
        here = f"{where}:{before + 1}"
        cells = [cell.strip() for cell in cells]
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise InputError(
                coded("csv.cell_too_long", most=LONGEST_CELL), where=here, allowed=coded("allowed.shorter_cells")
            )
        for cell in cells:
            if ("\n" in cell or "\r" in cell) and "," in cell:
                message = coded("csv.quote_lost", line=reader.line_num)
                raise InputError(message, where=here, allowed=coded("allowed.closed_quotes"))
        if any(cells):
            rows.append((before + 1, cells))


def _reason(message: str) -> str:
    if "unexpected end" in message:
        return coded("csv.unclosed_quote")
    if "expected after" in message:
        return coded("csv.after_quote")
    return coded("csv.long_cell") if "field limit" in message else coded("csv.not", reason=message)


def _check_head(columns: Sequence[str], needed: Sequence[str], where: str, what: str) -> None:
    """Refuse a head that lacks a needed column or names one twice."""
    missing = [column for column in needed if column not in columns]
    twice = [column for column in dict.fromkeys(columns) if column and columns.count(column) > 1]
    problems = []
    if missing:
        message = coded("csv.columns_missing", what=what, needed=", ".join(needed), missing=", ".join(missing))
        other = _other_separator(columns)
        near = nearest_name(missing[0], [column for column in columns if column and column not in needed])
        if other:
            message = coded("csv.other_separator", problem=message, separator=other)
        elif near:
            message = coded("csv.near_column", problem=message, near=near, column=missing[0])
        problems.append(Problem(message, where, key=missing[0]))
    problems += [Problem(coded("csv.column_twice", column=column), where, key=column) for column in twice]
    if problems:
        raise InputError(problems)


def _other_separator(columns: Sequence[str]) -> str:
    joined = ",".join(columns)
    return next((coded(code) for letter, code in _SEPARATORS.items() if letter in joined), "")


def _shape_problem(cells: Sequence[str], columns: Sequence[str], where: str) -> Problem | None:
    """Problem with the number of cells of a row; a cell of a column without a name has no place either."""
    nameless = [cell for cell, column in zip(cells, columns, strict=False) if not column and cell]
    if len(cells) == len(columns) and not nameless:
        return None
    if nameless and len(cells) == len(columns):
        message = coded("csv.nameless_column", cell=nameless[0][:40])
    else:
        code = "csv.one_cell" if len(cells) == 1 else "csv.cells"
        message = coded(code, cells=len(cells), columns=len(columns))
    pair = _THOUSANDS.search(",".join(cells))
    hint = ""
    if len(cells) > len(columns) or nameless:
        hint = coded("allowed.decimal_point")
        if pair:
            hint = coded("allowed.one_number", number=pair[0], plain=pair[0].replace(",", ""))
    elif (other := _other_separator(cells)) and len(cells) == 1:
        hint = coded("allowed.commas", separator=other)
    return Problem(message, where, allowed=hint or coded("allowed.empty_cell"))


def _line(problem: Problem) -> int:
    line = problem.where.rpartition(":")[2]
    return int(line) if line.isdecimal() else 0
