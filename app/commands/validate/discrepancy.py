"""The command `validate discrepancy`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers


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
        typer.Option("--page", metavar="FILE", help="Write the tables into their blocks of docs/forecasts.md."),
    ] = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Learn the errors of the model at forecasts from 2016-2019, and the weights of a pool; --out writes them."""
    from datetime import UTC, datetime

    from app.commands.validate.past import past_store
    from app.measured.blocks import with_block
    from app.measured.discrepancy_tables import TABLES, tables_of
    from app.reports.validate_discrepancy import Discrepancy
    from app.terminal.output import checked_folder
    from app.terminal.progress import RunsBar
    from calibration.learning import learn, write_lesson
    from sim.experiments.pool import usual_workers

    if out is not None:
        checked_folder(out, "--out")
    old = _page(page) if page is not None else ""
    kept, size = past_store(store, scale)
    with RunsBar(hidden=json or quiet) as bar:
        lesson = learn(kept, runs, workers or usual_workers(), size, bar.show)
    written = write_lesson(lesson, out, datetime.now(UTC).date().isoformat()) if out is not None else []
    if page is not None:
        for name in TABLES:
            old = with_block(old, name, tables_of(lesson)[name])
        page.write_text(old, encoding="utf-8")
        written.append(page)
    answer(Discrepancy(lesson, len(kept.failed), written), json, quiet)


def _page(page: Path) -> str:
    """Return the text of a page that has a block for every table.

    Raises
    ------
    scenarios.InputError
        If it has not, before anything is computed.
    """
    from app.measured.blocks import names_of_blocks
    from app.measured.discrepancy_tables import TABLES
    from app.terminal.output import checked_file
    from scenarios.errors import InputError
    from scenarios.problem_texts import coded

    target = checked_file(page, "--page")
    text = target.read_text(encoding="utf-8") if target.exists() else ""
    if not set(TABLES) <= set(names_of_blocks(text)):
        raise InputError(coded("page.no_blocks", names=", ".join(TABLES)), where=str(page), key="--page")
    return text
