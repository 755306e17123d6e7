"""The command `validate inference`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.validate.past import past_answer
from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers

TABLE = "inference.csv"


def inference(
    runs: ForecastRuns = 512,
    scale: Scale = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the table here: docs/calibration of a checkout.")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="FILE", help="Write the tables of --out into their blocks of this page."),
    ] = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare two methods of inference, an emulator and a regression adjustment, on runs that are left out."""
    from app.measured.calibration_tables import FILES
    from app.measured.written_tables import checked_places, written_tables
    from app.reports.validate_inference import Compared
    from calibration.inference import inference as compare

    checked_places(out, page, FILES[TABLE][1])
    found = past_answer(compare, runs, scale, store, workers, hidden=json or quiet)
    answer(Compared(found, written_tables({TABLE: found.table}, out, page)), json, quiet)
