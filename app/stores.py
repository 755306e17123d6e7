"""Commands on a store as such: `designs` lists its experiments, `doctor` examines and repairs it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.options import Json, Quiet, StoreFolder

if TYPE_CHECKING:
    from sim.experiments.doctor import Examination, Repair
    from sim.experiments.stored_design import AskedRun, StoredDesign

PROBLEMS = 2
MOST_SHOWN = 20


def design_data(design: StoredDesign) -> dict[str, Any]:
    """An experiment of a store as plain data."""
    return {
        "number": design.number,
        "time": design.time,
        "kind": design.kind,
        "label": design.label,
        "scenarios": list(design.scenarios),
        "asked": design.asked,
        "done": design.done,
        "failed": design.failed,
        "version": design.version,
        "model": design.model,
        "resumable": design.resumable,
    }


def designs(store: StoreFolder, json: Json = False, quiet: Quiet = False) -> None:
    """List the experiments of a store: what was asked for, when, with which settings, and how much of it is done."""
    from app.output import print_json
    from app.tables import show, table
    from sim.experiments.store import Store

    found = Store.open(store).designs()
    if json:
        print_json([design_data(each) for each in found])
    elif quiet:
        print("\n".join(str(each.number) for each in found))
    else:
        heads = ("design", "asked for", "kind", "scenarios", "with", "runs", "done", "failed", "model")
        rows = [
            (
                str(each.number),
                each.time[:16].replace("T", " "),
                each.kind,
                ", ".join(each.scenarios),
                each.label,
                str(each.asked),
                str(each.done),
                str(each.failed),
                "this one" if each.resumable else each.version,
            )
            for each in found
        ]
        show(table(f"{len(found)} experiments, the last one is shown by default", heads, rows, right=heads[5:8]))


def doctor(
    store: StoreFolder,
    repair: Annotated[
        bool, typer.Option("--repair", help="Keep all that is whole and move the rest into the store's folder 'aside'.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List everything that is wrong with a store, changing nothing; with --repair keep what is whole."""
    from app.output import print_json, uninterrupted
    from sim.experiments.doctor import examined, repaired

    if repair:
        with uninterrupted():
            done = repaired(store)
        found, after = done.found, done.after
    else:
        found = after = examined(store)
        done = None
    if json:
        print_json(_data(str(store), found, done))
    elif quiet:
        print("\n".join(problem.where for problem in found.problems), end="\n" if found.problems else "")
    else:
        _print(str(store), found, done)
    if not after.sound:
        raise typer.Exit(PROBLEMS)


def _data(store: str, found: Examination, done: Repair | None) -> dict[str, Any]:
    after = found if done is None else done.after
    return {
        "store": store,
        "sound": after.sound,
        "problems": [{"file": problem.where, "problem": problem.message} for problem in found.problems],
        "done": after.done,
        "to_compute": [{"scenario": run.scenario, "run": run.run, "key": run.key} for run in after.lost],
        "designs_to_resume": list(after.incomplete),
        "repaired": done is not None,
        "moved": list(done.moved) if done else [],
        "restored": list(done.restored) if done else [],
        "remaining": [{"file": problem.where, "problem": problem.message} for problem in after.problems],
    }


def _print(store: str, found: Examination, done: Repair | None) -> None:
    after = found if done is None else done.after
    for problem in found.problems:
        print(f"{problem.where}: {problem.message}")
    if done is not None:
        for name in done.moved:
            print(f"moved into aside: {name}")
        for name in done.restored:
            print(f"written again from the rest: {name}")
        for problem in after.problems:
            print(f"remains: {problem.where}: {problem.message}")
    print(f"{after.done} runs are whole" + ("" if found.problems else "; nothing is wrong"))
    if after.lost:
        print(f"{len(after.lost)} runs that are asked for are not there; a batch that goes on computes them:")
        print(_told(after.lost))
    folder = shlex.quote(store)
    if done is None and found.problems:
        print(f"To keep what is whole: lujiazui doctor {folder} --repair")
    elif done is not None:
        for number in after.incomplete:
            print(f"Next: lujiazui batch --resume --store {folder} --design {number}")


def _told(runs: tuple[AskedRun, ...]) -> str:
    """Runs by scenario, the numbers of each in a line."""
    by_scenario: dict[str, list[int]] = {}
    for run in runs:
        by_scenario.setdefault(run.scenario, []).append(run.run)
    lines = []
    for scenario, numbers in by_scenario.items():
        shown = ", ".join(str(number) for number in sorted(numbers)[:MOST_SHOWN])
        more = f" and {len(numbers) - MOST_SHOWN} more" if len(numbers) > MOST_SHOWN else ""
        lines.append(f"  {scenario}: {shown}{more}")
    return "\n".join(lines)


def register(commands: typer.Typer) -> None:
    """Add the commands of this file."""
    commands.command(epilog="Example: lujiazui designs runs")(designs)
    commands.command(epilog="Example: lujiazui doctor runs --repair")(doctor)
