"""The hidden command `evidence`, which measures the tables of docs/evidence.md and docs/sensitivity.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.options import Quiet, Runs, Scale, Workers


def evidence(
    tables: Annotated[
        list[str] | None, typer.Argument(help="Tables by the name of their block; all by default.")
    ] = None,
    docs: Annotated[Path, typer.Option("--docs", metavar="DIR", help="The folder of the pages.")] = Path("docs"),
    store: Annotated[
        Path, typer.Option("--store", metavar="DIR", help="Store of the runs of sweeps, ensembles and effects.")
    ] = Path("evidence-runs"),
    runs: Runs = 200,
    scale: Scale = None,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Measure the tables of the pages on evidence and sensitivity, and write each into its block."""
    from time import perf_counter

    from app.measured.asked import Asked
    from app.measured.blocks import with_block
    from app.measured.pages import PAGES
    from app.terminal.asked import scenario_asked
    from app.terminal.output import checked_file
    from scenarios.errors import InputError, unknown

    size = None if scale is None else scenario_asked("plan", [], [], macro=None, scale=scale).scale
    page_of = {table: page for page, measured in PAGES.items() for table in measured}
    for name in tables or ():
        if name not in page_of:
            raise InputError(unknown("table", name, page_of, key="tables"))
    for page in PAGES:
        checked_file(docs / page, "--docs")
    asked = Asked(runs, size, workers, store, docs)
    for name, page in page_of.items():
        if tables and name not in tables:
            continue
        start, target = perf_counter(), docs / page
        text = PAGES[page][name](asked)
        # Each table is written when it is measured: an interruption loses one of them.
        target.write_text(with_block(target.read_text(encoding="utf-8"), name, text), encoding="utf-8")
        if not quiet:
            print(f"{target} {name}: {perf_counter() - start:.0f} s")
