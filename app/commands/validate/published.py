"""The command `validate published`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.commands.validate.past import past_answer
from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers
from scenarios.bounds import MOST_RUNS

TABLE = "published.csv"


def published(
    runs: ForecastRuns = 512,
    futures: Annotated[
        int, typer.Option(min=2, max=MOST_RUNS, metavar="N", help="Runs of the plan to 2025 under each set of figures.")
    ] = 100,
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
    """Compare the plan in 2025 under the prior, a fit to recalled figures, and one to published figures too."""
    from app.measured.calibration_tables import FILES
    from app.measured.written_tables import checked_places, written_tables
    from app.reports.validate_published import Published
    from app.terminal.asked import scenario_asked
    from calibration.published_change import published_change

    checked_places(out, page, FILES[TABLE][1])
    plan = scenario_asked("plan", [], [], macro=None, scale=scale)
    more = {"scenario": plan, "futures": futures}
    found = past_answer(published_change, runs, None, store, workers, hidden=json or quiet, **more)
    answer(Published(found, plan.scale, written_tables({TABLE: found.table}, out, page)), json, quiet)
