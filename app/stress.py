"""The command `stress`: how near a simulated centre is to the plan's redline."""

from __future__ import annotations

from typing import Annotated

import typer

from app.options import Json, Quiet, Scale, Seed, Workers
from scenarios.bounds import MOST_RUNS

SHOWN = {
    "largest_bank_assets_share": "largest bank, share of assets",
    "worst_equity_loss_share": "equity others lose, worst bank",
    "mean_equity_loss_share": "equity others lose, mean bank",
    "worst_failed_assets_share": "assets that fail, worst bank",
    "worst_rounds": "rounds, worst bank",
    "events_share": "banks whose failure crosses",
    "loss_to_event_pct": "common loss that crosses, % of assets",
}
WHOLE = ("worst_rounds", "loss_to_event_pct")


def stress(
    scenario: Annotated[list[str] | None, typer.Argument(help="Ready scenarios or scenario files. [plan]")] = None,
    runs: Annotated[
        int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Runs, each with its own parameters and luck.")
    ] = 20,
    seed: Seed = "1",
    scale: Scale = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Let each bank fail, and take a common loss off everybody: how near the centre is to the plan's redline."""
    from app.asked import scenario_asked, seed_asked
    from app.output import print_json
    from app.shown import print_notes
    from app.tables import show, table
    from scenarios.plan import redline
    from sim.evidence.stress import stress as stressed
    from sim.experiments.least_runs import few_runs_note
    from sim.experiments.run_conditions import conditions_of

    luck = seed_asked(seed)
    asked = [scenario_asked(name, [], [], macro=None, scale=scale) for name in scenario or ["plan"]]
    found = stressed(asked, runs=runs, seed=luck, workers=workers)
    conditions = conditions_of(asked)
    warnings = few_runs_note(runs, "a bad case")
    if json:
        told = {"scenarios": [each.name for each in asked], "runs": runs, "conditions": conditions.as_dict()}
        print_json({**told, "warnings": warnings, "stress": found.to_dict("records")})
        return
    groups = found.groupby(["scenario", "month"], sort=False)[list(SHOWN)]
    middle, bad = groups.median(), groups.quantile(0.95)
    bad["loss_to_event_pct"] = groups.quantile(0.05)["loss_to_event_pct"]
    if warnings:
        bad.loc[:, :] = float("nan")
    if quiet:
        print(
            "\n".join(
                f"{name} {month} {middle.loc[(name, month), 'loss_to_event_pct']:g}" for name, month in middle.index
            )
        )
        return
    print_notes(conditions.lines)
    for each in asked:
        months = [month for name, month in middle.index if name == each.name]
        cells = [
            (
                label,
                *(_pair(column, middle.loc[(each.name, m), column], bad.loc[(each.name, m), column]) for m in months),
            )
            for column, label in SHOWN.items()
        ]
        show(table(f"{each.name}, {runs} runs: median (bad case)", ("", *months), cells, right=tuple(months)))
    print_notes(warnings)
    limits = redline()
    print(
        f"Crossing: {limits.event_assets_share:.0%} of all assets in institutions that fail, "
        f"or {limits.event_rounds} rounds or more. Bad case: one run in twenty is worse."
    )
    print("Contagion by loans between banks in the city alone: no forced sales, no runs, no losses from outside.")


def _pair(column: str, middle: float, bad: float) -> str:
    from app.shown import known

    form = ".3g" if column in WHOLE else ".1%"
    return f"{known(middle, form)} ({known(bad, form)})"


def register(commands: typer.Typer) -> None:
    """Add the command of this file."""
    commands.command(epilog="Example: lujiazui stress plan committed --runs 50")(stress)
