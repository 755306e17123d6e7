"""The command `scenarios`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import scenario_names
from app.terminal.options import Json, Quiet
from app.terminal.report import Listing, Table


def scenarios(
    name: Annotated[
        str | None,
        typer.Argument(help="One scenario, written out with all that it inherits.", autocompletion=scenario_names),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the ready scenarios, or print one as a scenario file."""
    from app.reports.scenarios import ScenarioInFull
    from scenarios import load, names

    if name is not None:
        answer(ScenarioInFull(load(name)), json, quiet)
        return
    ready = [load(each) for each in names()]
    described = [
        {
            "name": each.name,
            "title": each.title,
            "policy": each.policy,
            "macro": each.macro,
            "description": each.description,
        }
        for each in ready
    ]
    rows = [(each.name, each.title, each.policy, each.macro, each.description) for each in ready]
    table = Table("Ready scenarios", ("name", "title", "base policy", "macro", "what happens"), rows)
    answer(Listing(described, names(), [table]), json, quiet)
