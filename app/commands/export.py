"""The command `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.options import DesignNumber, Json, Quiet, StoreFolder


def export(
    store: StoreFolder,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="A new or empty folder.")],
    kind: Annotated[str, typer.Option("--format", metavar="KIND", help="parquet, csv, netcdf or stata.")] = "parquet",
    design: DesignNumber = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the tables of an experiment of a store as Parquet, CSV, netCDF or Stata files, with a data dictionary."""
    from app.reports.export import Exported
    from sim.experiments.export import ABOUT, export_store
    from sim.experiments.store import Store

    files = export_store(Store.open(store), to, kind, design=design)
    files += [path for path in [to / ABOUT] if path.exists()]
    answer(Exported(files), json, quiet)
