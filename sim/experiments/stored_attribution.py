"""An exact attribution read from a store, for the two scenarios of a report."""

import numpy as np

from agents.arrays import Floats
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.errors import InputError
from scenarios.schema import Scenario
from scenarios.whole_years import answering_year
from sim.experiments.attribution import (
    KIND,
    Attribution,
    Coalition,
    all_coalitions,
    coalition_name,
    exactly_split,
    outcomes_of,
    players_of,
    stored_outcomes,
)
from sim.experiments.store import Store
from sim.experiments.stored_design import StoredDesign

WORLD = ("macro", "drivers", "shocks", "end", "parameters", "rival_centres", "triggers", "own_plan")
"""Settings in which an attribution and a report must agree; the scale may differ and is stated."""


def stored_attribution(store: Store, target: Scenario, base: Scenario) -> tuple[Attribution, float] | None:
    """Return the last finished attribution by task group of these scenarios in a store, with the scale of its runs.

    None where the store holds none: no experiment of the kind whose scenarios have the same policies in the same world.
    """
    found = attribution_of_design(store, target, base)
    return None if found is None else found[:2]


def attribution_of_design(
    store: Store, target: Scenario, base: Scenario
) -> tuple[Attribution, float, StoredDesign] | None:
    """Return the same with the experiment that it was, which has version, seeds and number of its runs."""
    for design in reversed(store.designs()):
        if design.kind == KIND and design.done == design.asked:
            found = _of_design(store, design, target, base)
            if found is not None:
                return *found, design
    return None


def _of_design(
    store: Store, design: StoredDesign, target: Scenario, base: Scenario
) -> tuple[Attribution, float] | None:
    hashes = {run.scenario: run.scenario_hash for run in design.runs}
    names = list(hashes)
    count = len(names).bit_length() - 1
    coalitions = all_coalitions(count)
    if set(names) != {coalition_name(each) for each in coalitions}:
        return None  # sampled, not exact
    empty, full = (
        store.scenario(hashes[coalition_name(each)], {"name": coalition_name(each)})
        for each in (frozenset(), frozenset(range(count)))
    )
    if not (same_policy(empty, base) and same_policy(full, target)):
        return None
    players = tuple(players_of(full, empty, "group"))
    year = answering_year(month_ordinal(full.end), full.plan.target_year)
    if len(players) != count or year is None:
        return None
    try:
        values = _values(store, design, coalitions, year, outcomes_of(full))
    except InputError:
        return None  # a run of it is no longer there
    return exactly_split(players, values, year, outcomes_of(full)), full.scale


def _values(
    store: Store, design: StoredDesign, coalitions: list[Coalition], year: int, outcomes: tuple[str, ...]
) -> dict[Coalition, Floats]:
    by_key = stored_outcomes(store, [run.key for run in design.runs], year, outcomes)
    runs: dict[str, list[Floats]] = {}
    for run in sorted(design.runs, key=lambda each: each.run):
        runs.setdefault(run.scenario, []).append(by_key[run.key])
    return {coalition: np.stack(runs[coalition_name(coalition)]) for coalition in coalitions}


def same_policy(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios set the same policy in the same world, whatever their names and scales."""
    if any(getattr(one, name) != getattr(other, name) for name in WORLD):
        return False
    first, last = BASELINE + 1, month_ordinal(one.end)
    return np.array_equal(one.intensities(first, last), other.intensities(first, last)) and np.array_equal(
        one.departures(first, last), other.departures(first, last)
    )
