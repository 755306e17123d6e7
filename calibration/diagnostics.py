"""Diagnostics of the fit: identification, recovery of known parameters, influence of single moments."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import kstest

from agents.arrays import Flags, Floats
from calibration.emulator import Emulator
from calibration.fit import Likelihood, effective, prior_grid, weights
from calibration.moments import Moment
from calibration.past_runs import designed, searched
from scenarios.parameters import ParameterSet, parameter_table
from sim.experiments.least_runs import LEAST_PER_PARAMETER

if TYPE_CHECKING:
    import pandas as pd

NOT_IDENTIFIED = 0.8
"""Ratio of posterior to prior standard deviation above which the data say too little."""
LEAST_EXPLAINED = 0.05
"""Share of variance in left-out runs below which a moment is not used to identify parameters."""
TOO_FEW_RUNS = "too few runs"
FOLDS = 4
WITHIN = (0.05, 0.95)
SHOWN = ("q05", "q50", "q95")
LEVELS = (0.05, 0.5, 0.95)


def values_at(points: Floats) -> Floats:
    """Values of the searched parameters at quantiles in their priors, shapes (points, parameters)."""
    prior = ParameterSet.prior_2020().parameters
    columns = [
        [float(prior[name].quantile([float(at)])) for at in points[:, place]]  # type: ignore[arg-type]
        for place, name in enumerate(searched())
    ]
    return np.array(columns).T


def least_runs() -> int:
    """Runs that a fit needs for statements on identification: ten for each parameter of the design."""
    return LEAST_PER_PARAMETER * len(designed())


def identification(points: Floats, runs: int | None = None) -> "pd.DataFrame":
    """Posterior against prior for each searched parameter.

    Columns: parameter, unit, prior_q05, prior_q50, prior_q95, q05, q50, q95, sd_ratio, verdict (`identified`, `not
    identified`, or `too few runs`). The ratio is that of standard deviations of quantiles in the prior, which is
    uniform, so that no tail decides it.

    Parameters
    ----------
    points
        Draws of the posterior as quantiles in the priors, shape (draws, parameters).
    runs
        Runs of the model behind them: with too few, a narrow posterior is that of a poor emulator. None where there is
        no emulator.
    """
    import pandas as pd

    units = {row.id: row.unit for row in parameter_table()}
    values, prior = values_at(points), values_at(np.tile(np.array(LEVELS)[:, None], (1, points.shape[1])))
    rows = []
    for place, name in enumerate(searched()):
        ratio = float(points[:, place].std() * np.sqrt(12.0))
        rows.append(
            {
                "parameter": name,
                "unit": units[name],
                **{f"prior_{label}": float(prior[at, place]) for at, label in enumerate(SHOWN)},
                **dict(zip(SHOWN, np.quantile(values[:, place], LEVELS).tolist(), strict=True)),
                "sd_ratio": ratio,
                "verdict": TOO_FEW_RUNS
                if runs is not None and runs < least_runs()
                else "not identified"
                if ratio > NOT_IDENTIFIED
                else "identified",
            }
        )
    return pd.DataFrame(rows)


def correlations(points: Floats) -> "pd.DataFrame":
    """Posterior correlation of each pair of searched parameters, in quantiles of the prior."""
    import pandas as pd

    names = list(searched())
    return pd.DataFrame(np.corrcoef(points, rowvar=False), index=names, columns=names)


def explained(points: Floats, values: Floats) -> Floats:
    """Share of the variance of each moment that an emulator explains in runs that it was not fitted to, (moments,).

    Lengths and variances too are chosen on every second run, and the others are predicted.

    Parameters
    ----------
    points
        Runs spread over the prior, quantiles, shape (runs, parameters).
    values
        Their moments, shape (runs, moments).
    """
    missed = values[1::2] - Emulator.fitted(points[::2], values[::2]).mean(points[1::2])
    return np.asarray(1.0 - (missed**2).mean(axis=0) / values[1::2].var(axis=0))


def informative(shares: Floats) -> Flags:
    """Moments of which so much is explained that they are used, shape (moments,); all where of none it is enough.

    A likelihood of the others would rest on the emulator's noise.
    """
    enough = shares > LEAST_EXPLAINED
    return enough if enough.any() else np.ones_like(enough)


def predicted(emulator: Emulator, points: Floats, tolerance: Floats, seed: int = 5) -> tuple[Floats, Floats]:
    """Predicted moments of runs at points, without and with a draw of the tolerance, shape (points, moments) each."""
    rng = np.random.default_rng(seed)
    residuals = emulator.residuals()
    expected = emulator.mean(points)
    alone = expected + residuals[rng.integers(len(residuals), size=len(points))]
    return alone, alone + tolerance * rng.standard_normal(alone.shape)


def moments_table(
    emulator: Emulator,
    points: Floats,
    asked: Sequence[Moment],
    tolerance: Floats,
    shares: Floats,
    count: int,
    seed: int = 5,
) -> "pd.DataFrame":
    """Observed moments and the predictions of prior and posterior for a run.

    Columns: moment, unit, observed, tolerance, prior_q05, prior_q50, prior_q95, q05, q50, q95, inside, explained, used.
    `inside` says whether the observed value lies in the central 90 % of posterior prediction with tolerance;
    `explained` is the share of variance that an emulator explains in runs it was not fitted to, `shares`; `used` says
    whether it is enough for the moment to serve the fit. The prior's quantiles are over the first `count` runs, which
    are spread over the prior.
    """
    import pandas as pd

    alone, blurred = predicted(emulator, points, tolerance, seed)
    low, high = np.quantile(blurred, WITHIN, axis=0)
    used = informative(shares)
    rows = []
    for place, moment in enumerate(asked):
        prior = np.quantile(emulator.values[:count, place], LEVELS)
        rows.append(
            {
                "moment": moment.id,
                "unit": moment.unit,
                "observed": moment.observed,
                "tolerance": moment.tolerance,
                **dict(zip([f"prior_{label}" for label in SHOWN], prior.tolist(), strict=True)),
                **dict(zip(SHOWN, np.quantile(alone[:, place], LEVELS).tolist(), strict=True)),
                "inside": bool(low[place] <= moment.observed <= high[place]),
                "explained": float(shares[place]),
                "used": bool(used[place]),
                "status": moment.status,
                "source": moment.source,
            }
        )
    return pd.DataFrame(rows)


def recovery(
    emulator: Emulator, tolerance: Floats, count: int, used: Flags | None = None, seed: int = 11
) -> "pd.DataFrame":
    """Fit made-up data of known parameters: each of the first `count` runs in turn, which are spread over the prior.

    The emulator has not seen the run that it is asked about. `used` says which moments count, as in `Likelihood.log`.

    One row a run and parameter: run, parameter, truth, rank, q05, q95 (quantiles of the prior). The data are the
    moments of the run with a draw of the tolerance. `rank` is the posterior probability below the truth; over many
    runs it is uniform when the method is right (simulation-based calibration; source: Talts and others, 2018).
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    parameters = emulator.points.shape[1]
    made_up = emulator.values + tolerance * rng.standard_normal(emulator.values.shape)
    fold = rng.permutation(count) % FOLDS
    grid = prior_grid(parameters)
    likelihood = Likelihood.of(emulator, tolerance)
    order = np.argsort(grid, axis=0)
    names = searched()
    rows = []
    for part in range(FOLDS):
        left_out = np.flatnonzero(fold == part)
        expected = emulator.without(left_out).mean(grid)
        for run in left_out:
            weight = weights(likelihood.log(expected, made_up[run], used))
            for place, name in enumerate(names):
                truth = emulator.points[run, place]
                at = grid[order[:, place], place]
                low, high = at[np.searchsorted(np.cumsum(weight[order[:, place]]), WITHIN)]
                rows.append(
                    {
                        "run": int(run),
                        "parameter": name,
                        "truth": float(truth),
                        "rank": float(weight[grid[:, place] < truth].sum()),
                        "q05": float(low),
                        "q95": float(high),
                        "points": effective(weight),
                    }
                )
    return pd.DataFrame(rows)


def recovery_summary(recovered: "pd.DataFrame") -> "pd.DataFrame":
    """Coverage of 90 % intervals and uniformity of ranks by parameter.

    Columns: parameter, coverage_90, coverage_90_of_20 (the first twenty runs), uniform_p (Kolmogorov-Smirnov),
    width_ratio (mean width of the interval over that of the prior).
    """
    import pandas as pd

    rows = []
    for name, group in recovered.groupby("parameter", sort=False):
        within = (group["q05"] <= group["truth"]) & (group["truth"] <= group["q95"])
        first = group.sort_values("run").head(20).index
        rows.append(
            {
                "parameter": name,
                "coverage_90": float(within.mean()),
                "coverage_90_of_20": float(within.loc[first].mean()),
                "uniform_p": float(kstest(group["rank"], "uniform").pvalue),
                "width_ratio": float((group["q95"] - group["q05"]).mean() / (WITHIN[1] - WITHIN[0])),
            }
        )
    return pd.DataFrame(rows)


def influence(
    emulator: Emulator, likelihood: Likelihood, asked: Sequence[Moment], used: Flags | None = None
) -> "pd.DataFrame":
    """Move of each posterior mean, in its standard deviations, when one moment is left out; moments by parameter.

    Zero where the moment is not among those `used`; all are when None.
    """
    import pandas as pd

    grid = prior_grid(emulator.points.shape[1])
    expected = emulator.mean(grid)
    observed = np.array([moment.observed for moment in asked])

    def mean_and_spread(kept: Flags) -> tuple[Floats, Floats]:
        weight = weights(likelihood.log(expected, observed, kept))
        mean = weight @ grid
        return mean, np.sqrt(weight @ (grid - mean) ** 2)

    everything = np.ones(len(asked), dtype=bool) if used is None else used
    mean, spread = mean_and_spread(everything)
    moves = []
    for place in range(len(asked)):
        others = everything.copy()
        others[place] = False
        moves.append((mean_and_spread(others)[0] - mean) / spread)
    return pd.DataFrame(moves, index=[moment.id for moment in asked], columns=list(searched()))
