"""The command `validate origins`."""

from __future__ import annotations

from app.commands.validate.past import past_answer
from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers


def origins(
    runs: ForecastRuns = 100,
    scale: Scale = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Score forecasts from rolling origins at the end of 2016, 2017, 2018 and 2019."""
    from app.reports.validate_origins import Origins
    from calibration.origins import rolling_origins

    found = past_answer(rolling_origins, runs, scale, store, workers, hidden=json or quiet)
    answer(Origins(found), json, quiet)
