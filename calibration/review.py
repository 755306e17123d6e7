"""The mid-term review: probabilities of the targets, updated by observations so far.

Runs are weighted by how close they came to the observations. No run is changed and none is made to hit them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from calibration.later_observations import LaterObservation
from calibration.scores import score_table
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from scenarios.whole_years import BASE_YEAR
from sim.experiments.ensemble import Ensemble

if TYPE_CHECKING:
    import pandas as pd

LEAST_EFFECTIVE_RUNS = 10.0
"""Below this the weighted runs are too few to say anything."""
LEAST_BANDWIDTH = 0.01
"""Smallest bandwidth over the size of the observation: figures are published rounded."""


@dataclass(frozen=True)
class Review:
    """Probabilities before and after the observations."""

    table: "pd.DataFrame"
    """indicator, median_before, median_after, low_after, high_after (5 and 95 %), chance_before, chance_after; the
    values after the observations are NaN if too few runs are close to them."""
    effective_runs: float
    """Effective number of runs: (sum w)^2 / sum w^2."""
    runs: int
    used: tuple[LaterObservation, ...]
    outside: tuple[LaterObservation, ...]
    """Observations that lie outside all runs: the model did not see them coming."""
    scores: "pd.DataFrame"
    """Scores of the runs before they are weighted on these observations, beside naive rules; see `score_table`."""

    @property
    def tells(self) -> bool:
        """Whether enough runs are close to the observations."""
        return self.effective_runs >= LEAST_EFFECTIVE_RUNS


def run_weights(values: Floats, observed: Floats) -> Floats:
    """Weights of runs by their distance from the observations, adding to one.

    log w = -1/2 sum_j ((x_j - y_j) / h_j)^2,  h_j = max(1.06 sd_j n^(-1/5), 0.01 |y_j|)

    Parameters
    ----------
    values
        Simulated values of each observation, shape (runs, observations).
    observed
        The observations, shape (observations,).

    Source: kernel weighting of approximate Bayesian computation; the bandwidth is Silverman's.
    """
    runs = len(values)
    spread = values.std(axis=0, ddof=1) if runs > 1 else np.zeros(values.shape[1])
    bandwidth = np.maximum(1.06 * spread * runs ** (-0.2), LEAST_BANDWIDTH * np.abs(observed))
    distance = np.where(bandwidth > 0.0, (values - observed) / np.where(bandwidth > 0.0, bandwidth, 1.0), 0.0)
    logs = -0.5 * (distance**2).sum(axis=1)
    weights: Floats = np.exp(logs - logs.max())
    return weights / weights.sum()


def weighted_quantile(values: Floats, weights: Floats, q: float) -> float:
    """Smallest value up to which the weights reach `q`."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][min(int(np.searchsorted(reached, q)), len(values) - 1)])


def review(ensemble: Ensemble, scenario: str, observations: Sequence[LaterObservation]) -> Review:
    """Weight the runs of a scenario by observations, and compare 2025 before and after.

    Raises
    ------
    scenarios.InputError
        If no observation lies in the years of the runs.
    """
    import pandas as pd

    last = ensemble.target_year_of(scenario)
    covered = range(BASE_YEAR + 1, BASE_YEAR + 1 if last is None else last + 1)
    used = tuple(each for each in observations if each.year in covered)
    if not used:
        allowed = (
            coded("allowed.years", first=covered.start, last=covered.stop - 1)
            if covered
            else ensemble.target_year_told(scenario)
        )
        raise InputError(coded("observations.outside_runs"), key="--observed", allowed=allowed)
    columns = [ensemble.in_year(scenario, each.indicator, each.year) for each in used]
    values, observed = np.column_stack(columns), np.array([each.value for each in used])
    done = ensemble.done(scenario) & np.isfinite(values).all(axis=1)
    weights = run_weights(values[done], observed)
    even = np.full(len(weights), 1.0 / len(weights))
    effective = float(1.0 / (weights**2).sum())
    tells = effective >= LEAST_EFFECTIVE_RUNS
    rows = []
    for name, met_from in ensemble.plan_of(scenario).met_from.items():
        final = ensemble.at_target(scenario, name)[done]
        met = final >= met_from
        rows.append(
            {
                "indicator": name,
                "median_before": weighted_quantile(final, even, 0.5),
                "median_after": weighted_quantile(final, weights, 0.5) if tells else np.nan,
                "low_after": weighted_quantile(final, weights, 0.05) if tells else np.nan,
                "high_after": weighted_quantile(final, weights, 0.95) if tells else np.nan,
                "chance_before": float(met.mean()),
                "chance_after": float(weights @ met) if tells else np.nan,
            }
        )
    outside = tuple(
        each for each, own in zip(used, values[done].T, strict=True) if not own.min() <= each.value <= own.max()
    )
    by_observation = {(each.indicator, each.year): own for each, own in zip(used, values[done].T, strict=True)}
    scores = score_table(lambda indicator, year: by_observation[indicator, year], used)
    return Review(pd.DataFrame(rows), effective, int(done.sum()), used, outside, scores)
