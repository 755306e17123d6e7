"""Conditions of meeting a target: differences between the runs that meet it and those that do not."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import ks_2samp

from agents.arrays import Flags, Floats
from scenarios.schema import Scenario
from scenarios.whole_years import BASE_YEAR, checked_year
from sim.experiments.ensemble import Ensemble, Progress, run_requests
from sim.experiments.requests import RunRequest, ensemble_requests

if TYPE_CHECKING:
    import pandas as pd

WORLD = {"us_yield": "mean", "china_yield": "mean", "usdcny": "last"}
"""Indicators that describe the outside world, and the statistic of each from 2021 to the end."""
LEAST_ON_A_SIDE = 10
"""Runs that must meet a target, and miss it, for the two sides to be compared."""
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Conditions:
    """How runs that meet a target differ from those that miss it."""

    indicator: str
    met: int
    runs: int
    table: "pd.DataFrame"
    """factor, kind (parameter, effect of a lever, world), median_met, median_missed, distance (Kolmogorov-Smirnov), p
    (corrected for the number of factors), the most telling first; empty when too few runs are on a side."""

    @property
    def comparable(self) -> bool:
        """Whether enough runs meet the target and enough miss it."""
        return LEAST_ON_A_SIDE <= self.met <= self.runs - LEAST_ON_A_SIDE


def drawn_factors(requests: list[RunRequest]) -> dict[tuple[str, str], Floats]:
    """Drawn differences between runs, by kind and name, shape (runs,) each; constants are left out."""
    found: dict[tuple[str, str], Floats] = {}
    first = requests[0].parameters
    for name, value in first.items():
        if isinstance(value, float):
            found["parameter", name] = np.array([each.parameters[name] for each in requests])
    for lever, channel in first.betas:
        values = np.array([each.parameters.betas[lever, channel] for each in requests])
        found["effect of a lever", f"{lever} on {channel}"] = values
    return {key: values for key, values in found.items() if np.ptp(values) > 0.0}


def conditions(
    scenario: str | Path | Scenario,
    indicator: str,
    *,
    runs: int = 200,
    seed: int = 1,
    scale: float | None = None,
    store: str | Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Conditions:
    """Compare the runs of a forecast that meet a target with those that miss it.

    For every parameter, effect of a lever and course of the outside world, the distance between the two distributions
    (Monte Carlo filtering; source: Saltelli and others, 2008, chapter 5). A factor that stands out is
    associated with meeting the target; it need not be a cause.

    Parameters
    ----------
    scenario, runs, seed, scale, store, workers, progress
        As in `sim.ensemble`.
    indicator
        A plan indicator.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    requests = ensemble_requests([scenario], runs=runs, seed=seed, scale=scale)
    checked_year(requests[0].scenario)
    ensemble = run_requests(requests, store=store, workers=workers, progress=progress)
    name = requests[0].scenario.name
    there = ensemble.done(name)
    last = ensemble.at_target(name, indicator)[there]
    done = {run for run, is_done in zip(ensemble.runs, there, strict=True) if is_done}
    factors = drawn_factors([each for each in requests if each.run in done])
    world = {factor: values[there] for factor, values in world_factors(ensemble, name).items()}
    return filtered(indicator, last >= ensemble.plan_of(name).met_from[indicator], {**factors, **world})


def world_factors(ensemble: Ensemble, scenario: str) -> dict[tuple[str, str], Floats]:
    """Course of the outside world in each run to the end of the year asked about, by kind and name, shape (runs,)."""
    last = ensemble.target_year_of(scenario) or BASE_YEAR
    future = np.asarray((ensemble.months.year > BASE_YEAR) & (ensemble.months.year <= last))
    found = {}
    for name, taken in WORLD.items():
        values = ensemble.values[scenario][:, future, ensemble.columns.index(name)]
        found["world", f"{name}, {taken}"] = values.mean(axis=1) if taken == "mean" else values[:, -1]
    return found


def filtered(indicator: str, met: Flags, factors: Mapping[tuple[str, str], Floats]) -> Conditions:
    """Distances between the runs that met the target, shape (runs,) flags, and the others."""
    import pandas as pd

    result = Conditions(indicator, int(met.sum()), len(met), pd.DataFrame())
    if not result.comparable:
        return result
    rows = []
    for (kind, name), values in factors.items():
        test = ks_2samp(values[met], values[~met])
        rows.append(
            {
                "factor": name,
                "kind": kind,
                "median_met": float(np.median(values[met])),
                "median_missed": float(np.median(values[~met])),
                "distance": float(test.statistic),
                "p": min(1.0, float(test.pvalue) * len(factors)),
            }
        )
    table = pd.DataFrame(rows).sort_values("distance", ascending=False, ignore_index=True)
    return Conditions(result.indicator, result.met, result.runs, table)
