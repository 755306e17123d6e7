"""Which series of 2017-2020, and which single figures, would narrow the answer for 2025 most, were they known."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Floats
from calibration.figures import Figure, chosen_figures, to_look_up
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

    The runs of the past and of the future have the same parameters, drawn from the posterior; see `information_table`.

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
    """
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
    answers = {name: ensemble.at_target(scenario.name, name)[done] for name in PLAN_INDICATORS}
    return information_table(known, answers)


def information_table(past: Sequence[PastRun], answers: Mapping[str, Floats]) -> "pd.DataFrame":
    """Value of series and of figures for answers of the same runs.

    Parameters
    ----------
    past
        Runs of the past.
    answers
        Values of each indicator in 2025 of the same parameters, shape (runs,) each.

    Returns
    -------
    One row an indicator and series, with the share of the variance that all its yearly growth would take away: the
    adjusted R^2 of a linear regression, what a perfect observation would explain. Columns: indicator, series, share,
    used (whether a moment of the fit rests on the series); year, rank, by_chance are missing.

    After them one row an indicator and figure to look up, in the order of choice (`figures.chosen_figures`): `year` of
    the figure, the growth of the series in that year; `rank` of the choice, from 1; `share` is what it takes away
    beyond the figures before it, and `by_chance` what the best of as many unrelated figures would.
    """
    import pandas as pd

    used = {name for moment in moments() for name in moment.simulated}
    annual: dict[str, Floats] = {
        str(name): np.array([run.annual[name].to_numpy() for run in past]) for name in past[0].annual
    }
    rows: list[dict[str, Any]] = []
    for indicator, answer in answers.items():
        for name, values in annual.items():
            series = yearly_growth(values)
            if series.shape[1]:
                share = explained_share(series, answer)
                rows.append({"indicator": indicator, "series": name, "share": share, "used": name in used})
    table = pd.DataFrame(rows).sort_values(["indicator", "share"], ascending=[True, False], ignore_index=True)
    years = [int(year) for year in past[0].annual.index[1:]]
    figures: dict[Figure, Floats] = {}
    for name, values in annual.items():
        for year, growth in zip(years, np.diff(_scaled(values), axis=1).T, strict=True):
            if moves(growth) and to_look_up(Figure(name, year)):
                figures[Figure(name, year)] = growth
    single: list[dict[str, Any]] = []
    if figures:
        names = list(figures)
        for rank, each in enumerate(
            chosen_figures(np.array(list(figures.values())).T, np.array(list(answers.values())).T), 1
        ):
            figure = names[each.place]
            for place, indicator in enumerate(answers):
                row = {"indicator": indicator, "series": figure.series, "share": max(float(each.gains[place]), 0.0)}
                row |= {"used": figure.series in used, "year": figure.year, "rank": rank}
                single.append({**row, "by_chance": float(each.by_chance[place])})
    kinds = {"year": "Int64", "rank": "Int64", "by_chance": "float64"}
    empty = pd.DataFrame({name: pd.Series(pd.NA, index=table.index, dtype="Int64") for name in ("year", "rank")})
    table = table.join(empty).assign(by_chance=np.nan)
    return pd.concat([table, pd.DataFrame(single).astype(kinds)], ignore_index=True) if single else table


def _scaled(values: Floats) -> Floats:
    """Logs where all values are positive, else the values."""
    return np.log(values) if (values > 0.0).all() else values


def moves(growth: Floats) -> bool:
    """Whether a figure differs between runs, and is a number in all."""
    return bool(np.isfinite(growth).all() and growth.std() > LEAST_VARIATION)


def yearly_growth(values: Floats) -> Floats:
    """Change from year to year, in logs where all are positive, shape (runs, years - 1); constant years left out."""
    change = np.diff(_scaled(values), axis=1)
    return np.asarray(change[:, [moves(column) for column in change.T]])


def explained_share(series: Floats, answer: Floats) -> float:
    """Adjusted R^2 of a linear regression, at least zero; shapes (runs, terms) and (runs,)."""
    runs, terms = series.shape
    design = np.column_stack([np.ones(runs), (series - series.mean(axis=0)) / series.std(axis=0)])
    left = answer - design @ np.linalg.lstsq(design, answer, rcond=None)[0]
    total = float(((answer - answer.mean()) ** 2).sum())
    if total <= 0.0 or runs <= terms + 1:
        return 0.0
    return float(max(0.0, 1.0 - (left**2).sum() / total * (runs - 1) / (runs - terms - 1)))
