"""The command `export`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from app.terminal.options import DesignNumber, Json, Quiet, StoreFolder
from app.terminal.report import Part, answer


def export(
    store: StoreFolder,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="A new or empty folder.")],
    kind: Annotated[str, typer.Option("--format", metavar="KIND", help="parquet, csv or netcdf.")] = "parquet",
    design: DesignNumber = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the tables of an experiment of a store as Parquet, CSV or netCDF files, all of them or none."""
    from sim.experiments.export import ABOUT, export_store
    from sim.experiments.store import Store

    files = export_store(Store.open(store), to, kind, design=design)
    files += [path for path in [to / ABOUT] if path.exists()]
    answer(Exported(files), json, quiet)


@dataclass(frozen=True)
class Exported:
    """Files that were written."""

    files: Sequence[Path]

    def as_dict(self) -> dict[str, Any]:
        """Return their paths."""
        return {"files": [str(path) for path in self.files]}

    def quiet_lines(self) -> Iterable[str]:
        """Return their paths."""
        return [str(path) for path in self.files]

    def parts(self) -> Iterable[Part]:
        """Return their paths and sizes."""
        return [f"{path}  {path.stat().st_size / 1e6:.1f} MB" for path in self.files]
