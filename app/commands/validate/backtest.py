"""The command `validate backtest`."""

from __future__ import annotations

from app.commands.validate.past import past_answer
from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, ForecastRuns, Json, PastStore, Quiet, Scale, Workers


def backtest(
    runs: ForecastRuns = 100,
    scale: Scale = None,
    store: PastStore = PAST_RUNS,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simulate 2017-2020 from the stocks of end-2015 and compare each year with observations."""
    from app.reports.validate_backtest import Backtest
    from calibration.backtest import backtest as backtested

    found = past_answer(backtested, runs, scale, store, workers, hidden=json or quiet)
    answer(Backtest(found), json, quiet)
