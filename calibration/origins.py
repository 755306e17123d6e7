"""Rolling origins: forecasts made from the end of 2016, 2017, 2018 and 2019, scored on the years to 2020."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from calibration.calibrate import spread_requests
from calibration.history import SCORED
from calibration.leave_one_out import distributions, scored_forecast
from calibration.origin_forecasts import OriginForecast, forecasts_made
from calibration.past_runs import PastRuns
from calibration.scores import Row, summary, table_of
from sim.base_year.base_year import FIRST_BASE_YEAR, LAST_BASE_YEAR

if TYPE_CHECKING:
    import pandas as pd

ORIGINS = range(FIRST_BASE_YEAR, LAST_BASE_YEAR)
REPLAY = "conditional replay"


def rolling_origins(
    store: PastRuns,
    runs: int,
    workers: int,
    scale: float = 1.0,
    progress: Callable[[int, int], None] | None = None,
    origins: Sequence[int] = ORIGINS,
) -> "pd.DataFrame":
    """Scores of forecasts from every origin, one row an origin, kind, indicator and year.

    Columns: origin, kind (in a "forecast" external drivers are drawn, in a "conditional replay" observed; beside the
    forecast there are the "forecast with discrepancy" and the "pool", as the other origins teach them), indicator,
    year, q05, q95, and those of `scores.scored`. Naive rules see the years to the origin alone, and their
    distributions rest on their errors in these. Quantiles and intervals that so few runs cannot give are NaN.

    The parameters are draws of the prior of 2020, which rests on data to 2020: origins test the rules and the constants
    solved at each origin, not the knowledge at the time.
    """
    asked = {
        (origin, conditional): spread_requests(runs, origin, base_year=origin, conditional=conditional, scale=scale)
        for origin in origins
        for conditional in (False, True)
    }
    store.of([each for group in asked.values() for each in group], workers, progress)
    rows: list[Row] = []
    made: dict[bool, list[OriginForecast]] = {False: [], True: []}
    for (origin, conditional), group in asked.items():
        made[conditional] += forecasts_made(store.of(group), origin)
    for indicator in SCORED:
        own = [each for each in made[False] if each.indicator == indicator]
        rows += [scored_forecast(each, kind, values) for each, kind, values in distributions(own)]
    rows += [scored_forecast(each, REPLAY, each.members) for each in made[True]]
    return table_of(rows)


def origins_summary(table: "pd.DataFrame") -> "pd.DataFrame":
    """Scores by kind and indicator over all origins and years: the columns of `scores.summary`.

    No test of the difference is given: ten overlapping forecasts from four origins have no power.
    """
    return summary(table, ("kind", "indicator"))
