"""The command `validate holdout`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.validate.past import past_answer
from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers


def holdout(
    until: Annotated[int, typer.Option(min=2017, max=2019, metavar="YEAR", help="The last year that the fit uses.")],
    runs: ForecastRuns = 100,
    scale: Scale = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit to the years up to YEAR, and score the fit on moments of the later years, which are held out."""
    from app.reports.validate_holdout import Holdout
    from calibration.held_back import held_back

    found = past_answer(held_back, runs, scale, store, workers, hidden=json or quiet, until=until)
    answer(Holdout(found), json, quiet)
