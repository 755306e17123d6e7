"""Tables of checks of a calibration: written into files, and from the files into their blocks of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

DECIMALS = 6


def checked_places(out: Path | None, page: Path | None, blocks: Iterable[str]) -> None:
    """Refuse places that cannot be written to, before anything is computed.

    Raises
    ------
    scenarios.InputError
        For a folder or page that cannot be written, a page without these blocks, or a page without a folder.
    """
    from app.measured.page_file import check_page
    from app.terminal.output import checked_folder
    from scenarios.errors import InputError
    from scenarios.problem_texts import coded

    if page is not None and out is None:
        raise InputError(coded("option.with_other", option="--page", other="--out"), key="--page", value=str(page))
    if out is not None:
        checked_folder(out, "--out")
    if page is not None:
        check_page(page, list(blocks))


def written_tables(tables: Mapping[str, pd.DataFrame], out: Path | None, page: Path | None) -> list[Path]:
    """Write tables under their names, then every table of the folder that the page has a block for; return the files.

    Parameters
    ----------
    tables
        Tables by the name of their file.
    out
        Folder; nothing is written without one.
    page
        Page of `calibration_tables`; none when None.
    """
    from app.measured.blocks import names_of_blocks
    from app.measured.calibration_tables import tables_in
    from app.measured.page_file import write_page

    if out is None:
        return []
    written = []
    for name, table in tables.items():
        table.round(DECIMALS).to_csv(out / name, index=False, lineterminator="\n")
        written.append(out / name)
    if page is not None:
        there = set(names_of_blocks(page.read_text(encoding="utf-8")))
        written.append(write_page(page, {name: text for name, text in tables_in(out).items() if name in there}))
    return written
