"""The command `validate placebo`."""

from __future__ import annotations

from app.commands.validate.past import past_answer
from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers


def placebo(
    runs: ForecastRuns = 100,
    scale: Scale = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare the true dates of policy in 2017-2020 with placebo dates by their predictive score."""
    from app.reports.validate_placebo import Placebo
    from calibration.placebo import placebo_dates

    found = past_answer(placebo_dates, runs, scale, store, workers, hidden=json or quiet)
    answer(Placebo(found), json, quiet)
