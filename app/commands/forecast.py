"""The command `forecast`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.terminal.answer import answer
from app.terminal.options import (
    ForecastRuns,
    Json,
    KeptRuns,
    OwnPlan,
    Quiet,
    Scale,
    ScenarioName,
    Seed,
    Workers,
    refuse_unread,
)
from scenarios.errors import unknown

if TYPE_CHECKING:
    from app.reports.forecast import TargetConditions, Variants
    from sim.experiments.ensemble import Ensemble


def forecast(
    context: typer.Context,
    scenario: ScenarioName = "plan",
    runs: ForecastRuns = 200,
    seed: Seed = "1",
    scale: Scale = None,
    register: Annotated[
        Path | None,
        typer.Option(
            "--register", metavar="FILE", help="Write the whole distribution to a new file, for later scoring."
        ),
    ] = None,
    way: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="WAY",
            help="Beside the model alone: discrepancy (errors at earlier origins), pool (with naive rules), or model.",
        ),
    ] = "discrepancy",
    variants: Annotated[
        bool,
        typer.Option("--variants", help="2025 under alternative assumptions: prior, no effects, no interactions."),
    ] = False,
    conditions: Annotated[
        str | None,
        typer.Option(
            "--conditions", metavar="INDICATOR", help="Differences between runs that meet this target and the others."
        ),
    ] = None,
    plan: OwnPlan = None,
    store: KeptRuns = None,
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Forecast the indicators to the target year: quantiles by year; --register freezes them for later scoring."""
    from app.reports.forecast import Forecast

    if variants:
        refuse_unread(context, ["register", "conditions", "way"], "with --variants")
        answer(_variants(scenario, runs, seed, scale, store, workers, json or quiet, plan), json, quiet)
        return
    if conditions is not None:
        refuse_unread(context, ["register", "way"], "with --conditions")
        answer(_conditions(scenario, conditions, runs, seed, scale, store, workers, json or quiet, plan), json, quiet)
        return
    from app.terminal.amounts import names_of
    from calibration.forecast_register import checked_new, forecast_of
    from calibration.forecast_register import register as freeze
    from calibration.widened import WAYS
    from scenarios.errors import InputError

    if way not in WAYS:
        raise InputError(unknown("forecast_way", way, WAYS, key="--with"))
    if register is not None:
        checked_new(register)
    ensemble, name = runs_of(scenario, runs, seed, scale, store, workers, hidden=quiet or json, plan=plan)
    frozen = forecast_of(ensemble, name, about(runs, seed))
    digest = freeze(frozen, register) if register is not None else None
    done = int(ensemble.done(name).sum())
    names = names_of([ensemble.plan_of(name)])
    answer(Forecast(name, done, ensemble.conditions, frozen, way, register, digest, names), json, quiet)


def about(runs: int, seed: str) -> dict[str, Any]:
    """Metadata of a forecast: its runs, the version and the time."""
    from datetime import UTC, datetime

    from sim.runs.one_run import model_version

    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"runs": runs, "seed": int(seed), "version": model_version(), "registered_at": now}


def runs_of(
    scenario: str,
    runs: int,
    seed: str,
    scale: str | None,
    store: Path | None,
    workers: int | None,
    *,
    hidden: bool,
    macro: str | None = None,
    plan: str | None = None,
) -> tuple[Ensemble, str]:
    """Runs of one scenario and its name."""
    from app.terminal.asked import scenario_asked, seed_asked
    from app.terminal.progress import RunsBar
    from sim.experiments.ensemble import ensemble

    asked = scenario_asked(scenario, [], [], macro=macro, scale=scale, plan=plan)
    base_seed = seed_asked(seed)
    with RunsBar(hidden=hidden) as bar:
        found = ensemble(asked, runs=runs, seed=base_seed, store=store, workers=workers, progress=bar.note)
    return found, asked.name


def _variants(
    scenario: str,
    runs: int,
    seed: str,
    scale: str | None,
    store: Path | None,
    workers: int | None,
    hidden: bool,
    plan: str | None,
) -> Variants:
    from app.reports.forecast import Variants
    from app.terminal.asked import scenario_asked, seed_asked
    from app.terminal.progress import RunsBar
    from calibration.variants import variants

    asked = scenario_asked(scenario, [], [], macro=None, scale=scale, plan=plan)
    with RunsBar(hidden=hidden) as bar:
        table = variants(asked, runs=runs, seed=seed_asked(seed), store=store, workers=workers, progress=bar.note)
    return Variants(asked, runs, table)


def _conditions(
    scenario: str,
    indicator: str,
    runs: int,
    seed: str,
    scale: str | None,
    store: Path | None,
    workers: int | None,
    hidden: bool,
    plan: str | None,
) -> TargetConditions:
    from app.reports.forecast import TargetConditions
    from app.terminal.asked import scenario_asked, seed_asked
    from app.terminal.progress import RunsBar
    from calibration.conditions import conditions
    from scenarios.errors import InputError

    asked = scenario_asked(scenario, [], [], macro=None, scale=scale, plan=plan)
    if indicator not in asked.plan.indicator_ids:
        raise InputError(unknown("plan_indicator", indicator, asked.plan.indicator_ids, key="--conditions"))
    with RunsBar(hidden=hidden) as bar:
        found = conditions(
            asked, indicator, runs=runs, seed=seed_asked(seed), store=store, workers=workers, progress=bar.note
        )
    return TargetConditions(asked, indicator, found)
