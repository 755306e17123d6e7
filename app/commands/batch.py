"""The command `batch`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.terminal.answer import answer
from app.terminal.completion import lever_settings, scenario_names
from app.terminal.exit_codes import FAILED, INTERRUPTED
from app.terminal.options import (
    Json,
    Macro,
    OwnComponents,
    OwnPlan,
    ParameterSetName,
    Quiet,
    Scale,
    Seed,
    Without,
    Workers,
    refuse_unread,
)
from app.terminal.shares import SHARES_IN
from scenarios.bounds import LARGEST_SEED, MOST_RUNS
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    from sim.experiments.outcomes import RunOutcome


DECIDED_BEFORE = (
    "against",
    "runs",
    "seed",
    "draws",
    "settings",
    "macro",
    "parameters",
    "scale",
    "without",
    "component",
    "plan",
    "fork_at",
)
"""Options that determine the runs, which a batch that is resumed takes from the store."""


def batch(
    context: typer.Context,
    scenario: Annotated[
        list[str] | None,
        typer.Argument(
            help="Ready scenarios or scenario files; without any, the last experiment is resumed.",
            autocompletion=scenario_names,
        ),
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
            help="Parameter draws shared by the runs; 0 for the central point.",
        ),
    ] = None,
    workers: Workers = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address of a Dask scheduler, instead of local processes.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO",
            help="A further scenario; its policy is run in the world of the first.",
            autocompletion=scenario_names,
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Resume in an existing store only.")] = False,
    design: Annotated[
        int | None,
        typer.Option(
            "--design",
            min=0,
            max=LARGEST_SEED,
            metavar="N",
            help="Resume this experiment of the store, see 'designs'.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="LEVER=VALUE[@MONTH]",
            help=f"Intensity of a lever in all scenarios, from a month on; may be repeated. {SHARES_IN}",
            autocompletion=lever_settings,
        ),
    ] = None,
    macro: Macro = None,
    parameters: ParameterSetName = None,
    scale: Scale = None,
    without: Without = None,
    component: OwnComponents = None,
    plan: OwnPlan = None,
    fork_at: Annotated[
        str | None,
        typer.Option(
            "--fork-at",
            metavar="MONTH",
            help="First month in which the scenarios differ; earlier months are simulated once.",
        ),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run scenarios many times and store the results; stored runs are not repeated."""
    from app.cluster import executor_at, expect_scheduler
    from app.reports.batch import BatchDone, _place
    from app.terminal.asked import scenario_asked, seed_asked
    from app.terminal.progress import RunsBar
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
        twice = [name for place, name in enumerate(scenario) if name in scenario[:place]]
        if twice:
            raise InputError(coded("scenario.named_twice", name=twice[0]), key="scenario", value=" ".join(scenario))
        options: dict[str, Any] = {"macro": macro, "scale": scale, "parameters": parameters}
        options |= {"components": component or (), "plan": plan}
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
            "--plan": plan,
            "--fork-at": fork_at,
        }
        typed |= {"--seed": None if seed == "1" else seed, "--draws": None if draws is None else str(draws)}
        label = _as_typed(typed, {"--set": settings, "--without": without, "--component": component})
        with Store.writing(store) as written:
            written.keep_design(requests, label=label)
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
            go_on = f"lujiazui batch --resume --store {_place(store, design)}"
            if isinstance(stop, ClusterLost):
                bar.say(f"error: --scheduler: the scheduler at {scheduler} went away")
            bar.say(f"Interrupted; {kept} runs are kept. To go on: {go_on}")
            raise typer.Exit(INTERRUPTED) from None
    done = BatchDone(store, design, len(requests), Store.open(store).counts(), failures)
    answer(done, json, quiet)
    if failures:
        raise typer.Exit(FAILED)


def _as_typed(options: Mapping[str, object], repeated: Mapping[str, Sequence[str] | None]) -> str:
    """Options of a batch beside its scenarios, as they are typed."""
    typed = [text for name, value in options.items() if value is not None for text in (name, str(value))]
    typed += [text for name, values in repeated.items() for value in values or () for text in (name, value)]
    return shlex.join(typed)
