"""Parts of a report on the terminal: tables as wide as there is room, lines as they are."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table as RichTable
from rich.text import Text

from app.terminal.report import Cell, Facts, Part, Prose, Table
from app.terminal.streams import console
from scenarios.printable import spelt_out

GAP = 3
_AMOUNT = re.compile(r"[-+~<>= ]*[0-9][-+0-9., ()na/]*( %| pp)?")
WIDTH_WITHOUT_TERMINAL = 160


def width() -> int:
    """Return how many letters a line may have: what the terminal has, or plenty where there is none."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return console().width if is_terminal else WIDTH_WITHOUT_TERMINAL


def show(part: Part) -> None:
    """Print a part of a report on stdout."""
    if isinstance(part, str):
        print(part)
    elif isinstance(part, Prose):
        console(width=width()).print(Text(part.text, style="bold" if part.bold else ""))
    else:
        console(width=width()).print(_facts(part) if isinstance(part, Facts) else _table(part))


def _table(table: Table) -> RichTable:
    """Return a table whose cells are shown as they are, never read as markup or obeyed.

    Words stay in one piece, to be copied, unless the terminal is too narrow for that.
    """
    # Spelt out here already, so that columns are as wide as what is shown.
    cells = [[_cell(cell) for cell in row] for row in table.rows]
    columns = [[heading, *(row[place].plain for row in cells)] for place, heading in enumerate(table.headings)]
    widths = _widths(columns, width() - GAP * len(columns))
    made = RichTable(
        title=Text(spelt_out(table.title)),
        title_justify="left",
        header_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for heading, wide in zip(table.headings, widths, strict=True):
        made.add_column(heading, justify="right" if heading in table.right else "left", overflow="fold", width=wide)
    for row in cells:
        made.add_row(*row)
    return made


def _facts(facts: Facts) -> RichTable:
    rows = [(Text(name, style="bold"), value) for name, value in facts.facts.items() if value not in ("", ())]
    made = _table(Table(facts.title, ("", ""), rows))
    made.show_header = False
    return made


def _cell(cell: object) -> Text:
    if isinstance(cell, Text):
        return cell
    if isinstance(cell, Cell):
        text, faint = (spelt_out(part, keep="\n") for part in (cell.text, cell.faint))
        return Text.assemble(text, "\n" if text and faint else "", (faint, "dim"))
    return Text(spelt_out(str(cell), keep="\n"))


def _words(text: str) -> list[str]:
    """Return what stays in one piece: words, and a number or an interval with its unit."""
    return [word for line in text.splitlines() for word in ([line] if _AMOUNT.fullmatch(line) else line.split())]


def _widths(columns: Sequence[Sequence[str]], room: int) -> list[int] | list[None]:
    """Return a width for each column in which no word is broken, or leave it to Rich if there is no room for that."""
    words = [max((len(word) for text in column for word in _words(text)), default=1) for column in columns]
    lines = [max((len(line) for text in column for line in text.splitlines()), default=1) for column in columns]
    spare = room - sum(words)
    if spare < 0:
        return [None] * len(columns)
    wished = sum(lines) - sum(words)
    share = min(spare / wished, 1.0) if wished else 0.0
    return [word + int((line - word) * share) for word, line in zip(words, lines, strict=True)]
