"""Commands on forecasts: `forecast`, `validate`, `review`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.options import Json, Quiet, Scale, Workers

if TYPE_CHECKING:
    import pandas as pd

    from calibration.forecast_register import RegisteredForecast
    from sim.experiments.ensemble import Ensemble

Runs = Annotated[
    int, typer.Option(min=2, max=100_000, metavar="N", help="Runs, each with its own parameters and luck.")
]
Seed = Annotated[str, typer.Option(metavar="N", help="Base seed of luck and parameter draws.")]
Observed = Annotated[
    Path,
    typer.Option("--observed", metavar="FILE", help="CSV with the columns indicator, date, value, unit, source."),
]
Kept = Annotated[
    Path | None, typer.Option("--store", metavar="DIR", help="Keep runs here, and take those that are here already.")
]
ScenarioName = Annotated[str, typer.Argument(help="A ready scenario or the path of a scenario file.")]

CAVEAT = (
    "A forecast of the priors of 2020, not of a fit to later outcomes. Bands hold the parameters' uncertainty and "
    "luck; what the model leaves out is not in them."
)
REPLAY = "conditional replay"
UNCONDITIONAL = "forecast"


def forecast(
    scenario: ScenarioName = "plan",
    runs: Runs = 200,
    seed: Seed = "1",
    scale: Scale = None,
    register: Annotated[
        Path | None, typer.Option("--register", metavar="FILE", help="Freeze the whole distribution in a new file.")
    ] = None,
    store: Kept = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say how likely what is by 2025: quantiles by year; with --register frozen, to be scored later."""
    from app.output import print_json
    from calibration.forecast_register import checked_new, forecast_of
    from calibration.forecast_register import register as freeze

    if register is not None:
        checked_new(register)
    ensemble, name = _ensemble(scenario, runs, seed, scale, store, workers, quiet or json, macro=None)
    frozen = forecast_of(ensemble, name, _about(runs, seed))
    rows = _quantiles(frozen)
    digest = freeze(frozen, register) if register is not None else None
    if json:
        told = {"scenario": name, "runs": len(ensemble.runs), "quantiles": rows, "about": dict(frozen.about)}
        print_json({**told, "register": str(register) if register else None, "sha256": digest, "caveat": CAVEAT})
        return
    if quiet:
        print(digest or "\n".join(f"{row['indicator']} {row['year']} {row['q50']:.6g}" for row in rows))
        return
    shown = [
        [row["indicator"], row["year"], *(f"{row[key]:.4g}" for key in ("q05", "q25", "q50", "q75", "q95"))]
        for row in rows
    ]
    _print(f"{name}: {len(ensemble.runs)} runs", ("indicator", "year", "5 %", "25 %", "median", "75 %", "95 %"), shown)
    print(CAVEAT)
    if digest is not None:
        print(f"Registered in {register}, SHA-256 {digest}")


def validate(
    observed: Observed,
    registered: Annotated[
        Path | None,
        typer.Option("--forecast", metavar="FILE", help="Score this registered forecast instead of new runs."),
    ] = None,
    scenario: ScenarioName = "plan",
    runs: Runs = 100,
    seed: Seed = "1",
    scale: Scale = None,
    replay: Annotated[
        bool, typer.Option("--replay/--no-replay", help="Also score runs that are told what the outside world did.")
    ] = True,
    store: Kept = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Score a forecast on later observations that you bring, against naive rules. The package has none."""
    from app.output import print_json
    from calibration.extra import checked_extra
    from calibration.forecast_register import forecast_of, read_registered
    from calibration.later_observations import read_later_observations
    from calibration.scores import NEEDED, score_table, summary

    checked_extra("scores", *NEEDED)
    observations = read_later_observations(observed)
    forecasts: dict[str, RegisteredForecast] = {}
    if registered is not None:
        forecasts[UNCONDITIONAL] = read_registered(registered)
    else:
        for kind, macro in ((UNCONDITIONAL, None), (REPLAY, "realised")):
            if kind == UNCONDITIONAL or replay:
                ensemble, name = _ensemble(scenario, runs, seed, scale, store, workers, quiet or json, macro=macro)
                forecasts[kind] = forecast_of(ensemble, name, _about(runs, seed))
    tables = {kind: score_table(each.members, observations) for kind, each in forecasts.items()}
    if any(table.empty for table in tables.values()):
        from scenarios.errors import InputError

        years = sorted({year for each in forecasts.values() for year in each.years})
        raise InputError(
            "no observation lies in the years of the forecast",
            where=str(observed),
            key="date",
            allowed=f"{years[0]} to {years[-1]}",
        )
    summaries = {kind: summary(table) for kind, table in tables.items()}
    if json:
        told = {
            kind: {"scores": tables[kind].to_dict("records"), "summary": summaries[kind].to_dict("records")}
            for kind in tables
        }
        print_json({"observed": str(observed), **told, "caveat": CAVEAT})
        return
    for kind, table in tables.items():
        if quiet:
            print(
                "\n".join(
                    f"{kind}\t{row['indicator']}\t{row['crps']:.6g}" for row in summaries[kind].to_dict("records")
                )
            )
        else:
            _print_scores(kind, table, summaries[kind])
    if not quiet:
        print("Skill above 0: better than the rule; below 0: the rule won. With so few years no test tells them apart.")
        print(CAVEAT)


def review(
    observed: Observed,
    scenario: ScenarioName = "plan",
    runs: Runs = 400,
    seed: Seed = "1",
    scale: Scale = None,
    store: Kept = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Update the chances of the targets by what you have observed so far: runs are weighted by how close they came."""
    from app.output import print_json
    from calibration.later_observations import read_later_observations
    from calibration.review import review as reviewed

    observations = read_later_observations(observed)
    ensemble, name = _ensemble(scenario, runs, seed, scale, store, workers, quiet or json, macro=None)
    found = reviewed(ensemble, name, observations)
    rows = found.table.to_dict("records")
    outside = [f"{each.indicator} {each.year}: {each.value:g}" for each in found.outside]
    if json:
        told = {"scenario": name, "runs": found.runs, "effective_runs": found.effective_runs, "tells": found.tells}
        print_json({**told, "outside": outside, "indicators": rows, "caveat": CAVEAT})
        return
    if quiet:
        print("\n".join(f"{row['indicator']}\t{row['chance_after']:.4f}" for row in rows))
        return
    shown = [
        [
            row["indicator"],
            f"{row['median_before']:.4g}",
            f"{row['median_after']:.4g}",
            f"{row['low_after']:.4g} .. {row['high_after']:.4g}",
            f"{row['chance_before']:.0%}",
            f"{row['chance_after']:.0%}",
        ]
        for row in rows
    ]
    heads = ("indicator", "median before", "median after", "5-95 % after", "chance before", "chance after")
    _print(f"{name}, 2025: {found.runs} runs weighted by {len(found.used)} observations", heads, shown)
    print(f"Effective runs: {found.effective_runs:.0f} of {found.runs}.")
    for each in outside:
        print(f"Outside all runs: {each}. The model did not see this coming; take what follows from it with care.")
    if not found.tells:
        print("Too few runs are close to what was observed: these chances say little. Ask for more runs.")
    print(CAVEAT)


def _about(runs: int, seed: str) -> dict[str, Any]:
    from datetime import UTC, datetime

    from sim.one_run import model_version

    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"runs": runs, "seed": int(seed), "version": model_version(), "registered_at": now}


def _ensemble(
    scenario: str,
    runs: int,
    seed: str,
    scale: str | None,
    store: Path | None,
    workers: int | None,
    hidden: bool,
    macro: str | None,
) -> tuple[Ensemble, str]:
    """Runs of one scenario and its name."""
    from app.asked import options_named, scenario_asked, seed_asked
    from app.progress import RunsBar
    from sim.experiments.ensemble import ensemble
    from sim.experiments.outcomes import RunOutcome

    asked = scenario_asked(scenario, [], [], macro=macro, scale=scale)
    luck = seed_asked(seed)
    with RunsBar(hidden=hidden) as bar, options_named():

        def note(outcome: RunOutcome, done: int, total: int) -> None:
            bar.show(done, total)
            if outcome.status != "done":
                bar.say(f"failed: run {outcome.request.run}: {outcome.error}")

        found = ensemble(asked, runs=runs, seed=luck, store=store, workers=workers, progress=note)
    return found, asked.name


def _quantiles(frozen: RegisteredForecast) -> list[dict[str, Any]]:
    import numpy as np

    rows = []
    for indicator, values in frozen.values.items():
        for place, year in enumerate(frozen.years):
            found = np.nanquantile(values[:, place], (0.05, 0.25, 0.5, 0.75, 0.95))
            keys = ("q05", "q25", "q50", "q75", "q95")
            rows.append({"indicator": indicator, "year": year, **dict(zip(keys, found.tolist(), strict=True))})
    return rows


def _print_scores(kind: str, table: pd.DataFrame, by_indicator: pd.DataFrame) -> None:
    rows = [
        [
            row["indicator"],
            row["year"],
            f"{row['observed']:.4g}",
            f"{row['median']:.4g}",
            f"{row['error']:+.3g}",
            f"{row['crps']:.3g}",
            "yes" if row["inside_80"] else "no",
            f"{row['best_naive']} ({row['naive_error']:.3g})",
        ]
        for row in table.to_dict("records")
    ]
    heads = ("indicator", "year", "observed", "median", "error", "CRPS", "inside 80 %", "best naive rule (error)")
    _print(f"{kind}, one by one", heads, rows)
    skills = [column for column in by_indicator.columns if column.startswith("skill")]
    rows = [
        [
            row["indicator"],
            f"{row['crps']:.3g}",
            *(f"{row[f'inside_{level}']:.0%}" for level in (50, 80, 95)),
            *("" if row[each] != row[each] else f"{row[each]:+.2f}" for each in skills),
        ]
        for row in by_indicator.to_dict("records")
    ]
    _print(f"{kind}, by indicator", ("indicator", "CRPS", "in 50 %", "in 80 %", "in 95 %", *skills), rows)


def _print(title: str, heads: tuple[str, ...], rows: list[list[Any]]) -> None:
    from app.tables import show, table

    show(table(title, heads, rows, right=heads[1:]))


def register(commands: typer.Typer) -> None:
    """Add the commands of this file."""
    commands.command(epilog="Example: lujiazui forecast plan --runs 200 --register plan-forecast.json")(forecast)
    commands.command(epilog="Example: lujiazui validate --observed later.csv --runs 100")(validate)
    commands.command(epilog="Example: lujiazui review --observed so-far.csv --store runs")(review)
