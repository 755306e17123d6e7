"""Two ways from the same runs to a posterior, and how well each finds known parameters in runs it has not seen.

One emulates the moments and weighs points of the prior by a likelihood; the other adjusts the runs themselves by a
regression. Both see the moments that an emulator explains, with the same tolerances.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Flags, Floats
from calibration.calibrate import first_round
from calibration.diagnostics import FOLDS, explained, informative
from calibration.emulator import Emulator
from calibration.fit import Likelihood, prior_grid, weights
from calibration.moments import observed_moments, tolerances
from calibration.past_runs import PastRuns, Progress, moment_matrix, points_of, searched
from calibration.regression_adjusted import Draws, regression_adjusted, with_tolerance

if TYPE_CHECKING:
    import pandas as pd

EMULATOR, ADJUSTED = "emulator", "regression adjustment"
ALL = "all parameters"
PRIOR_CRPS = 1.0 / 6.0
"""Mean score of the prior, uniform, on truths drawn from it: E|u - v| - E|u - u'| / 2."""
POINTS = 2**13
"""Points of the prior that are weighed by the emulator's likelihood."""
INTERVALS = (0.5, 0.9)

Posterior = Callable[[Floats], Draws]
"""Posterior given observed moments, shape (moments,)."""


def by_emulator(points: Floats, values: Floats, tolerance: Floats) -> Posterior:
    """Posterior by Gaussian processes of the moments and a normal likelihood, as in the fit.

    Parameters
    ----------
    points
        Quantiles, shape (runs, parameters).
    values
        Moments of the runs, shape (runs, moments).
    tolerance
        Shape (moments,).
    """
    emulator = Emulator.fitted(points, values)
    likelihood = Likelihood.of(emulator, tolerance)
    grid = prior_grid(points.shape[1])[:POINTS]
    expected = emulator.mean(grid)
    return lambda observed: Draws(grid, weights(likelihood.log(expected, observed)))


def by_adjustment(points: Floats, values: Floats, tolerance: Floats) -> Posterior:
    """Posterior by regression adjustment of the runs; arguments as in `by_emulator`."""
    noisy = with_tolerance(values, tolerance, seed=3)
    return lambda observed: regression_adjusted(points, noisy, observed)


METHODS: dict[str, Callable[[Floats, Floats, Floats], Posterior]] = {EMULATOR: by_emulator, ADJUSTED: by_adjustment}


def inference(
    store: PastRuns, runs: int, workers: int, scale: float = 1.0, progress: Progress | None = None
) -> "pd.DataFrame":
    """Compare the methods on runs of the first round of a calibration.

    Parameters
    ----------
    store
        Where runs are kept; those of a calibration with as many runs serve again.
    runs
        Runs spread over the prior, at least 24.
    workers, scale, progress
        As in `calibrate`.

    Returns
    -------
    As `compared`.

    Raises
    ------
    scenarios.InputError
        If there are too few runs to fit an emulator.
    """
    found = first_round(store, runs, workers, scale, progress)
    points, values = points_of(found), moment_matrix(found)
    used = informative(explained(points, values))
    return compared(points, values, tolerances(), observed_moments(), used, searched())


def compared(
    points: Floats,
    values: Floats,
    tolerance: Floats,
    observed: Floats,
    used: Flags,
    names: tuple[str, ...],
    seed: int = 17,
) -> "pd.DataFrame":
    """Posteriors by each method given the observed moments, and scores on runs left out.

    Parameters
    ----------
    points
        Quantiles of runs spread over the prior, shape (runs, parameters).
    values
        Moments of the runs, shape (runs, moments).
    tolerance, observed
        Shape (moments,).
    used
        Which moments count, flags, shape (moments,).
    names
        Of the parameters.
    seed
        Seed of the split and of the tolerance of left-out runs.

    Returns
    -------
    One row a parameter and method, and last for each method that of ALL parameters together. Columns: parameter,
    method, mean (quantile of the prior) and sd_ratio (to the prior's) of the posterior, missing for ALL; crps_skill
    (1 - CRPS / that of the prior, mean over runs left out); inside_50, inside_90 (shares of central intervals that
    hold the truth); advantage (mean CRPS of the emulator less that of the method, over the prior's: above 0 the method
    is better) and advantage_se, its standard error over runs; runs, moments (numbers of those used).
    """
    import pandas as pd

    kept, known = values[:, used], tolerance[used]
    held = dict(scores_of_left_out(points, kept, known, seed))
    counts = {"runs": len(points), "moments": int(used.sum())}
    rows: list[dict[str, str | float]] = []
    overall: list[dict[str, str | float]] = []
    for method, fitted in METHODS.items():
        drawn = fitted(points, kept, known)(observed[used])
        mean = drawn.weights @ drawn.points
        spread = np.sqrt(drawn.weights @ (drawn.points - mean) ** 2)
        crps, inside = held[method]
        gain = (held[EMULATOR][0] - crps) / PRIOR_CRPS
        for place, name in enumerate(names):
            row: dict[str, str | float] = {"parameter": name, "method": method, "mean": float(mean[place])}
            row["sd_ratio"] = float(spread[place] * np.sqrt(12.0))
            rows.append({**row, **_summed(crps[:, place], inside[:, place], gain[:, place]), **counts})
        whole = _summed(crps.mean(axis=1), inside.mean(axis=1), gain.mean(axis=1))
        overall.append({"parameter": ALL, "method": method, **whole, **counts})
    order = [*names, ALL]
    table = pd.DataFrame([*rows, *overall])
    return table.sort_values("parameter", key=lambda column: column.map(order.index), kind="stable", ignore_index=True)


def _summed(crps: Floats, inside: Floats | Flags, gain: Floats) -> dict[str, float]:
    return {
        "crps_skill": float(1.0 - crps.mean() / PRIOR_CRPS),
        "inside_50": float(inside[:, 0].mean()),
        "inside_90": float(inside[:, 1].mean()),
        "advantage": float(gain.mean()),
        "advantage_se": float(gain.std(ddof=1) / np.sqrt(len(gain))),
    }


def scores_of_left_out(
    points: Floats, values: Floats, tolerance: Floats, seed: int
) -> Iterator[tuple[str, tuple[Floats, Flags]]]:
    """CRPS, shape (runs, parameters), and flags of INTERVALS that hold the truth, (runs, parameters, 2), by method.

    A quarter of the runs at a time is left out of everything, lengths of the emulator included; each left-out run with
    a draw of the tolerance is the data, and its own parameters are the truth. All methods see the same data.
    """
    rng = np.random.default_rng(seed)
    data = values + tolerance * rng.standard_normal(values.shape)
    fold = rng.permutation(len(points)) % FOLDS
    for method, fitted in METHODS.items():
        crps = np.empty(points.shape)
        inside = np.empty((*points.shape, len(INTERVALS)), dtype=np.bool_)
        for part in range(FOLDS):
            posterior = fitted(points[fold != part], values[fold != part], tolerance)
            for run in np.flatnonzero(fold == part):
                crps[run], inside[run] = scored_draws(posterior(data[run]), points[run])
        yield method, (crps, inside)


def scored_draws(drawn: Draws, truth: Floats) -> tuple[Floats, Flags]:
    """CRPS of weighted draws by parameter, (parameters,), and flags of central intervals, (parameters, intervals).

    CRPS = sum_i w_i |u_i - t| - 1/2 sum_ij w_i w_j |u_i - u_j|; the second sum over sorted draws is
    sum_i w_i u_i (2 W_i - w_i - 1), W the cumulative weight.
    """
    order = np.argsort(drawn.points, axis=0)
    sorted_points = np.take_along_axis(drawn.points, order, axis=0)
    weight = drawn.weights[order]
    below = np.cumsum(weight, axis=0)
    apart = (weight * np.abs(sorted_points - truth)).sum(axis=0)
    crps = apart - (weight * sorted_points * (2.0 * below - weight - 1.0)).sum(axis=0)
    rank = np.where(sorted_points < truth, weight, 0.0).sum(axis=0)
    inside = np.stack([np.abs(rank - 0.5) <= level / 2.0 for level in INTERVALS], axis=-1)
    return np.asarray(crps), inside
