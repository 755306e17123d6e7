"""The command `validate rivals`."""

from __future__ import annotations

from app.commands.validate.past import past_answer
from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers


def rivals(
    runs: ForecastRuns = 100,
    scale: Scale = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare rival rules of foreign investors by their predictive score for holdings in 2017-2020."""
    from app.reports.validate_rivals import Rivals
    from calibration.rivals import rivals as rival_rules

    found = past_answer(rival_rules, runs, scale, store, workers, hidden=json or quiet)
    answer(Rivals(found), json, quiet)
