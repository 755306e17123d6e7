"""The command `validate alarms`."""

from __future__ import annotations

from app.commands.validate.past import past_answer
from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers


def alarms(
    runs: ForecastRuns = 40,
    scale: Scale = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Count early warnings and broken redlines in simulated years 2017-2020, in which no crisis arose."""
    from app.reports.validate_alarms import FalseAlarms
    from calibration.false_alarms import false_alarms

    answer(FalseAlarms(past_answer(false_alarms, runs, scale, store, workers, hidden=json or quiet)), json, quiet)
