"""The command `estimate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import lever_settings, scenario_names
from app.terminal.options import Json, Quiet, ScenarioName
from app.terminal.shares import SHARES_IN


def estimate(
    scenario: ScenarioName,
    against: Annotated[
        str,
        typer.Option(
            metavar="SCENARIO",
            help="Scenario whose policy it is compared with, in the world of the first.",
            autocompletion=scenario_names,
        ),
    ] = "committed",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="LEVER=VALUE[@MONTH]",
            help=f"Intensity of a lever in the first scenario, from a month on; may be repeated. {SHARES_IN}",
            autocompletion=lever_settings,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the estimates of all years to a .parquet or .csv file.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Estimate the effects of a policy at once, without simulating it, with the error that such estimates have."""
    from app.reports.estimate import Estimated
    from app.terminal.asked import scenario_asked
    from app.terminal.output import checked_target, save
    from sim.experiments.step_responses import estimate as estimated

    target = checked_target(out) if out is not None else None
    asked = scenario_asked(scenario, settings or [], [], macro=None, scale=None)
    baseline = asked.with_policy_of(scenario_asked(against, [], [], macro=None, scale=None))
    found = Estimated(asked, baseline, estimated(asked, baseline))
    if target is not None:
        import pandas as pd

        save(pd.DataFrame(found.rows).set_index(["indicator", "year"]), target)
    answer(found, json, quiet)
