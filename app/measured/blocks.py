"""Marked blocks of a page: `<!-- measured: NAME -->`, the text, `<!-- end -->`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

END = "<!-- end -->"
_BLOCK = re.compile(r"<!-- measured: (\w+) -->\n(.*?)<!-- end -->", re.DOTALL)


def names_of_blocks(page: str) -> list[str]:
    """Names of the blocks of a page, in its order."""
    return [found.group(1) for found in _BLOCK.finditer(page)]


def with_block(page: str, name: str, text: str) -> str:
    """The page with another text in a block.

    Raises
    ------
    ValueError
        If the page has no block of this name, or several.
    """
    if names_of_blocks(page).count(name) != 1:
        raise ValueError(f"the page has not one block {name!r}")
    block = f"<!-- measured: {name} -->\n{text.strip()}\n{END}"
    return _BLOCK.sub(lambda found: block if found.group(1) == name else found.group(0), page)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of Markdown."""
    lines = [headings, ("---",) * len(headings), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def number(value: float) -> str:
    """A number with three significant digits; a dash where there is none."""
    return "-" if pd.isna(value) else f"{value:.3g}"


def signed(value: float) -> str:
    """A change with its sign and three significant digits; a dash where there is none."""
    return "-" if pd.isna(value) else "0" if value == 0.0 else f"{value:+.3g}"


def percent(value: float) -> str:
    """A share in per cent; a dash where there is none."""
    return "-" if pd.isna(value) else f"{value:z.0%}"
