"""A page on disk that measured tables are written into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.measured.blocks import names_of_blocks, with_block


def check_page(page: Path, names: Sequence[str]) -> None:
    """Refuse a page that has not a block for every name.

    Raises
    ------
    scenarios.InputError
        If it has not, before anything is computed.
    """
    from app.terminal.output import checked_file
    from scenarios.errors import InputError
    from scenarios.problem_texts import coded

    target = checked_file(page, "--page")
    text = target.read_text(encoding="utf-8") if target.exists() else ""
    if not set(names) <= set(names_of_blocks(text)):
        raise InputError(coded("page.no_blocks", names=", ".join(names)), where=str(page), key="--page")


def write_page(page: Path, tables: Mapping[str, str]) -> Path:
    """Write tables into their blocks of a page and return it.

    Raises
    ------
    ValueError
        If the page has no block of a name, or several.
    """
    text = page.read_text(encoding="utf-8")
    for name, table in tables.items():
        text = with_block(text, name, table)
    page.write_text(text, encoding="utf-8")
    return page
