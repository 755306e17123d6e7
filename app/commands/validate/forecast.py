"""The command `validate forecast`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.forecast import about, runs_of
from app.terminal.answer import answer
from app.terminal.options import (
    ForecastRuns,
    Json,
    KeptRuns,
    Observed,
    Quiet,
    Scale,
    ScenarioName,
    Seed,
    Workers,
    refuse_unread,
)
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    from calibration.forecast_register import RegisteredForecast


REPLAY = "conditional replay"


UNCONDITIONAL = "forecast"
WITH_DISCREPANCY = "forecast with discrepancy"


def forecast(
    context: typer.Context,
    observed: Observed,
    registered: Annotated[
        Path | None,
        typer.Option("--forecast", metavar="FILE", help="Score this registered forecast instead of new runs."),
    ] = None,
    scenario: ScenarioName = "plan",
    runs: ForecastRuns = 100,
    seed: Seed = "1",
    scale: Scale = None,
    replay: Annotated[
        bool,
        typer.Option("--replay/--no-replay", help="Also score runs under the macro path as it was after 2020."),
    ] = True,
    store: KeptRuns = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Score a forecast on later observations from a file; the package has none after 2020."""
    from app.reports.validate_forecast import Score, Scores
    from calibration.forecast_register import forecast_of, points_of, read_registered
    from calibration.later_observations import read_later_observations
    from calibration.scores import NEEDED, score_table, summary
    from calibration.widened import DISCREPANCY
    from scenarios.extras import needs_extra

    needs_extra("calibrate", *NEEDED, what="what.score")
    if registered is not None:
        idle = ["scenario", "runs", "seed", "scale", "replay", "store", "workers"]
        refuse_unread(context, idle, "with --forecast, which makes no runs")
    observations = read_later_observations(observed)
    forecasts: dict[str, RegisteredForecast] = {}
    conditions: dict[str, list[str]] = {}
    if registered is not None:
        forecasts[UNCONDITIONAL] = read_registered(registered)
        stated = forecasts[UNCONDITIONAL].about.get("conditions")
        if isinstance(stated, Mapping):  # forecasts registered by an earlier version do not have them
            conditions[UNCONDITIONAL] = [str(line) for line in stated.get("notes", [])]
    else:
        for kind, macro in ((UNCONDITIONAL, None), (REPLAY, "realised")):
            if kind == UNCONDITIONAL or replay:
                ensemble, name = runs_of(scenario, runs, seed, scale, store, workers, hidden=quiet or json, macro=macro)
                forecasts[kind] = forecast_of(ensemble, name, about(runs, seed))
                conditions[kind] = list(ensemble.conditions.lines)
    tables = {kind: score_table(each.members, observations) for kind, each in forecasts.items()}
    unconditional = forecasts[UNCONDITIONAL]
    if "discrepancy" in unconditional.about:  # forecasts registered by an earlier version have none
        kind = WITH_DISCREPANCY
        tables[kind] = score_table(partial(points_of, unconditional, way=DISCREPANCY), observations)
        conditions[kind] = conditions.get(UNCONDITIONAL, [])
    if any(table.empty for table in tables.values()):
        from scenarios.errors import InputError

        years = sorted({year for each in forecasts.values() for year in each.years})
        raise InputError(
            coded("observations.outside_forecast"),
            where=str(observed),
            key="date",
            allowed=coded("allowed.years", first=years[0], last=years[-1]),
        )
    scores = [Score(kind, conditions.get(kind, []), table, summary(table)) for kind, table in tables.items()]
    answer(Scores(observed, scores), json, quiet)
