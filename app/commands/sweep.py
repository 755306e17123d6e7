"""The command `sweep`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.exit_codes import FAILED, INTERRUPTED
from app.terminal.options import Json, Quiet, Workers


def sweep(
    spec: Annotated[Path, typer.Argument(help="A design as a YAML file, see docs/sweeps.md.")],
    store: Annotated[Path, typer.Option("--store", metavar="DIR", help="The folder of the store.")] = Path(
        "sweep-runs"
    ),
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a design: factorial, Latin hypercube, Sobol, Morris or points of your own."""
    from app.reports.sweep import SweepDone
    from app.terminal.progress import RunsBar
    from sim.experiments.designs import read_design
    from sim.experiments.ensemble import run_requests
    from sim.experiments.store import Store

    design = read_design(spec)
    requests = design.requests()
    with Store.writing(store) as written:
        written.keep_design(requests, design.plain(), label=design.title)
    with RunsBar(hidden=quiet or json) as bar:
        try:
            found = run_requests(
                requests, store=store, workers=workers, progress=lambda _, done, total: bar.show(done, total)
            )
        except KeyboardInterrupt:
            go_on = f"lujiazui sweep {shlex.quote(str(spec))} --store {shlex.quote(str(store))}"
            bar.say(f"Interrupted; the same command goes on: {go_on}")
            raise typer.Exit(INTERRUPTED) from None
    answer(SweepDone(store, len(design.points()), len(requests), found.failures), json, quiet)
    if found.failures:
        raise typer.Exit(FAILED)
