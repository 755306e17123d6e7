"""The command `compare`: the scenarios of a store side by side."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.terminal.answer import answer
from app.terminal.completion import scenario_names
from app.terminal.options import DesignNumber, Json, Quiet, StoreFolder
from scenarios.errors import InputError, nearest_name
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    from sim.experiments.ensemble import Ensemble


USUAL_BASELINE = "committed"
CAVEAT = (
    "Intervals are of the median effect over the runs. Effects of levers are priors without causal evidence; "
    "a run is one possible future, and the spread between runs is that of parameter and random draws."
)


def compare(
    store: StoreFolder,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO",
            help="Scenario with which the others are compared; committed by default, else the last one.",
            autocompletion=scenario_names,
        ),
    ] = None,
    design: DesignNumber = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare the scenarios of a store: paired effects with intervals, probabilities of the targets, regret."""
    from app.reports.compare import Comparison, StoreDesign
    from app.terminal.amounts import names_of
    from sim.experiments.ensemble import Ensemble
    from sim.experiments.store import Store

    opened = Store.open(store)
    ensemble = Ensemble.of_store(opened, design=design)
    known_designs = opened.designs()
    chosen = StoreDesign(store, opened.design(design), len(known_designs)) if known_designs else None
    names = names_of(ensemble.plan_of(each) for each in ensemble.values)
    against, note = chosen_baseline(list(ensemble.values), baseline)
    answer(Comparison(compared(ensemble, against), chosen, names, note), json, quiet)


def chosen_baseline(names: Sequence[str], asked: str | None) -> tuple[str, str]:
    """The scenario with which the others are compared, and a line that says so where it was not to be expected.

    Parameters
    ----------
    names
        Scenarios of the runs, in their order.
    asked
        What --baseline names.

    Raises
    ------
    InputError
        If there are no runs of the scenario that is named.
    """
    if asked is not None and asked not in names:
        raise InputError(
            coded("ensemble.no_runs", scenario=asked),
            key="--baseline",
            value=asked,
            allowed=", ".join(names),
            nearest=nearest_name(asked, names),
        )
    usual = asked or USUAL_BASELINE
    if usual in names or len(names) < 2:
        return usual, ""
    return names[-1], f"Compared with {names[-1]}, the last scenario of the runs; --baseline SCENARIO names another."


def compared(ensemble: Ensemble, baseline: str) -> dict[str, Any]:
    """Effects against the baseline, chances of the targets and regret, as records.

    A scenario that has no pair with the baseline, or no year, is in `not_compared` with the reason.

    Raises
    ------
    InputError
        If there are no runs of the baseline, or no scenario has a pair with it.
    """
    from sim.closing.dictionary import unit_of

    effects, displacement, pairs, apart = [], [], [], []
    refused = None
    others = [name for name in ensemble.values if name != baseline]
    if len(ensemble.values) > 1:
        ensemble.last_month(baseline)  # refuses a baseline that is not there
        for scenario in others:
            try:
                found = ensemble.pairs(scenario, baseline)
                table = ensemble.difference(scenario, baseline)
            except InputError as error:
                refused = refused or error
                apart.append({"scenario": scenario, "why": error.problems[0].message})
                continue
            told = {"pairs": len(found), "left_out": found.left_out, "why": found.reason}
            pairs.append({"scenario": scenario, **told, "year": ensemble.common_year(scenario, baseline)})
            rows = table.to_dict("records")
            effects += [{"scenario": scenario, **row, "unit": unit_of(str(row["indicator"]))} for row in rows]
            displacement += _displacement(ensemble, scenario, baseline)
        if refused is not None and not pairs:
            raise refused
    targets = ensemble.probability_of_target().to_dict("records")
    return {
        "baseline": baseline,
        "runs": max((int(ensemble.done(name).sum()) for name in ensemble.values), default=0),
        "done": {name: int(ensemble.done(name).sum()) for name in ensemble.values},
        "years": {name: ensemble.target_year_of(name) for name in ensemble.values},
        "failures": list(ensemble.failures),
        "conditions": ensemble.conditions.as_dict(),
        "caveat": CAVEAT,
        "settings": {name: list(each.settings) for name, each in ensemble.scenarios.items() if each.settings},
        "warnings": _warnings(ensemble, pairs, apart, targets),
        "pairs": pairs,
        "not_compared": apart,
        "effects": effects,
        "displacement": displacement,
        "targets": targets,
        "redline": ensemble.redline().to_dict("records"),
        "regret": ensemble.regret().to_dict("records") if len(ensemble.values) > 1 else [],
        "triggers": [
            {"scenario": scenario, **row}
            for scenario in ensemble.values
            for row in ensemble.fired(scenario).reset_index().to_dict("records")
        ],
    }


def _displacement(ensemble: Ensemble, scenario: str, baseline: str) -> list[dict[str, Any]]:
    """Rows on displacement; none for a store of an earlier version, which did not record the rivals."""
    try:
        moved = ensemble.displacement(scenario, baseline)
    except InputError:
        return []
    return [{"scenario": scenario, **row} for row in moved.to_dict("records")]  # type: ignore[dict-item]


def _warnings(
    ensemble: Ensemble,
    pairs: Iterable[Mapping[str, Any]],
    apart: Iterable[Mapping[str, Any]],
    targets: Iterable[Mapping[Hashable, Any]],
) -> list[str]:
    """Notes on the tables: scenarios left out, statistics that so few runs do not support, the year compared."""
    from sim.experiments.least_runs import LEAST_FOR_INTERVAL, too_few

    told = [f"{each['scenario']} is not compared: {each['why']}." for each in apart]
    for each in pairs:
        if each["left_out"]:
            told.append(f"{each['scenario']}: {each['left_out']} runs without a partner are left out: {each['why']}.")
        if each["pairs"] < LEAST_FOR_INTERVAL:
            told.append(f"{each['scenario']}: {too_few(each['pairs'])} for intervals of effects.")
    for name in ensemble.values:
        done = int(ensemble.done(name).sum())
        if not done:
            told.append(f"{name}: no run is done.")
            continue
        if done < LEAST_FOR_INTERVAL:
            told.append(f"{name}: {too_few(done)} for standard errors.")
        target_year = ensemble.plan_of(name).target_year
        if ensemble.target_year_of(name) != target_year:
            told.append(f"{name} is held against the targets of {target_year} in {ensemble.target_year_told(name)}.")
        unknown = [str(row["indicator"]) for row in targets if row["scenario"] == name and not row["runs"]]
        if unknown and ensemble.target_year_of(name) is not None:
            told.append(f"{name}: its runs do not have {', '.join(unknown)}.")
    return told
