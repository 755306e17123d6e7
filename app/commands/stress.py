"""The command `stress`: how near a simulated centre is to the plan's redline."""

from __future__ import annotations

from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.options import Json, Quiet, Scale, Seed, Workers
from scenarios.bounds import MOST_RUNS


def stress(
    scenario: Annotated[list[str] | None, typer.Argument(help="Ready scenarios or scenario files. [plan]")] = None,
    runs: Annotated[int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Runs, each with its own draws.")] = 20,
    seed: Seed = "1",
    scale: Scale = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Stress-test the banks, by the failure of each and by a common loss, against the plan's redline."""
    from app.reports.stress import Stress
    from app.terminal.asked import scenario_asked, seed_asked
    from sim.evidence.stress import stress as stressed

    base_seed = seed_asked(seed)
    asked = [scenario_asked(name, [], [], macro=None, scale=scale) for name in scenario or ["plan"]]
    found = stressed(asked, runs=runs, seed=base_seed, workers=workers)
    answer(Stress(asked, runs, found), json, quiet)
