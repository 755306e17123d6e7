"""Ensembles of made-up values whose summaries are known beforehand."""

from dataclasses import replace

import numpy as np

from scenarios.calendar import month_ordinal
from scenarios.loader import load
from scenarios.plan import indicators
from sim.closing.indicators import FLOWS, PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble
from sim.experiments.pairing import Pairing
from sim.experiments.summary import Summary

MONTHS = 72
COLUMNS = (*PLAN_INDICATORS, "redline_warning", "redline_broken")
TARGETS = {each.id: each.target_value for each in indicators()}
START = {each.id: each.value_2020 for each in indicators()}
PROVENANCE = {
    "version": ["9.9.9"],
    "model": ["f" * 32],
    "seed": [1000000, 1000011],
    "design": {"number": 1, "time": "2026-01-02T03:04:05+00:00", "kind": "batch", "label": ""},
}


def values_of(shares, runs, gain=0.0, broken=0):
    """Months of all indicators; of each, `shares` of the runs meet the target, and all are `gain` targets higher."""
    found = np.zeros((runs, MONTHS, len(COLUMNS)))
    for place, name in enumerate(PLAN_INDICATORS):
        met = np.arange(runs) < round(shares.get(name, 0.5) * runs)
        # Within the runs that meet a target, and within those that do not, they differ a little.
        end = TARGETS[name] * (np.where(met, 1.1, 0.9) + 0.001 * np.arange(runs)) + gain * TARGETS[name]
        path = START[name] + (end[:, None] - START[name]) * np.clip((np.arange(MONTHS) - 11) / 60, 0.0, 1.0)
        path[:, -12:] = end[:, None]
        found[:, :, place] = path / 12.0 if name in FLOWS else path
    found[:broken, -6:, COLUMNS.index("redline_broken")] = 1.0
    found[: 2 * broken, -12:, COLUMNS.index("redline_warning")] = 1.0
    return found


def ensemble_of(values, kinds=("simulation",), scenarios=None):
    runs = len(next(iter(values.values())))
    pair = Pairing(0, "p", "neutral", 1.0, (), "", "m")
    names = {name: replace_name(load("committed" if name == "committed" else "plan"), name) for name in values}
    return Ensemble(
        values=values,
        columns=COLUMNS,
        first_month=month_ordinal("2020-01"),
        runs=tuple(range(runs)),
        scenarios=names if scenarios is None else scenarios,
        pairings={name: tuple(replace(pair, seed=seed) for seed in range(runs)) for name in values},
        kinds=frozenset(kinds),
    )


def replace_name(scenario, name):
    return scenario.model_copy(update={"name": name})


def summary_of(shares=None, runs=20, gain=0.0, broken=0, kinds=("simulation",), names=("plan", "committed")):
    """The summary of a scenario whose effect on every indicator is `gain` targets."""
    values = {name: values_of(shares or {}, runs, gain, broken) for name in names if name != "committed"}
    if "committed" in names:
        values["committed"] = values_of(shares or {}, runs)
    return Summary.of(ensemble_of(values, kinds), provenance=PROVENANCE)
