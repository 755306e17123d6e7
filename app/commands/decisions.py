"""The command `decisions`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import scenario_names
from app.terminal.options import Json, Quiet, Runs, Scale, Workers


def decisions(
    scenario: Annotated[
        str, typer.Argument(help="A ready scenario or a scenario file.", autocompletion=scenario_names)
    ] = "plan",
    runs: Runs = 20,
    scale: Scale = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Split each indicator's change since 2020 into agents' decisions, exogenous trends and the macro path."""
    from app.reports.decisions import Decisions
    from app.terminal.asked import scenario_asked

    asked = scenario_asked(scenario, [], [], macro=None, scale=scale)
    import sim
    from sim.experiments.run_conditions import conditions_of

    conditions = conditions_of([asked])
    answer(Decisions(asked, runs, conditions, sim.what_moves(asked, runs=runs, workers=workers)), json, quiet)
