"""A fit to the first years, whose predictions of the last ones are scored."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from calibration.calibrate import emulated, first_round
from calibration.diagnostics import LEVELS, SHOWN, WITHIN, predicted
from calibration.fit import prior_grid, sampled
from calibration.moments import Moment, dates_of, moments, observed_moments, tolerances
from calibration.past_runs import BASE_YEAR, PastRuns, Progress

if TYPE_CHECKING:
    import pandas as pd


def last_year(moment: Moment) -> int:
    """Year at whose end a moment is known."""
    return int(max(dates_of(moment.last))[:4])


def held_back(
    store: PastRuns, runs: int, workers: int, scale: float = 1.0, progress: Progress | None = None, *, until: int
) -> "pd.DataFrame":
    """Fit the searched parameters to the moments known at the end of a year, and predict the later moments.

    Parameters
    ----------
    store
        Where runs are kept; those of a calibration with as many runs serve again.
    runs
        Runs spread over the prior, at least 24.
    workers, scale, progress
        As in `calibrate`.
    until
        Last year of the fit, such as 2018.

    Returns
    -------
    One row a moment: moment, used (by the fit), observed, tolerance, prior_q05, prior_q50, prior_q95, q05, q50, q95 of
    predictions of prior and fit for a run with tolerance, inside (the central 90 % of the fit's), crps_prior and crps
    in the moment's unit. Both use the external drivers of the later years: they are conditional predictions.

    Raises
    ------
    scenarios.InputError
        If there are too few runs to fit an emulator.
    """
    import pandas as pd
    from scoringrules import crps_ensemble

    used = np.array([last_year(moment) <= until for moment in moments()])
    found = first_round(store, runs, workers, scale, progress)
    emulator, likelihood = emulated(found)
    points = sampled(emulator, likelihood, observed_moments(), BASE_YEAR, used).points
    fit = predicted(emulator, points, tolerances())[1]
    prior = predicted(emulator, prior_grid(points.shape[1])[: len(points)], tolerances())[1]
    scores: dict[str, Floats] = {
        name: np.asarray(crps_ensemble(observed_moments(), sample.T))
        for name, sample in (("fit", fit), ("prior", prior))
    }
    rows = []
    for place, moment in enumerate(moments()):
        low, high = np.quantile(fit[:, place], WITHIN)
        before, after = (np.quantile(sample[:, place], LEVELS).tolist() for sample in (prior, fit))
        rows.append(
            {
                "moment": moment.id,
                "used": bool(used[place]),
                "observed": moment.observed,
                "tolerance": moment.tolerance,
                **dict(zip([f"prior_{label}" for label in SHOWN], before, strict=True)),
                **dict(zip(SHOWN, after, strict=True)),
                "inside": bool(low <= moment.observed <= high),
                "crps_prior": float(scores["prior"][place]),
                "crps": float(scores["fit"][place]),
            }
        )
    return pd.DataFrame(rows)
