"""Commands on many runs: `batch`, `compare`, `export`, `rerun`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.options import (
    DesignNumber,
    Json,
    Macro,
    ParameterSetName,
    Quiet,
    Scale,
    Seed,
    StoreFolder,
    Without,
    Workers,
    refuse_unread,
)
from scenarios.bounds import LARGEST_SEED, MOST_RUNS

if TYPE_CHECKING:
    from sim.experiments.outcomes import RunOutcome

INTERRUPTED = 2
DECIDED_BEFORE = ("against", "runs", "seed", "draws", "settings", "macro", "parameters", "scale", "without", "fork_at")
"""Options that decide what is run, and so are not read where a batch goes on."""


def batch(
    context: typer.Context,
    scenario: Annotated[
        list[str] | None,
        typer.Argument(help="Ready scenarios or scenario files; none goes on with what was asked last."),
    ] = None,
    store: Annotated[Path, typer.Option("--store", metavar="DIR", help="The folder of the store.")] = Path("runs"),
    runs: Annotated[int, typer.Option(min=1, max=MOST_RUNS, metavar="N", help="Runs of each scenario.")] = 200,
    seed: Seed = "1",
    draws: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=MOST_RUNS,
            metavar="N",
            help="Parameter draws shared by the runs; 0 takes the central point.",
        ),
    ] = None,
    workers: Workers = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address of a Dask scheduler, in place of processes.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO", help="One more scenario, of which the policy alone runs, in the world of the first."
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Only go on with a store that is there.")] = False,
    design: Annotated[
        int | None,
        typer.Option(
            "--design",
            min=0,
            max=LARGEST_SEED,
            metavar="N",
            help="Go on with this experiment of the store, see 'designs'.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="LEVER=VALUE[@MONTH]", help="A lever in all scenarios, from a month on; may be repeated."
        ),
    ] = None,
    macro: Macro = None,
    parameters: ParameterSetName = None,
    scale: Scale = None,
    without: Without = None,
    fork_at: Annotated[
        str | None,
        typer.Option(
            "--fork-at", metavar="MONTH", help="First month in which the scenarios differ: the past is shared."
        ),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run scenarios many times into a store. What the store holds already is not computed again."""
    from app.asked import scenario_asked, seed_asked
    from app.cluster import executor_at, expect_scheduler
    from app.output import print_json
    from app.progress import RunsBar
    from scenarios.errors import InputError
    from sim.experiments.ensemble import run_into_store
    from sim.experiments.pool import ClusterLost
    from sim.experiments.requests import ensemble_requests
    from sim.experiments.store import Store

    if not scenario:
        refuse_unread(context, DECIDED_BEFORE, "without a scenario: what was asked last goes on as it was asked")
    if scheduler is not None:
        refuse_unread(context, ["workers"], "with --scheduler: the cluster has its own")
        expect_scheduler(scheduler)
    if resume or not scenario:
        known = Store.open(store)
    if not scenario:
        requests = known.requests_of_design(design)
    else:
        refuse_unread(context, ["design"], "beside scenarios: it goes on with an experiment as it was asked for")
        if len(set(scenario)) < len(scenario):
            raise InputError("a scenario is named twice", key="scenario", value=" ".join(scenario))
        options = {"macro": macro, "scale": scale, "parameters": parameters}
        asked = [scenario_asked(name, settings or [], [], **options) for name in scenario]
        if against is not None:
            asked.append(asked[0].with_policy_of(scenario_asked(against, settings or [], [], **options)))
        requests = ensemble_requests(
            asked, runs=runs, seed=seed_asked(seed), draws=draws, interactions_off=without or (), fork_at=fork_at
        )
        typed = {
            "--against": against,
            "--macro": macro,
            "--scale": scale,
            "--parameters": parameters,
            "--fork-at": fork_at,
        }
        typed |= {"--seed": None if seed == "1" else seed, "--draws": None if draws is None else str(draws)}
        label = _as_typed(typed, settings or (), without or ())
        with Store.writing(store) as written:
            written.keep_design(requests, label=label)
    folder, chosen = shlex.quote(str(store)), "" if design is None else f" --design {design}"
    failures: list[str] = []
    with executor_at(scheduler) as executor, RunsBar(hidden=quiet or json) as bar:

        def note(outcome: RunOutcome, done: int, total: int) -> None:
            bar.show(done, total)
            if outcome.status != "done":
                failures.append(f"{outcome.request.scenario.name}, run {outcome.request.run}: {outcome.error}")
                bar.say(f"failed: {failures[-1]}")

        try:
            run_into_store(requests, store, workers=workers, executor=executor, progress=note)
        except (KeyboardInterrupt, ClusterLost) as stop:
            kept = Store.open(store).counts().get("done", 0)
            go_on = f"lujiazui batch --resume --store {folder}{chosen}"
            if isinstance(stop, ClusterLost):
                bar.say(f"error: --scheduler: the scheduler at {scheduler} went away")
            bar.say(f"Interrupted; {kept} runs are kept. To go on: {go_on}")
            raise typer.Exit(INTERRUPTED) from None
    counts = Store.open(store).counts()
    if json:
        print_json({"store": str(store), "asked": len(requests), **counts, "failures": failures})
    elif quiet:
        print(counts.get("done", 0))
    else:
        told = f"{len(requests)} runs asked for; the store {store} holds {counts.get('done', 0)}"
        print(told + (f", {counts['failed']} failed" if counts.get("failed") else ""))
        print(f"Next: lujiazui compare {folder}{chosen}")
    if failures:
        raise typer.Exit(1)


def _as_typed(options: Mapping[str, object], settings: Sequence[str], without: Sequence[str]) -> str:
    """What a batch is asked for with beside its scenarios, as it is typed."""
    typed = [text for name, value in options.items() if value is not None for text in (name, str(value))]
    typed += [text for setting in settings for text in ("--set", setting)]
    typed += [text for name in without for text in ("--without", name)]
    return shlex.join(typed)


def compare(
    store: StoreFolder,
    baseline: Annotated[str, typer.Option(metavar="SCENARIO", help="What the others are compared with.")] = "committed",
    design: DesignNumber = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare the scenarios of a store: paired effects with intervals, chances of the targets, regret."""
    from app import comparison
    from app.output import print_json
    from app.shown import known as number
    from app.stores import design_data
    from sim.experiments.ensemble import Ensemble
    from sim.experiments.store import Store

    opened = Store.open(store)
    ensemble = Ensemble.of_store(opened, design=design)
    known = opened.designs()
    shown = opened.design(design) if known else None
    compared = comparison.compared(ensemble, baseline)
    if json:
        print_json({"design": None if shown is None else design_data(shown), **compared})
    elif quiet:
        effects = compared["effects"]
        print("\n".join(f"{row['scenario']} {row['indicator']} {number(row['median'], 'g')}" for row in effects))
    else:
        if shown is not None and (len(known) > 1 or shown.label or shown.done < shown.asked):
            others = f"; {len(known)} experiments, see: lujiazui designs {store}" if len(known) > 1 else ""
            print(f"Design {shown}{others}")
        comparison.show(ensemble, compared)


def export(
    store: StoreFolder,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="A new or empty folder.")],
    kind: Annotated[str, typer.Option("--format", metavar="KIND", help="parquet, csv or netcdf.")] = "parquet",
    design: DesignNumber = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the tables of an experiment of a store as Parquet, CSV or netCDF files, all of them or none."""
    from app.output import print_json
    from sim.experiments.export import ABOUT, export_store
    from sim.experiments.store import Store

    files = export_store(Store.open(store), to, kind, design=design)
    files += [path for path in [to / ABOUT] if path.exists()]
    if json:
        print_json({"files": [str(path) for path in files]})
    elif quiet:
        print("\n".join(str(path) for path in files))
    else:
        for path in files:
            print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")


def rerun(
    store: StoreFolder,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Key of a run, or the beginning of it.")],
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a stored run again from the store alone, and say whether it is the same to the bit."""
    from app.output import print_json
    from sim.experiments.repeating import repeated
    from sim.experiments.store import Store

    told = repeated(Store.open(store), run)
    request = told.request
    if json:
        print_json(
            {
                "key": request.key,
                "same": told.same,
                "scenario": request.scenario.name,
                "seed": request.seed,
                "kernels": told.kernels,
                "kernels_here": told.kernels_here,
                "largest_difference": told.largest_difference,
                "largest_difference_of_plan": told.largest_difference_of_plan,
                "altered": told.altered,
                "reason": told.reason,
            }
        )
    elif quiet:
        print(request.key)
    else:
        verdict = "the same to the bit" if told.same else f"not the same: {told.reason}"
        print(f"{request.key}: {request.scenario.name}, seed {request.seed}: {verdict}")
    if not told.same:
        raise typer.Exit(1)


def register(commands: typer.Typer) -> None:
    """Add the commands of this file."""
    commands.command(epilog="Example: lujiazui batch plan committed --runs 200 --store runs")(batch)
    commands.command(epilog="Example: lujiazui compare runs --baseline committed")(compare)
    commands.command(epilog="Example: lujiazui export runs --to tables --format csv")(export)
    commands.command(epilog="Example: lujiazui rerun runs 3fa9")(rerun)
