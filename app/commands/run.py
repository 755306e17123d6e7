"""The command `run`: one scenario beside the committed path, in 2025 beside 2020 and the plan's targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.terminal.answer import answer
from app.terminal.completion import lever_settings, scenario_names, shock_names
from app.terminal.options import (
    Json,
    Macro,
    OwnComponents,
    OwnPlan,
    ParameterSetName,
    Quiet,
    Scale,
    Without,
    refuse_unread,
)
from app.terminal.shares import SHARES_IN
from scenarios.bounds import MOST_RUNS

JSON_KEYS = """
JSON keys (docs/json.md): scenario, title, scenario_hash, settings, seed, macro, year, year_told, conditional_replay,
conditions, parameters, version, provenance, caveat, indicators (a list with id, name, unit, value_2020, value_2025,
year, target_2025, qualifier, distance, met, within_rounding, committed_2025),
many_runs (null without --runs), redline (line, indicator, months, first_month), companions, events, costs,
annual (year, indicator), out, timings. With --plan the names of columns have the year of its targets.
"""


def run(
    context: typer.Context,
    scenario: Annotated[
        str, typer.Argument(help="A ready scenario or the path of a scenario file.", autocompletion=scenario_names)
    ] = "plan",
    seed: Annotated[str, typer.Option(metavar="N", help="Seed of all draws after 2020-12.")] = "0",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="LEVER=VALUE[@MONTH]",
            help=f"Intensity of a lever, from a month on; may be repeated. {SHARES_IN}",
            autocompletion=lever_settings,
        ),
    ] = None,
    shocks: Annotated[
        list[str] | None,
        typer.Option(
            "--shock",
            metavar="NAME[=SIZE][@MONTH[..MONTH]]",
            help="A dated shock, see 'shocks'; may be repeated; a size that is a share may be in per cent.",
            autocompletion=shock_names,
        ),
    ] = None,
    macro: Macro = None,
    parameters: ParameterSetName = None,
    scale: Scale = None,
    runs: Annotated[
        int | None,
        typer.Option(
            "--runs",
            min=1,
            max=MOST_RUNS,
            metavar="N",
            help="Beside it the median of N further runs, each with its own draws, with a tenth of the issuers.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the monthly indicators to a .parquet or .csv file.")] = None,
    verify: Annotated[
        bool | None, typer.Option("--verify/--no-verify", help="Check the accounting identities every month.")
    ] = None,
    without: Without = None,
    component: OwnComponents = None,
    plan: OwnPlan = None,
    timings: Annotated[
        bool, typer.Option("--timings", help="Show the computing time of each step, in seconds.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run one scenario and compare the plan's target year with 2020, with the targets and with the committed path."""
    from app.reports.many_runs import many_runs
    from app.reports.run import RunReport
    from app.terminal import output
    from app.terminal.asked import committed_beside, scenario_asked, seed_asked

    if quiet and not json:
        refuse_unread(context, ["timings"], "with --quiet")
    base_seed = seed_asked(seed)
    asked = scenario_asked(
        scenario,
        settings or [],
        shocks or [],
        macro=macro,
        scale=scale,
        parameters=parameters,
        components=component or (),
        plan=plan,
    )
    beside = committed_beside(asked)
    target = output.checked_target(out) if out is not None else None

    import sim
    from app.terminal.progress import MonthsBar

    with MonthsBar(runs=2, hidden=quiet) as progress:
        how: dict[str, Any] = {
            "seed": base_seed,
            "verify": verify,
            "interactions_off": without or (),
            "progress": progress,
        }
        result = sim.run(asked, **how)
        committed = sim.run(beside, **how)
    many = None if runs is None else many_runs(asked, runs=runs, interactions_off=without or (), hidden=quiet or json)
    report = RunReport(result, committed, settings=tuple(settings or ()), out=out, with_timings=timings, many=many)
    with output.uninterrupted():
        if target is not None:
            from sim.experiments.labelled_files import write_monthly

            output.save(result.indicators, target, write_monthly)
        answer(report, json, quiet)
