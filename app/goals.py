"""The command `goals`: the plan's goals and the shortcomings it names, beside its seven indicators."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from app.options import Json, Macro, ParameterSetName, Quiet, Scale, Seed, Workers
from scenarios.bounds import MOST_RUNS


def goals(
    scenario: Annotated[str, typer.Argument(help="A ready scenario or a scenario file.")] = "plan",
    runs: Annotated[
        int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Runs, each with its own parameters and luck.")
    ] = 20,
    seed: Seed = "1",
    macro: Macro = None,
    parameters: ParameterSetName = None,
    scale: Scale = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Hold a scenario against the plan's six goals and the eleven shortcomings it names, by indicators for each."""
    from app.asked import scenario_asked, seed_asked
    from app.output import print_json
    from app.progress import RunsBar
    from app.shown import known, print_notes
    from app.tables import show, table
    from scenarios.whole_years import TARGET_YEAR
    from sim.experiments.ensemble import ensemble
    from sim.experiments.least_runs import LEAST_FOR_VERDICT, few_runs_note

    luck = seed_asked(seed)
    asked = scenario_asked(scenario, [], [], macro=macro, scale=scale, parameters=parameters)
    with RunsBar(hidden=quiet or json) as bar:
        found = ensemble(asked, runs=runs, seed=luck, workers=workers, progress=bar.note)
    lights, tests = found.goals(asked.name), found.goal_tests(asked.name)
    done, year = int(found.done(asked.name).sum()), found.target_year_told(asked.name)
    warnings = few_runs_note(done, "a light", LEAST_FOR_VERDICT)
    if found.target_year_of(asked.name) != TARGET_YEAR:
        warnings.append(f"Judged in {year}.")
    if json:
        print_json(
            {
                "scenario": asked.name,
                "runs": done,
                "year": found.target_year_of(asked.name),
                "failures": list(found.failures),
                "conditions": found.conditions.as_dict(),
                "warnings": warnings,
                "goals": lights.reset_index().to_dict("records"),
                "tests": tests.to_dict("records"),
            }
        )
    elif quiet:
        print("\n".join(f"{row.Index} {row.light}" for row in lights.itertuples()))
    else:
        print_notes(found.conditions.lines)
        heads = ("", "goal or shortcoming", "light", "green", "amber", "red", "held back by")
        cells = []
        for key, row in lights.to_dict("index").items():
            shares = ["" if math.isnan(row[each]) else f"{row[each]:.0%}" for each in ("green", "amber", "red")]
            cells.append(
                (str(key), row["name"], row["light"], *shares, row["worst"] if row["light"] != "green" else "")
            )
        show(table(f"{asked.label} in {year}, {done} runs", heads, cells, right=heads[3:6]))
        at = str(found.target_year_of(asked.name) or "no year")
        heads = ("", "indicator", "2020", at, "test", "from", "runs that meet it")
        signs = {"up": "at least", "down": "at most"}
        cells = [
            (
                row["id"],
                row["indicator"],
                known(row["value_2020"], ".4g"),
                known(row["value"], ".4g"),
                f"{row['test']} {known(row['tested'], '.3g')}",
                f"{signs[row['better']]} {row['threshold']:g}",
                known(row["met"], ".0%"),
            )
            for row in tests.to_dict("records")
        ]
        show(table("what they are judged by", heads, cells, right=(heads[2], heads[3], heads[6])))
        print(
            "The plan sets no number for any of these: the tests are judgement. "
            "Green: all tests met; amber: half of the way."
        )
        print_notes(warnings)
        print("Not modelled: " + "; ".join(f"{i}: {what}" for i, what in lights["not_modelled"].items() if what) + ".")
    if found.failures:
        raise typer.Exit(1)


def register(commands: typer.Typer) -> None:
    """Add the command of this file."""
    commands.command(epilog="Example: lujiazui goals plan --runs 50")(goals)
