"""The command `calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.terminal.answer import answer
from app.terminal.options import PAST_RUNS, Json, Quiet, Scale, Workers, refuse_unread
from scenarios.bounds import MOST_RUNS
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    import pandas as pd

    from app.terminal.progress import RunsBar
    from calibration.calibrate import Calibration


QUICK = {"runs": 32, "more": 0}


def calibrate(
    context: typer.Context,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the posterior, the tables and the pictures here."),
    ] = None,
    runs: Annotated[int, typer.Option(min=2, max=MOST_RUNS, metavar="N", help="Runs spread over the prior.")] = 512,
    more: Annotated[
        int, typer.Option(min=0, max=MOST_RUNS, metavar="N", help="Runs of the second round, near the posterior.")
    ] = 128,
    quick: Annotated[
        bool, typer.Option("--quick", help="32 runs and no second round: a trial, too small for inference.")
    ] = False,
    information: Annotated[
        bool,
        typer.Option(
            "--information", help="Also rank the series of the past by how much they would narrow the forecast of 2025."
        ),
    ] = False,
    moments: Annotated[
        Path | None,
        typer.Option("--moments", metavar="FILE", help="CSV of figures of 2016-2020 of your own to fit to."),
    ] = None,
    store: Annotated[
        Path, typer.Option(metavar="DIR", help="Store of runs of the past; an interrupted fit is resumed from it.")
    ] = PAST_RUNS,
    seed: Annotated[str, typer.Option(metavar="N", help="Seed of the design.")] = "2016",
    scale: Scale = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit the searched parameters to 2016-2020 and report which of them the data identify."""
    from datetime import UTC, datetime

    from app.reports.calibrate import Fitted
    from app.terminal.asked import scenario_asked, seed_asked
    from app.terminal.output import checked_folder
    from app.terminal.progress import RunsBar
    from scenarios.extras import needs_extra

    needs_extra("calibrate", "emcee", "matplotlib", what="what.fit")
    from calibration.calibrate import calibrate as fit_parameters
    from calibration.calibrate import write_posterior, write_tables
    from calibration.own_moments import read_own_moments
    from calibration.pictures import write_pictures
    from sim.experiments.pool import usual_workers

    own = None if moments is None else read_own_moments(moments)
    if out is not None:
        checked_folder(out, "--out")
    if quick:
        refuse_unread(context, ["runs", "more", "information"], "with --quick")
    asked: dict[str, Any] = QUICK if quick else {"runs": runs, "more": more}
    with RunsBar(hidden=quiet or json) as bar:
        fit = fit_parameters(
            store,
            **asked,
            scale=scenario_asked("frozen", [], [], macro=None, scale=scale).scale,
            seed=seed_asked(seed),
            workers=workers or usual_workers(),
            own=own,
            progress=bar.show,
        )
        value = _value_of_information(fit, bar, workers or usual_workers()) if information else None
    written: list[Path] = []
    if out is not None:
        today = datetime.now(UTC).date().isoformat()
        written = [*write_posterior(fit, out, today), *write_tables(fit, out), *write_pictures(fit, out)]
        if value is not None:
            written.append(out / "information.csv")
            value.round(4).to_csv(written[-1], index=False)
    answer(Fitted(fit, value, written, own), json, quiet)


def _value_of_information(fit: Calibration, bar: RunsBar, workers: int) -> pd.DataFrame:
    from calibration.information import value_of_information
    from scenarios.errors import InputError
    from scenarios.loader import load

    if not fit.near:
        raise InputError(
            coded("fit.no_second_round"), key="--more", value=0, allowed=coded("allowed.at_least", least=30)
        )
    return value_of_information(fit.near, load("plan"), workers, bar.show)
