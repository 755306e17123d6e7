"""Lines of a TOML file on which the keys of its tables stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_TABLE = re.compile(r"\s*\[(\[?)\s*([A-Za-z0-9_-]+)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


def key_lines(text: str, tables: Mapping[str, Any]) -> dict[str, int]:
    """Return the line of each table and of each of its fields, from 1 on.

    Parameters
    ----------
    text
        Text of the file.
    tables
        Its tables as they were read; rows of an array of tables are named by `id`, else by their place.

    Returns
    -------
    dict
        Line by key, as in `lever.reits_pilot` and `lever.reits_pilot.path_plan`.
    """
    found: dict[str, int] = {}
    places: dict[str, int] = {}
    here = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if table := _TABLE.match(line):
            here = table[2]
            if table[1]:
                place = places[here] = places.get(here, -1) + 1
                here = f"{here}.{row_name(tables.get(here, ()), place)}"
            found.setdefault(here, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{here}.{key[1]}" if here else key[1], number)
    return found


def row_name(rows: Any, place: int) -> Any:
    """Return the name of a row in messages: its `id`, or its place."""
    row = rows[place] if isinstance(rows, Sequence) and place < len(rows) else {}
    return row.get("id", place) if isinstance(row, Mapping) else place


def line_of(key: str, lines: Mapping[str, int]) -> int | None:
    """Return the line of a key, or of the nearest table or field above it; None if there is none."""
    parts = key.split(".")
    while parts:
        line = lines.get(".".join(parts))
        if line is not None:
            return line
        parts.pop()
    return None
