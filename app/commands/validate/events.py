"""The command `validate events`."""

from __future__ import annotations

from app.commands.validate.past import past_answer
from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers


def events(
    runs: ForecastRuns = 100,
    scale: Scale = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Estimate the effect of each policy event of 2017-2020 from runs with and without it."""
    from app.reports.validate_events import Events
    from calibration.events import event_moments

    found = past_answer(event_moments, runs, scale, store, workers, hidden=json or quiet)
    answer(Events(found), json, quiet)
