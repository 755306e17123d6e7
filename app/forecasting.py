"""Commands on forecasts: `forecast`, `validate`, `review`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.options import Json, Quiet, Scale, Seed, Workers, option, refuse_unread
from app.past import answer_from_the_past, print_table
from app.shown import between, in_words, known, print_notes
from scenarios.bounds import MOST_RUNS

if TYPE_CHECKING:
    import pandas as pd

    from calibration.forecast_register import RegisteredForecast
    from sim.experiments.ensemble import Ensemble

Runs = Annotated[
    int, typer.Option(min=2, max=MOST_RUNS, metavar="N", help="Runs, each with its own parameters and luck.")
]
Observed = Annotated[
    Path,
    typer.Option("--observed", metavar="FILE", help="CSV with the columns indicator, date, value, unit, source."),
]
Kept = Annotated[
    Path | None, typer.Option("--store", metavar="DIR", help="Keep runs here, and take those that are here already.")
]
ScenarioName = Annotated[str, typer.Argument(help="A ready scenario or the path of a scenario file.")]

CAVEAT = (
    "A forecast from what was known in 2020: parameters fitted to 2016-2020 where those years identify them, priors "
    "where not. Bands hold the parameters' uncertainty and luck; what the model leaves out is not in them."
)
REPLAY = "conditional replay"
UNCONDITIONAL = "forecast"


def forecast(
    context: typer.Context,
    scenario: ScenarioName = "plan",
    runs: Runs = 200,
    seed: Seed = "1",
    scale: Scale = None,
    register: Annotated[
        Path | None, typer.Option("--register", metavar="FILE", help="Freeze the whole distribution in a new file.")
    ] = None,
    variants: Annotated[
        bool,
        typer.Option("--variants", help="2025 under other assumptions beside: prior, no effects, no interactions."),
    ] = False,
    conditions: Annotated[
        str | None,
        typer.Option(
            "--conditions", metavar="INDICATOR", help="How runs that meet this target differ from the others."
        ),
    ] = None,
    store: Kept = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say how likely what is by 2025: quantiles by year; with --register frozen, to be scored later."""
    from app.output import print_json

    if variants:
        refuse_unread(context, ["register", "conditions"], "with --variants")
        _variants(scenario, runs, seed, scale, store, workers, json, quiet)
        return
    if conditions is not None:
        refuse_unread(context, ["register"], "with --conditions")
        _conditions(scenario, conditions, runs, seed, scale, store, workers, json, quiet)
        return
    from calibration.forecast_register import checked_new, forecast_of
    from calibration.forecast_register import register as freeze
    from sim.experiments.least_runs import few_runs_note

    if register is not None:
        checked_new(register)
    ensemble, name = _ensemble(scenario, runs, seed, scale, store, workers, quiet or json, macro=None)
    frozen = forecast_of(ensemble, name, _about(runs, seed))
    rows, done = _quantiles(frozen), int(ensemble.done(name).sum())
    digest = freeze(frozen, register) if register is not None else None
    warnings = few_runs_note(done, "quantiles other than the median")
    if json:
        told = {"scenario": name, "runs": done, "quantiles": rows, "about": dict(frozen.about)}
        told |= {"conditions": ensemble.conditions.as_dict(), "warnings": warnings}
        print_json({**told, "register": str(register) if register else None, "sha256": digest, "caveat": CAVEAT})
        return
    if quiet:
        print(digest or "\n".join(f"{row['indicator']} {row['year']} {row['q50']:.6g}" for row in rows))
        return
    shown = [
        [row["indicator"], row["year"], *(known(row[key], ".4g") for key in ("q05", "q25", "q50", "q75", "q95"))]
        for row in rows
    ]
    print_notes(ensemble.conditions.lines)
    print_table(f"{name}: {done} runs", ("indicator", "year", "5 %", "25 %", "median", "75 %", "95 %"), shown)
    print_notes([*warnings, CAVEAT])
    if digest is not None:
        print(f"Registered in {register}, SHA-256 {digest}")


def validate(
    context: typer.Context,
    observed: Annotated[
        Path | None,
        typer.Option("--observed", metavar="FILE", help="CSV with the columns indicator, date, value, unit, source."),
    ] = None,
    origins: Annotated[
        bool, typer.Option("--origins", help="Score forecasts made from the end of 2016, 2017, 2018 and 2019.")
    ] = False,
    backtest: Annotated[
        bool,
        typer.Option("--backtest", help="The years of the plan of 2016-2020, year by year, and what they start from."),
    ] = False,
    rivals: Annotated[
        bool, typer.Option("--rivals", help="Weigh rival rules of foreign investors by what they say of 2017-2020.")
    ] = False,
    placebo: Annotated[
        bool, typer.Option("--placebo", help="Weigh the dates of policy in 2017-2020 against dates that are wrong.")
    ] = False,
    events: Annotated[
        bool, typer.Option("--events", help="What each event of policy in 2017-2020 did to the years around it.")
    ] = False,
    until: Annotated[
        int | None,
        typer.Option(min=2017, max=2019, metavar="YEAR", help="Fit to the years up to this one, foretell the others."),
    ] = None,
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
    """Score forecasts: on later observations that you bring, from earlier origins, of a fit to fewer years, of rivals.

    The package has no observations after 2020. With --origins, --backtest, --rivals, --placebo, --events and --until,
    runs of the past are kept in --store.
    """
    from app.output import print_json
    from calibration.forecast_register import forecast_of, read_registered
    from calibration.later_observations import read_later_observations
    from calibration.scores import NEEDED, score_table, summary
    from scenarios.extras import needs_extra
    from sim.experiments.least_runs import LEAST_FOR_INTERVAL as LEAST_FOR_SCORES
    from sim.experiments.least_runs import few_runs_note

    needs_extra("calibrate", *NEEDED, what="a score")
    asked = {
        "origins": origins,
        "backtest": backtest,
        "rivals": rivals,
        "placebo": placebo,
        "events": events,
        "until": until is not None,
    }
    kinds = [kind for kind, wanted in asked.items() if wanted]
    if len(kinds) + (observed is not None) != 1:
        raise typer.BadParameter(
            "give one of --observed FILE, --origins, --backtest, --rivals, --placebo, --events and --until YEAR",
            param_hint="--observed",
        )
    if observed is None:
        beside = f"with {option(context, kinds[0])}, which runs the past under its own policy and luck"
        refuse_unread(context, ["registered", "scenario", "seed", "replay"], beside)
        answer_from_the_past(kinds[0], until, runs, scale, store, workers, json, quiet)
        return
    if registered is not None:
        idle = ["scenario", "runs", "seed", "scale", "replay", "store", "workers"]
        refuse_unread(context, idle, "with --forecast, which makes no runs")
    observations = read_later_observations(observed)
    forecasts: dict[str, RegisteredForecast] = {}
    conditions: dict[str, list[str]] = {}
    if registered is not None:
        forecasts[UNCONDITIONAL] = read_registered(registered)
        told_then = forecasts[UNCONDITIONAL].about.get("conditions")
        if isinstance(told_then, Mapping):  # forecasts registered by an earlier version do not have them
            conditions[UNCONDITIONAL] = [str(line) for line in told_then.get("notes", [])]
    else:
        for kind, macro in ((UNCONDITIONAL, None), (REPLAY, "realised")):
            if kind == UNCONDITIONAL or replay:
                ensemble, name = _ensemble(scenario, runs, seed, scale, store, workers, quiet or json, macro=macro)
                forecasts[kind] = forecast_of(ensemble, name, _about(runs, seed))
                conditions[kind] = list(ensemble.conditions.lines)
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
    warnings = few_runs_note(min(int(table["runs"].min()) for table in tables.values()), "intervals", LEAST_FOR_SCORES)
    if json:
        told = {
            kind: {
                "conditions": conditions.get(kind, []),
                "scores": tables[kind].to_dict("records"),
                "summary": summaries[kind].to_dict("records"),
            }
            for kind in tables
        }
        print_json({"observed": str(observed), **told, "warnings": warnings, "caveat": CAVEAT})
        return
    for kind, table in tables.items():
        if quiet:
            print(
                "\n".join(
                    f"{kind}\t{row['indicator']}\t{row['crps']:.6g}" for row in summaries[kind].to_dict("records")
                )
            )
        else:
            print_notes(conditions.get(kind, []))
            _print_scores(kind, table, summaries[kind])
    if not quiet:
        print("Skill above 0: better than the rule; below 0: the rule won. With so few years no test tells them apart.")
        print_notes([*warnings, CAVEAT])


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
    from calibration.review import LEAST_EFFECTIVE_RUNS
    from calibration.review import review as reviewed
    from sim.experiments.least_runs import too_few

    least = round(LEAST_EFFECTIVE_RUNS)
    observations = read_later_observations(observed)
    ensemble, name = _ensemble(scenario, runs, seed, scale, store, workers, quiet or json, macro=None)
    found = reviewed(ensemble, name, observations)
    rows = found.table.to_dict("records")
    warnings = (
        [] if found.tells else [f"T{too_few(round(found.effective_runs), least)[1:]} close to what was observed."]
    )
    outside = [f"{each.indicator} {each.year}: {each.value:g}" for each in found.outside]
    if json:
        told = {"scenario": name, "runs": found.runs, "effective_runs": found.effective_runs, "tells": found.tells}
        told |= {
            "year": ensemble.target_year_of(name),
            "conditions": ensemble.conditions.as_dict(),
            "warnings": warnings,
        }
        print_json({**told, "outside": outside, "indicators": rows, "caveat": CAVEAT})
        return
    if quiet:
        print("\n".join(f"{row['indicator']}\t{known(row['chance_after'], '.4f')}" for row in rows))
        return
    shown = [
        [
            row["indicator"],
            known(row["median_before"], ".4g"),
            known(row["median_after"], ".4g"),
            between(row["low_after"], row["high_after"], ".4g"),
            known(row["chance_before"], ".0%"),
            known(row["chance_after"], ".0%"),
        ]
        for row in rows
    ]
    heads = ("indicator", "median before", "median after", "5-95 % after", "chance before", "chance after")
    print_notes(ensemble.conditions.lines)
    year = ensemble.target_year_told(name)
    print_table(f"{name}, {year}: {found.runs} runs weighted by {len(found.used)} observations", heads, shown)
    print(f"Effective runs: {found.effective_runs:.0f} of {found.runs}.")
    for each in outside:
        print(f"Outside all runs: {each}. The model did not see this coming; take what follows from it with care.")
    if not found.tells:
        print(f"{warnings[0][:-1]}: these chances say little, and there are none after it. Ask for more runs.")
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
    from app.asked import scenario_asked, seed_asked
    from app.progress import RunsBar
    from sim.experiments.ensemble import ensemble

    asked = scenario_asked(scenario, [], [], macro=macro, scale=scale)
    luck = seed_asked(seed)
    with RunsBar(hidden=hidden) as bar:
        found = ensemble(asked, runs=runs, seed=luck, store=store, workers=workers, progress=bar.note)
    return found, asked.name


def _variants(
    scenario: str,
    runs: int,
    seed: str,
    scale: str | None,
    store: Path | None,
    workers: int | None,
    json: bool,
    quiet: bool,
) -> None:
    from app.asked import scenario_asked, seed_asked
    from app.output import print_json
    from app.progress import RunsBar
    from calibration.variants import variants
    from scenarios.calendar import month_ordinal
    from scenarios.whole_years import year_named
    from sim.experiments.least_runs import few_runs_note
    from sim.experiments.run_conditions import conditions_of

    asked = scenario_asked(scenario, [], [], macro=None, scale=scale)
    with RunsBar(hidden=json or quiet) as bar:
        table = variants(asked, runs=runs, seed=seed_asked(seed), store=store, workers=workers, progress=bar.note)
    # Each variant says what it changes: what all of them share are the other conditions.
    conditions = conditions_of([asked])
    warnings = few_runs_note(int(table["pairs"].min()), "quantiles other than the median")
    if json:
        told = {"scenario": asked.name, "runs": runs, "conditions": conditions.as_dict(), "warnings": warnings}
        print_json({**told, "variants": table.to_dict("records"), "caveat": CAVEAT})
        return
    if quiet:
        print("\n".join(f"{row['indicator']}\t{row['variant']}\t{row['q50']:.6g}" for row in table.to_dict("records")))
        return
    heads = ("indicator", "variant", "5 %", "median", "95 %", "difference", "5 %", "95 %", "meets target")
    shown = [
        [
            row["indicator"],
            row["variant"],
            *(known(row[key], ".4g") for key in ("q05", "q50", "q95")),
            *(known(row[key], "+.3g") for key in ("difference", "low", "high")),
            known(row["chance"], ".0%"),
        ]
        for row in table.to_dict("records")
    ]
    print_notes(conditions.lines)
    year = year_named(month_ordinal(asked.end))
    print_table(f"{asked.name} in {year}: {runs} runs under each assumption, same luck", heads, shown)
    print_notes([*warnings, CAVEAT])


def _conditions(
    scenario: str,
    indicator: str,
    runs: int,
    seed: str,
    scale: str | None,
    store: Path | None,
    workers: int | None,
    json: bool,
    quiet: bool,
) -> None:
    from app.asked import scenario_asked, seed_asked
    from app.output import print_json
    from app.progress import RunsBar
    from calibration.conditions import LEAST_ON_A_SIDE, SIGNIFICANT, conditions
    from scenarios.calendar import month_ordinal
    from scenarios.errors import InputError, nearest_name
    from scenarios.whole_years import checked_year, year_named
    from sim.experiments.least_runs import few_runs_note
    from sim.experiments.run_conditions import conditions_of
    from sim.indicators import PLAN_INDICATORS

    if indicator not in PLAN_INDICATORS:
        raise InputError(
            f"{indicator!r} is no indicator of the plan",
            key="--conditions",
            value=indicator,
            allowed=", ".join(PLAN_INDICATORS),
            nearest=nearest_name(indicator, PLAN_INDICATORS),
        )
    asked = scenario_asked(scenario, [], [], macro=None, scale=scale)
    with RunsBar(hidden=json or quiet) as bar:
        found = conditions(
            asked, indicator, runs=runs, seed=seed_asked(seed), store=store, workers=workers, progress=bar.note
        )
    rests, year, told_year = conditions_of([asked]), checked_year(asked), year_named(month_ordinal(asked.end))
    fewer = min(found.met, found.runs - found.met)
    warnings = few_runs_note(fewer, "one of the sides, to say how they differ", LEAST_ON_A_SIDE)
    if json:
        told = {"scenario": asked.name, "indicator": indicator, "runs": found.runs, "met": found.met, "year": year}
        told |= {"conditions": rests.as_dict(), "warnings": warnings}
        print_json({**told, "factors": found.table.to_dict("records")})
        return
    if quiet:
        print("\n".join(f"{row['factor']}\t{row['distance']:.3f}" for row in found.table.to_dict("records")))
        return
    print_notes(rests.lines)
    print(f"{found.met} of {found.runs} runs of {asked.name} meet the target of {indicator} in {told_year}.")
    if not found.comparable:
        print_notes(warnings)
        return
    telling = found.table[found.table["p"] < SIGNIFICANT]
    rows = [
        [
            row["factor"],
            row["kind"],
            f"{row['median_met']:.4g}",
            f"{row['median_missed']:.4g}",
            f"{row['distance']:.2f}",
            f"{row['p']:.2g}",
        ]
        for row in telling.to_dict("records")
    ]
    heads = ("factor", "kind", "median where met", "where missed", "distance", "p")
    if rows:
        print_table("What differs between them", heads, rows)
        print("Differences, not causes; p is corrected for the number of factors looked at.")
    else:
        print("No single factor tells the two apart.")


def _quantiles(frozen: RegisteredForecast) -> list[dict[str, Any]]:
    from sim.experiments.least_runs import quantiles_known

    rows = []
    for indicator, values in frozen.values.items():
        for place, year in enumerate(frozen.years):
            found = quantiles_known(values[:, place], (0.05, 0.25, 0.5, 0.75, 0.95))
            keys = ("q05", "q25", "q50", "q75", "q95")
            rows.append({"indicator": indicator, "year": year, **dict(zip(keys, found, strict=True))})
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
            in_words(row["inside_80"]),
            f"{row['best_naive']} ({row['naive_error']:.3g})",
        ]
        for row in table.to_dict("records")
    ]
    heads = ("indicator", "year", "observed", "median", "error", "CRPS", "inside 80 %", "best naive rule (error)")
    print_table(f"{kind}, one by one", heads, rows)
    skills = [column for column in by_indicator.columns if column.startswith("skill")]
    rows = [
        [
            row["indicator"],
            f"{row['crps']:.3g}",
            *(known(row[f"inside_{level}"], ".0%") for level in (50, 80, 95)),
            *("" if row[each] != row[each] else f"{row[each]:+.2f}" for each in skills),
        ]
        for row in by_indicator.to_dict("records")
    ]
    print_table(f"{kind}, by indicator", ("indicator", "CRPS", "in 50 %", "in 80 %", "in 95 %", *skills), rows)


def register(commands: typer.Typer) -> None:
    """Add the commands of this file."""
    commands.command(epilog="Example: lujiazui forecast plan --runs 200 --register plan-forecast.json")(forecast)
    commands.command(epilog="Example: lujiazui validate --observed later.csv --runs 100")(validate)
    commands.command(epilog="Example: lujiazui review --observed so-far.csv --store runs")(review)
