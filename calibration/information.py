"""Which series of 2017-2020 would narrow the answer for 2025 most, were they known."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from calibration.moments import moments
from calibration.past_runs import PastRun, parameters_at
from scenarios.schema import Scenario
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import run_requests
from sim.experiments.outcomes import RunOutcome
from sim.experiments.requests import RunRequest

if TYPE_CHECKING:
    import pandas as pd

LEAST_VARIATION = 1e-9


def value_of_information(
    past: Sequence[PastRun],
    scenario: Scenario,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> "pd.DataFrame":
    """Share of the variance of each indicator in 2025 that knowing a series of 2017-2020 would take away.

    The runs of the past and of the future have the same parameters, drawn from the posterior; the share is the adjusted
    R^2 of a linear regression of 2025 on the series' yearly growth, the share that a perfect observation would explain.

    Parameters
    ----------
    past
        Runs of 2016-2020 near the posterior.
    scenario
        The future.
    workers
        Processes.
    progress
        Called with the numbers of finished and requested runs.

    Returns
    -------
    One row an indicator and series: indicator, series, share, used (whether a moment of the fit rests on it already).
    """
    import pandas as pd

    requests = [
        RunRequest(scenario, run.request.seed, parameters_at(run.request.point, run.request.seed), run=place)
        for place, run in enumerate(past)
    ]

    def note(_: RunOutcome, done: int, total: int) -> None:
        if progress is not None:
            progress(done, total)

    ensemble = run_requests(requests, workers=workers, progress=note)
    done = ensemble.done(scenario.name)
    known = [past[run] for run, there in zip(ensemble.runs, done, strict=True) if there]
    used = {name for moment in moments() for name in moment.simulated}
    growth = {name: yearly_growth(np.array([run.annual[name].to_numpy() for run in known])) for name in known[0].annual}
    rows = []
    for indicator in PLAN_INDICATORS:
        answer = ensemble.at_target(scenario.name, indicator)[done]
        for name, series in growth.items():
            if series.shape[1]:
                share = explained_share(series, answer)
                rows.append({"indicator": indicator, "series": name, "share": share, "used": name in used})
    table = pd.DataFrame(rows)
    return table.sort_values(["indicator", "share"], ascending=[True, False], ignore_index=True)


def yearly_growth(values: Floats) -> Floats:
    """Change from year to year, in logs where all are positive, shape (runs, years - 1); constant years left out."""
    change = np.diff(np.log(values) if (values > 0.0).all() else values, axis=1)
    finite = np.isfinite(change).all(axis=0)
    return np.asarray(change[:, finite & (np.where(finite, change, 0.0).std(axis=0) > LEAST_VARIATION)])


def explained_share(series: Floats, answer: Floats) -> float:
    """Adjusted R^2 of a linear regression, at least zero; shapes (runs, terms) and (runs,)."""
    runs, terms = series.shape
    design = np.column_stack([np.ones(runs), (series - series.mean(axis=0)) / series.std(axis=0)])
    left = answer - design @ np.linalg.lstsq(design, answer, rcond=None)[0]
    total = float(((answer - answer.mean()) ** 2).sum())
    if total <= 0.0 or runs <= terms + 1:
        return 0.0
    return float(max(0.0, 1.0 - (left**2).sum() / total * (runs - 1) / (runs - terms - 1)))
