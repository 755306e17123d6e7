"""The frontier of growth and resilience: targets reached against the chance and the size of systemic risk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Flags, Floats
from scenarios.calendar import BASELINE
from scenarios.errors import InputError, unknown
from scenarios.loader import load
from scenarios.problem_texts import coded
from scenarios.schema import Scenario
from scenarios.whole_years import checked_year
from sim.experiments.ensemble import Ensemble, Progress, run_requests
from sim.experiments.least_runs import LEAST_FOR_INTERVAL, error_of_share, standard_error
from sim.experiments.pool import Cancel, Workers
from sim.experiments.requests import ensemble_requests

if TYPE_CHECKING:
    import pandas as pd

POLICIES = (
    "frozen",
    "committed",
    "city_only",
    "opening",
    "green",
    "fintech",
    "headquarters_incentives",
    "plan",
    "stretch",
)
"""Ready scenarios that differ in policy alone."""
TAIL = 0.1
"""Part of the runs, those with the highest risk, behind the expected shortfall."""
RESAMPLES = 2000
KIND = "frontier"
"""Kind of its experiments in a store."""
ALONE = " + "
"""Between the base and the lever in the name of a scenario with one lever changed."""


@dataclass(frozen=True, eq=False)
class Frontier:
    """Scenarios and one-lever variants by growth and resilience."""

    base: str
    """Scenario that variants depart from and others are compared with."""
    table: "pd.DataFrame"
    """One row a scenario; see `frontier`."""

    @property
    def cheapest(self) -> str:
        """Lever whose variant loses fewest targets for each unit by which the shortfall falls; empty if none lowers it.

        Counted are variants whose interval lies below zero.
        """
        known = self.table[(self.table["lever"] != "") & (self.table["change_high"] < 0.0)]
        return "" if known.empty else str(known.sort_values("price", kind="stable")["lever"].iloc[0])


def expected_shortfall(values: Floats, tail: float = TAIL) -> Floats:
    """Mean of the highest values, a part `tail` of them and at least one, along the last axis.

    Source: Acerbi and Tasche 2002.
    """
    count = max(1, round(tail * values.shape[-1]))
    return np.asarray(np.sort(values, axis=-1)[..., -count:].mean(axis=-1))


def efficient(growth: Floats, *risks: Floats) -> Flags:
    """Which points no other one beats: as much growth and no more of any risk, and better in one; shape (n,)."""
    costs = np.stack([-growth, *risks])
    no_worse = (costs[:, None, :] >= costs[:, :, None]).all(axis=0)  # [i, j]: i is no worse than j
    better = (costs[:, None, :] > costs[:, :, None]).any(axis=0)
    return ~(no_worse & better).any(axis=0)


def variants(base: Scenario, levers: Iterable[str], intensity: float) -> dict[str, Scenario]:
    """The base with one lever at an intensity from 2021-01 on, by lever.

    Raises
    ------
    scenarios.InputError
        For an unknown lever, or one that cannot take the intensity.
    """
    known = [lever.id for lever in base.all_levers]
    made = {}
    for lever in levers:
        if lever not in known:
            raise InputError(unknown("lever", lever, known, key="--lever"))
        changed = base.with_levers({lever: intensity})
        made[lever] = Scenario(**{**changed.as_given(), "name": f"{base.name}{ALONE}{lever}"})
    return made


def lever_alone(name: str) -> str:
    """The lever that is changed alone in a scenario of a frontier, by its name; empty where none is."""
    return name.rpartition(ALONE)[2] if ALONE in name else ""


def frontier(
    scenarios: Sequence[str | Path | Scenario] = POLICIES,
    *,
    base: str | Path | Scenario = "plan",
    levers: Iterable[str] | None = None,
    intensity: float = 1.0,
    runs: int = 40,
    seed: int = 1,
    scale: float | None = None,
    store: str | Path | None = None,
    workers: int | Workers | None = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Frontier:
    """Hold growth against resilience, in paired runs of scenarios and of a base with one lever changed.

    Parameters
    ----------
    scenarios
        Scenarios; the base is added if it is not among them.
    base
        Scenario that the others are compared with, and in which levers are changed.
    levers
        Levers that are set alone to `intensity`; None takes all.
    intensity
        Intensity of such a lever from 2021-01 on, 0 to 1.
    runs, seed, scale, store, workers, progress, cancel
        As in `sim.ensemble`.

    Returns
    -------
    A table with a row a scenario: `scenario`; `lever`, of a variant; `targets`, expected number of the seven targets
    that are reached in 2025, or in the last whole year, with `targets_error`; `broken`, share of runs that break the
    redline in some month, with `broken_error`; `shortfall`, mean over the worst tenth of the runs of the highest
    monthly `systemic_risk` since 2021, usual spreads; `targets_change`, `broken_change`, `shortfall_change` against the
    base, the last with `change_low` and `change_high` (95 %, over resampled pairs); `price`, targets lost for each unit
    by which the shortfall falls (below zero where both gain, NaN where the interval does not lie below zero);
    `efficient`, whether no other row reaches as many targets with no more risk; `runs`. Errors and intervals are NaN
    below eight runs.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used, or no run is done.
    """
    start = load(base)
    asked = [load(each) for each in scenarios]
    if start.name not in [each.name for each in asked]:
        asked.append(start)
    alone = variants(start, [each.id for each in start.all_levers] if levers is None else levers, intensity)
    everything = [*asked, *alone.values()]
    for each in everything:
        checked_year(each)
    requests = ensemble_requests(everything, runs=runs, seed=seed, scale=scale)
    chosen = () if levers is None else alone
    size = start.scale if scale is None else scale
    settings = {"--base": start.name, "--intensity": f"{intensity:g}", "--seed": seed, "--scale": f"{size:g}"}
    label = " ".join(f"{option} {value}" for option, value in (*settings.items(), *(("--lever", id) for id in chosen)))
    found = run_requests(
        requests, store=store, workers=workers, progress=progress, cancel=cancel, kind=KIND, label=label
    )
    named = {scenario.name: lever for lever, scenario in alone.items()}
    return told(found, start.name, named)


def told(found: Ensemble, base: str, levers: dict[str, str]) -> Frontier:
    """The frontier of an ensemble; `levers` has the lever of each variant by the name of its scenario."""
    import pandas as pd

    there = np.logical_and.reduce([found.done(name) for name in found.values])
    if not there.any():
        raise InputError(coded("ensemble.nothing_done"), key="runs")
    reached, worst = ({name: of_run(found, name)[there] for name in found.values} for of_run in (_targets, _worst))
    crossed = {name: _crossed(found, name)[there] for name in found.values}
    drawn = np.random.default_rng(0).integers(int(there.sum()), size=(RESAMPLES, int(there.sum())))
    rows = []
    for name in found.values:
        shortfall, usual = (float(expected_shortfall(each)) for each in (worst[name], worst[base]))
        gaps = expected_shortfall(worst[name][drawn]) - expected_shortfall(worst[base][drawn])
        change = shortfall - usual
        gained = float(reached[name].mean() - reached[base].mean())
        high = _quantile(gaps, 0.975, len(worst[name]))
        rows.append(
            {
                "scenario": name,
                "lever": levers.get(name, ""),
                "targets": float(reached[name].mean()),
                "targets_error": standard_error(reached[name]),
                "broken": float(crossed[name].mean()),
                "broken_error": error_of_share(int(crossed[name].sum()), len(crossed[name])),
                "shortfall": shortfall,
                "targets_change": gained,
                "broken_change": float(crossed[name].mean() - crossed[base].mean()),
                "shortfall_change": change,
                "change_low": _quantile(gaps, 0.025, len(worst[name])),
                "change_high": high,
                # A fall that is not distinguished from none has no price: it would divide by chance.
                "price": gained / change + 0.0 if high < 0.0 else float("nan"),
                "runs": len(worst[name]),
            }
        )
    table = pd.DataFrame(rows)
    columns = (table[name].to_numpy(dtype=np.float64) for name in ("targets", "broken", "shortfall"))
    table["efficient"] = efficient(*columns)
    return Frontier(base, table)


def _quantile(values: Floats, share: float, runs: int) -> float:
    return float(np.quantile(values, share)) if runs >= LEAST_FOR_INTERVAL else float("nan")


def _targets(found: Ensemble, scenario: str) -> Floats:
    """Targets reached by run, shape (runs,)."""
    met = found.met(scenario).drop(columns="all")
    return met.sum(axis=1).to_numpy(dtype=np.float64)


def _since_2021(found: Ensemble, scenario: str, indicator: str) -> Floats:
    """An indicator by run and month from 2021-01 on, shape (runs, months)."""
    after = BASELINE + 1 - found.first_month
    return found.values[scenario][:, after:, found.columns.index(indicator)]


def _crossed(found: Ensemble, scenario: str) -> Flags:
    """Runs that break the redline in a month, shape (runs,)."""
    return np.asarray((_since_2021(found, scenario, "redline_broken") > 0.0).any(axis=1))


def _worst(found: Ensemble, scenario: str) -> Floats:
    """Highest monthly index of systemic risk by run, shape (runs,)."""
    return np.asarray(np.nanmax(_since_2021(found, scenario, "systemic_risk"), axis=1))
