"""The command `frontier`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import lever_names, scenario_names
from app.terminal.options import Json, KeptRuns, Plot, Quiet, Scale, Seed, Workers
from app.terminal.shares import SHARES_IN, share_asked
from scenarios.bounds import MOST_RUNS


def frontier(
    scenario: Annotated[
        list[str] | None,
        typer.Argument(
            help="Ready scenarios or scenario files. [nine that differ in policy]", autocompletion=scenario_names
        ),
    ] = None,
    base: Annotated[
        str,
        typer.Option(
            metavar="SCENARIO", help="Scenario in which single levers are changed.", autocompletion=scenario_names
        ),
    ] = "plan",
    lever: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LEVER", help="A lever to change alone; may be repeated. [all]", autocompletion=lever_names
        ),
    ] = None,
    intensity: Annotated[
        str, typer.Option(metavar="X", help=f"Intensity of such a lever from 2021-01 on. {SHARES_IN}")
    ] = "1",
    runs: Annotated[int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Paired runs of each scenario.")] = 40,
    seed: Seed = "1",
    scale: Scale = "0.1",
    store: KeptRuns = None,
    out: Annotated[Path | None, typer.Option(help="Write the table to a .parquet or .csv file.")] = None,
    plot: Plot = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare the targets that policies reach with the risk they bring, and find the cheapest lever for resilience."""
    from app.reports.frontier import FrontierFound
    from app.terminal.asked import scenario_asked, seed_asked
    from app.terminal.output import checked_target, save
    from app.terminal.progress import RunsBar
    from sim.experiments.frontier import POLICIES
    from sim.experiments.frontier import frontier as measured
    from sim.experiments.pictures import checked_picture, frontier_picture
    from sim.experiments.run_conditions import conditions_of
    from sim.runs.plots import simulated

    at = share_asked(intensity, "--intensity")
    target = checked_target(out) if out is not None else None
    if plot is not None:
        checked_picture(plot)
    asked = [scenario_asked(name, [], [], macro=None, scale=scale) for name in scenario or POLICIES]
    start = scenario_asked(base, [], [], macro=None, scale=scale)
    with RunsBar(hidden=quiet or json) as bar:
        found = measured(
            asked,
            base=start,
            levers=lever or None,
            intensity=at,
            runs=runs,
            seed=seed_asked(seed),
            store=store,
            workers=workers,
            progress=bar.note,
        )
    if target is not None:
        save(found.table.set_index("scenario"), target)
    if plot is not None:
        conditions = conditions_of([start, *asked]).lines
        frontier_picture(
            found, plot, simulated(f"{runs} runs of each scenario, from seed {seed_asked(seed)}", conditions)
        )
    answer(FrontierFound(start, runs, at, found), json, quiet)
