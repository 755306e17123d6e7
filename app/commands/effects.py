"""The command `effects`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import lever_names
from app.terminal.options import Json, OwnComponents, OwnPlan, Quiet, Scale, Workers
from scenarios.bounds import MOST_RUNS


def effects(
    lever: Annotated[
        list[str] | None, typer.Argument(help="Levers; all by default.", autocompletion=lever_names)
    ] = None,
    runs: Annotated[
        int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Paired runs, each with its own draw of effects.")
    ] = 20,
    intensities: Annotated[int, typer.Option(min=2, max=101, metavar="N", help="Intensities from 0 to 1.")] = 2,
    store: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Store of the runs; an interrupted measurement is resumed from it."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table to a .parquet or .csv file.")] = None,
    all_indicators: Annotated[
        bool, typer.Option("--all-indicators", help="All recorded indicators, not only those of the plan.")
    ] = False,
    component: OwnComponents = None,
    plan: OwnPlan = None,
    scale: Scale = "0.1",
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure the effects of levers on the indicators, and compare their signs with those expected."""
    from app.reports.effects import Effects
    from app.terminal.asked import scenario_asked
    from app.terminal.output import checked_target, save
    from app.terminal.progress import RunsBar
    from sim.experiments.effects import OF_THE_PLAN
    from sim.experiments.effects import effects as measured

    target = checked_target(out) if out is not None else None
    base = scenario_asked("committed", [], [], macro=None, scale=scale, components=component or (), plan=plan)
    with RunsBar(hidden=quiet or json) as bar:
        found = measured(
            lever or None,
            baseline=base,
            runs=runs,
            intensities=intensities,
            indicators=None if all_indicators else OF_THE_PLAN,
            store=store,
            workers=workers,
            progress=lambda _, done, total: bar.show(done, total),
        )
    if target is not None:
        save(found.set_index(["lever", "intensity", "indicator"]), target)
    answer(Effects(base, runs, found.to_dict("records")), json, quiet)
