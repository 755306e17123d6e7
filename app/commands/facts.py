"""The command `facts`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import scenario_names
from app.terminal.options import Json, Quiet, Runs, Scale, Seed, Without, Workers


def facts(
    scenario: Annotated[
        str, typer.Argument(help="A ready scenario or a scenario file.", autocompletion=scenario_names)
    ] = "plan",
    runs: Runs = 40,
    seed: Seed = "1",
    scale: Scale = None,
    without: Without = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Test the model against stylised facts: statistic, band, value over runs, verdict, emergent or built in."""
    from app.reports.facts import Facts
    from app.terminal.asked import scenario_asked, seed_asked

    asked = scenario_asked(scenario, [], [], macro=None, scale=scale)
    import sim
    from sim.experiments.run_conditions import conditions_of

    conditions = conditions_of([asked], interactions_off=without or ())
    found = sim.stylised_facts(asked, runs=runs, seed=seed_asked(seed), interactions_off=without or (), workers=workers)
    answer(Facts(asked, runs, conditions, found), json, quiet)
