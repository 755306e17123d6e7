"""The command `calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.options import Json, Quiet, Scale, Workers, refuse_unread
from scenarios.bounds import MOST_RUNS

if TYPE_CHECKING:
    import pandas as pd

    from app.progress import RunsBar
    from app.shown import print_notes
    from calibration.calibrate import Calibration

QUICK = {"runs": 32, "more": 0}
CAVEAT = (
    "The fit is conditional on the outside world as it was in 2017-2020 and on dated steps of policy whose sizes are "
    "judgement. Many of the data are recalled; their tolerances say so. Effects of levers stay priors."
)


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
        bool, typer.Option("--quick", help="32 runs and no second round: shows that it works, finds little.")
    ] = False,
    information: Annotated[
        bool,
        typer.Option("--information", help="Also: which series of the past would narrow 2025 most; runs the plan."),
    ] = False,
    store: Annotated[
        Path, typer.Option(metavar="DIR", help="Runs of the past are kept here; an interrupted fit goes on.")
    ] = Path("past-runs"),
    seed: Annotated[str, typer.Option(metavar="N", help="Seed of the design.")] = "2016",
    scale: Scale = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit the searched parameters to 2016-2020 and say what the data identify."""
    from datetime import UTC, datetime

    from app.asked import scenario_asked, seed_asked
    from app.output import checked_folder, print_json
    from app.progress import RunsBar
    from scenarios.extras import needs_extra

    needs_extra("calibrate", "sklearn", "emcee", "matplotlib", what="a fit")
    from calibration.calibrate import calibrate as fit_parameters
    from calibration.calibrate import write_posterior, write_tables
    from calibration.pictures import write_pictures
    from sim.experiments.pool import usual_workers

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
            progress=bar.show,
        )
        told = _information(fit, bar, workers or usual_workers()) if information else None
    written: list[Path] = []
    if out is not None:
        today = datetime.now(UTC).date().isoformat()
        written = [*write_posterior(fit, out, today), *write_tables(fit, out), *write_pictures(fit, out)]
        if told is not None:
            written.append(out / "information.csv")
            told.round(4).to_csv(written[-1], index=False)
    if json:
        warnings = _warnings(fit)
        tables = {name: getattr(fit, name).to_dict("records") for name in ("identification", "moments", "recovery")}
        if told is not None:
            tables["information"] = told.to_dict("records")
        print_json(
            {
                **tables,
                "about": fit.about,
                "warnings": warnings,
                "written": [str(path) for path in written],
                "caveat": CAVEAT,
            }
        )
    elif quiet:
        print("\n".join(str(path) for path in written) or "\n".join(fit.identified))
    else:
        _print(fit)
        print_notes(_warnings(fit))
        if told is not None:
            _print_information(told)
        print(CAVEAT)
        for path in written:
            print(f"wrote {path}")


def _warnings(fit: Calibration) -> list[str]:
    """What so few runs do not say, and the size of the model if it is not the full one."""
    from calibration.diagnostics import least_runs
    from sim.experiments.least_runs import few_runs_note

    runs = fit.about["runs"] + fit.about["runs_second_round"]
    small = (
        [] if fit.about["scale"] == 1.0 else [f"Scale {fit.about['scale']:g}: so many issuers for one of the model."]
    )
    return [*few_runs_note(runs, "saying what the data identify", least_runs()), *small]


def _print(fit: Calibration) -> None:
    from app.tables import show, table

    rows: list[list[Any]] = [
        [
            row["parameter"],
            *(f"{row[key]:.3g}" for key in ("prior_q05", "prior_q50", "prior_q95", "q05", "q50", "q95")),
            f"{row['sd_ratio']:.2f}",
            row["verdict"],
        ]
        for row in fit.identification.to_dict("records")
    ]
    heads = ("parameter", "prior 5 %", "50 %", "95 %", "posterior 5 %", "50 %", "95 %", "sd ratio", "verdict")
    show(table("What 2016-2020 say about the searched parameters", heads, rows, right=heads[1:8]))
    rows = [
        [
            row["moment"],
            *(f"{row[key]:.3g}" for key in ("observed", "tolerance", "prior_q50", "q05", "q50", "q95")),
            "yes" if row["inside"] else "no",
        ]
        for row in fit.moments.to_dict("records")
    ]
    moment_heads = ("moment", "observed", "tolerance", "prior median", "posterior 5 %", "50 %", "95 %", "inside 90 %")
    show(table("Moments", moment_heads, rows, right=moment_heads[1:7]))
    rows = [
        [row["parameter"], f"{row['coverage_90']:.2f}", f"{row['coverage_90_of_20']:.2f}", f"{row['uniform_p']:.2f}"]
        for row in fit.recovery.to_dict("records")
    ]
    found = ("parameter", "90 % intervals that hold the truth", "of the first 20", "ranks even, p")
    show(table("Known parameters recovered from made-up data", found, rows, right=found[1:]))


def _information(fit: Calibration, bar: RunsBar, workers: int) -> pd.DataFrame:
    from calibration.information import value_of_information
    from scenarios.errors import InputError
    from scenarios.loader import load

    if not fit.near:
        raise InputError("the value of information needs a second round", key="--more", value=0, allowed="at least 30")
    return value_of_information(fit.near, load("plan"), workers, bar.show)


def _print_information(told: pd.DataFrame) -> None:
    from app.tables import show, table

    unknown = told[~told["used"] & (told["share"] > 0.0)]
    rows = [
        [row["indicator"], row["series"], f"{row['share']:.0%}"]
        for row in unknown.groupby("indicator", sort=False).head(3).to_dict("records")
    ]
    heads = ("indicator in 2025", "series of 2017-2020 that the fit lacks", "of the variance it would take away")
    show(table("What would be worth knowing", heads, rows, right=heads[2:]))


def register(commands: typer.Typer) -> None:
    """Add the command of this file."""
    commands.command(epilog="Example: lujiazui calibrate --store past-runs --out fit")(calibrate)
