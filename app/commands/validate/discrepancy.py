"""The command `validate discrepancy`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers

PICTURE = "integral_transforms.png"


def discrepancy(
    runs: ForecastRuns = 24,
    scale: Scale = "0.1",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Write the files that the package ships here: calibration/data of a checkout."
        ),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            "--page", metavar="FILE", help="Write the tables into docs/forecasts.md and the picture beside it."
        ),
    ] = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Estimate the errors of the model at forecasts from 2016-2019, and the weights of a pool; --out writes them."""
    from datetime import UTC, datetime

    from app.commands.validate.past import past_store
    from app.measured.discrepancy_tables import TABLES, tables_of
    from app.measured.page_file import check_page, write_page
    from app.reports.validate_discrepancy import Discrepancy
    from app.terminal.output import checked_folder
    from app.terminal.progress import RunsBar
    from calibration.histogram_picture import write_histogram
    from calibration.learning import learn, scores_digest, write_lesson
    from scenarios.extras import needs_extra
    from sim.experiments.pool import usual_workers

    if out is not None:
        checked_folder(out, "--out")
    if page is not None:
        needs_extra("calibrate", "matplotlib", what="what.picture")
        check_page(page, TABLES)
    kept, size = past_store(store, scale)
    with RunsBar(hidden=json or quiet) as bar:
        lesson = learn(kept, runs, workers or usual_workers(), size, bar.show)
    written = write_lesson(lesson, out, datetime.now(UTC).date().isoformat()) if out is not None else []
    if page is not None:
        written.append(write_page(page, tables_of(lesson)))
        rows = lesson.scores.to_dict("records")
        written.append(write_histogram(rows, page.with_suffix("") / PICTURE, scores_digest(lesson)))
    answer(Discrepancy(lesson, len(kept.failed), written), json, quiet)
