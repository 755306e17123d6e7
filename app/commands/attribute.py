"""The command `attribute`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.terminal.answer import answer
from app.terminal.completion import scenario_names
from app.terminal.options import Json, KeptRuns, OwnComponents, OwnPlan, Quiet, Scale, Workers, refuse_unread
from scenarios.bounds import MOST_RUNS


def attribute(
    context: typer.Context,
    scenario: Annotated[
        str, typer.Argument(help="A ready scenario or a scenario file.", autocompletion=scenario_names)
    ] = "plan",
    against: Annotated[
        str,
        typer.Option(
            metavar="SCENARIO",
            help="Baseline; an arm is run in the same external conditions.",
            autocompletion=scenario_names,
        ),
    ] = "committed",
    by: Annotated[
        str, typer.Option(metavar="KIND", help="group (exact, 256 runs a seed) or lever (sampled).")
    ] = "group",
    runs: Annotated[int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Seeds.")] = 2,
    permutations: Annotated[
        int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Random orders drawn with --by lever.")
    ] = 8,
    scale: Scale = "0.1",
    component: OwnComponents = None,
    plan: OwnPlan = None,
    store: KeptRuns = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Split the difference between two scenarios among the plan's task groups or levers (Shapley values)."""
    from app.reports.attribute import Attributed
    from app.terminal.asked import scenario_asked
    from app.terminal.progress import RunsBar
    from scenarios.plan import ARMS
    from sim.experiments.attribution import attribute as attributed
    from sim.experiments.attribution import compared

    if by == "group":
        refuse_unread(context, ["permutations"], "with --by group, which is exact")
    options: dict[str, Any] = {"macro": None, "scale": scale, "components": component or (), "plan": plan}
    asked = scenario_asked(scenario, [], [], **options)
    target, base = compared(asked, against if against in ARMS else scenario_asked(against, [], [], **options))
    with RunsBar(hidden=quiet or json) as bar:
        found = attributed(
            target,
            base,
            by=by,  # type: ignore[arg-type]
            runs=runs,
            permutations=permutations,
            store=store,
            workers=workers,
            progress=lambda _, done, total: bar.show(done, total),
        )
    answer(Attributed(target, base, by, runs, found), json, quiet)
