"""The command `goals`: the plan's goals and the shortcomings it names, beside its seven indicators."""

from __future__ import annotations

from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import scenario_names
from app.terminal.exit_codes import FAILED
from app.terminal.options import Json, Macro, OwnPlan, ParameterSetName, Quiet, Scale, Seed, Workers
from scenarios.bounds import MOST_RUNS


def goals(
    scenario: Annotated[
        str, typer.Argument(help="A ready scenario or a scenario file.", autocompletion=scenario_names)
    ] = "plan",
    runs: Annotated[int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Runs, each with its own draws.")] = 20,
    seed: Seed = "1",
    macro: Macro = None,
    parameters: ParameterSetName = None,
    plan: OwnPlan = None,
    scale: Scale = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Assess a scenario by the plan's goals and the shortcomings it names, with indicators for each."""
    from app.reports.goals import Goals
    from app.terminal.asked import scenario_asked, seed_asked
    from app.terminal.progress import RunsBar
    from sim.experiments.ensemble import ensemble

    base_seed = seed_asked(seed)
    asked = scenario_asked(scenario, [], [], macro=macro, scale=scale, parameters=parameters, plan=plan)
    with RunsBar(hidden=quiet or json) as bar:
        found = ensemble(asked, runs=runs, seed=base_seed, workers=workers, progress=bar.note)
    answer(Goals(asked.name, asked.label, found, found.goals(asked.name), found.goal_tests(asked.name)), json, quiet)
    if found.failures:
        raise typer.Exit(FAILED)
