"""What published figures changed in the answer for 2025: the same runs of the plan under three states of knowledge."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Flags, Floats
from calibration.calibrate import first_round
from calibration.diagnostics import explained, informative
from calibration.emulator import Emulator
from calibration.fit import Likelihood, prior_grid, weights
from calibration.moments import moments, observed_moments, tolerances
from calibration.past_runs import PastRuns, Progress, moment_matrix, parameters_at, points_of
from scenarios.plan import indicators
from scenarios.schema import Scenario
from sim.experiments.ensemble import run_requests
from sim.experiments.least_runs import quantiles_known
from sim.experiments.requests import RunRequest

if TYPE_CHECKING:
    import pandas as pd

PRIOR, RECALLED, EVERYTHING = "prior", "recalled figures", "recalled and published"
BASES = (PRIOR, RECALLED, EVERYTHING)
"""States of knowledge, each with more of the moments than the one before."""
QUANTILES = (0.05, 0.5, 0.95)
RESAMPLES = 2000


def published_change(
    store: PastRuns,
    runs: int,
    workers: int,
    scale: float = 1.0,
    progress: Progress | None = None,
    *,
    scenario: Scenario,
    futures: int,
) -> "pd.DataFrame":
    """Run a scenario to 2025 under parameters that three sets of moments support.

    The likelihood is that of the fit's emulator of the first round; the sets differ in the moments that count: none,
    those that rest on recalled figures, and all. Run k of each set has the same seed, and with it the same random draws
    and the same draw of all other parameters, so that differences of sets are less random than their values.

    Parameters
    ----------
    store
        Where runs are kept; those of a calibration with as many runs serve again. Runs of the scenario join them.
    runs
        Runs of the past spread over the prior, at least 24.
    workers, progress
        As in `calibrate`.
    scale
        Size of the model in the runs of the past.
    scenario
        The future, of its own size.
    futures
        Runs of the scenario for each set.

    Returns
    -------
    As `change_table`.

    Raises
    ------
    scenarios.InputError
        If there are too few runs to fit an emulator.
    """
    found = first_round(store, runs, workers, scale, progress)
    points, values = points_of(found), moment_matrix(found)
    used = informative(explained(points, values))
    recalled = np.array([moment.status == "recalled" for moment in moments()])
    kept = {PRIOR: used & False, RECALLED: used & recalled, EVERYTHING: used}
    drawn = points_given(points, values, kept, used, futures)
    answers: dict[str, dict[str, Floats]] = {}
    for basis, own in drawn.items():
        requests = [
            RunRequest(scenario, seed, parameters_at(at.tolist(), seed), run=seed) for seed, at in enumerate(own, 1)
        ]
        ensemble = run_requests(requests, store=store.folder, workers=workers)
        answers[basis] = {each.id: ensemble.at_target(scenario.name, each.id) for each in indicators()}
    return change_table(answers, {basis: int(flags.sum()) for basis, flags in kept.items()})


def points_given(
    points: Floats, values: Floats, kept: Mapping[str, Flags], used: Flags, count: int, seed: int = 1
) -> dict[str, Floats]:
    """Points of the posterior given each set of moments, shape (count, parameters) each.

    Points of the prior are drawn with the weights of the emulator's likelihood, by one uniform number for each place in
    all sets.

    Parameters
    ----------
    points, values
        Quantiles, shape (runs, parameters), and moments, shape (runs, moments), of runs spread over the prior.
    kept
        Flags of the moments that count, shape (moments,), by set; with none it is the prior.
    used
        Moments of which enough is explained to be emulated, flags, shape (moments,); those kept are among them.
    count, seed
        Number and seed of the draws.
    """
    emulator = Emulator.fitted(points, values[:, used])
    likelihood = Likelihood.of(emulator, tolerances()[used])
    grid = prior_grid(points.shape[1])
    expected = emulator.mean(grid)
    uniform = np.random.default_rng(seed).random(count)
    found = {}
    for basis, flags in kept.items():
        weight = np.full(len(grid), 1.0 / len(grid))
        if flags.any():
            weight = weights(likelihood.log(expected, observed_moments()[used], flags[used]))
        places = np.searchsorted(np.cumsum(weight), uniform).clip(max=len(grid) - 1)
        found[basis] = grid[places]
    return found


def change_table(answers: Mapping[str, Mapping[str, Floats]], counted: Mapping[str, int]) -> "pd.DataFrame":
    """Indicators in 2025 by state of knowledge, and how the median moves from one to the next.

    Parameters
    ----------
    answers
        Values by basis and indicator, shape (runs,), NaN for runs that are not done; run k has the same seed in all.
    counted
        Number of moments by basis.

    Returns
    -------
    One row an indicator and basis: indicator, basis, moments, runs, q05, q50, q95, chance (share of runs that meet the
    target), change (median less that of the basis before) and change_se (its standard error, by a bootstrap of run
    numbers), spread (q95 - q05 over that of the basis before); the last three are missing for the first basis.
    """
    import pandas as pd

    rows: list[dict[str, str | float]] = []
    for indicator in indicators():
        before: Floats | None = None
        for basis, own in answers.items():
            value = own[indicator.id]
            done = value[np.isfinite(value)]
            low, middle, high = quantiles_known(done, QUANTILES)
            row: dict[str, str | float] = {"indicator": indicator.id, "basis": basis, "moments": counted[basis]}
            row |= {"runs": len(done), "q05": low, "q50": middle, "q95": high}
            row["chance"] = float((done >= indicator.met_from).mean()) if len(done) else float("nan")
            row |= {"change": float("nan"), "change_se": float("nan"), "spread": float("nan")}
            if before is not None:
                old_low, old_middle, old_high = quantiles_known(before, QUANTILES)
                row["change"] = middle - old_middle
                row["change_se"] = _error_of_change(before, value)
                row["spread"] = (high - low) / (old_high - old_low) if old_high > old_low else float("nan")
            rows.append(row)
            before = value
    return pd.DataFrame(rows)


def _error_of_change(before: Floats, after: Floats, seed: int = 3) -> float:
    """Standard error of the difference of two medians over runs that share seeds, by a bootstrap of runs."""
    both = np.isfinite(before) & np.isfinite(after)
    if both.sum() < 2:
        return float("nan")
    rng = np.random.default_rng(seed)
    places = rng.integers(int(both.sum()), size=(RESAMPLES, int(both.sum())))
    moved = np.median(after[both][places], axis=1) - np.median(before[both][places], axis=1)
    return float(moved.std(ddof=1))
