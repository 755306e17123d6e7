"""The brief of an experiment of a store."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from agents.arrays import Floats
from app.briefing.brief import Brief
from app.briefing.moved import moves, outcome_effects
from app.web.discrepancy_band import discrepancy_band
from calibration.observations import observed_under
from sim.experiments.ensemble import Ensemble
from sim.experiments.export import provenance
from sim.experiments.frontier import KIND, lever_alone
from sim.experiments.store import Store
from sim.experiments.stored_attribution import stored_attribution
from sim.experiments.stored_design import StoredDesign
from sim.experiments.stored_frontier import own_frontier, stored_frontier
from sim.experiments.summary import Effect, Summary


def brief_of_store(
    folder: Path,
    *,
    design: int | None = None,
    scenario: str | None = None,
    baseline: str | None = None,
    question: str = "",
) -> Brief:
    """Return the brief of a batch in a store.

    Parameters
    ----------
    folder
        The store.
    design
        Number of an experiment; the last batch by default.
    scenario, baseline, question
        As in `sim.experiments.summary.Summary.of` and `app.briefing.brief.Brief`.

    Raises
    ------
    scenarios.InputError
        If the store cannot be read or holds no batch, or a scenario is not in it.
    """
    store = Store.open(folder)
    known = store.design(design) if design is not None else store.design(kind="batch") if store.designs() else None
    number = None if known is None else known.number
    ensemble = Ensemble.of_store(store, design=number)
    found = Summary.of(ensemble, provenance=provenance(store, ensemble, number), scenario=scenario, baseline=baseline)
    if found.baseline is not None:
        split = stored_attribution(store, found.scenarios[found.main], found.scenarios[found.baseline])
        if split is not None:
            found = found.with_attribution(*split)
    return Brief(
        found,
        question,
        {each: observed_under(found.plan, each) for each in found.plan.indicator_ids},
        _wide(ensemble, found.main),
        outcomes=_outcomes(ensemble, found),
        frontier=stored_frontier(store, found.scenarios[found.main]) or own_frontier(ensemble, found.main),
        commands=_commands(folder, known, found),
    )


def _outcomes(ensemble: Ensemble, summary: Summary) -> Mapping[str, Effect]:
    """Effects on the outcomes that the levers aim at which differ from the baseline, where they are few."""
    if summary.main not in summary.effects or summary.baseline is None:
        return {}
    moved = moves(summary.scenarios[summary.main], summary.scenarios[summary.baseline], summary.year)
    return outcome_effects(ensemble, summary.main, summary.baseline, [each.lever for each in moved])


def _wide(ensemble: Ensemble, scenario: str) -> Mapping[str, Floats]:
    """Bands with the model's own error, of those indicators where it is known."""
    ids = ensemble.plan_of(scenario).indicator_ids
    bands = {each: discrepancy_band(ensemble, scenario, each) for each in ids if each in ensemble.columns}
    return {name: band for name, band in bands.items() if band is not None}


def _commands(folder: Path, design: StoredDesign | None, summary: Summary) -> tuple[str, ...]:
    """The commands that make the runs and the page again; file names of scenarios are those of the first time."""
    store = shlex.quote(folder.name)
    if design is None:
        return (f"lujiazui report {store}",)
    runs = len({run.run for run in design.runs})
    against = shlex.split(design.label)
    baseline = against[against.index("--against") + 1] if "--against" in against else None
    command = "frontier" if design.kind == KIND else "batch"
    names = [name for name in design.scenarios if name != baseline and not (design.kind == KIND and lever_alone(name))]
    label = f" {design.label}" if design.label else ""
    if summary.plan.digest and "--plan" not in against:  # a run from Python names no folder
        label += f" --plan {shlex.quote(summary.plan.name)}"
    again = shlex.join(["lujiazui", command, *names, "--runs", str(runs)]) + label
    report = ["lujiazui", "report", folder.name, "--scenario", summary.main]
    report += [] if summary.baseline is None else ["--baseline", summary.baseline]
    return f"{again} --store {store}", shlex.join(report)
