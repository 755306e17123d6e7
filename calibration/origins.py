"""Rolling origins: forecasts made from the end of 2016, 2017, 2018 and 2019, scored on the years to 2020."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from calibration.calibrate import spread_requests
from calibration.earlier_years import earlier_levels, level
from calibration.naive import forecasts_from
from calibration.observations import series
from calibration.past_runs import PastRun, PastRuns
from calibration.scores import Row, scored, summary, table_of
from sim.base_year.base_year import FIRST_BASE_YEAR, LAST_BASE_YEAR
from sim.experiments.least_runs import quantiles_known

if TYPE_CHECKING:
    import pandas as pd

SCORED = {
    "turnover_total": "turnover_total",
    "direct_financing": "direct_financing",
    "foreign_bond_holdings": "foreign_bond_holdings",
    "institution_count": "institutions",
    "panda_issuance": "panda_issuance",
}
"""Indicators with a series of their own before 2020, and its name among the earlier observations."""
BEFORE = {
    "turnover_total": "turnover_total",
    "direct_financing": "direct_financing",
    "institution_count": "licensed_fi",
}
"""Series of annual observations that reach further back, for naive rules."""
PER_UNIT = {"foreign_bond_holdings": 1000.0}
"""Divisor of a series that gives the indicator's unit."""
TURNOVER = ("turnover_interbank_total", "turnover_sse_total", "turnover_shfe", "turnover_cffex", "turnover_sge")
ORIGINS = range(FIRST_BASE_YEAR, LAST_BASE_YEAR)


def known_series(indicator: str) -> dict[int, float]:
    """Known years of an indicator to 2020 in its own unit; interpolated years are left out.

    From 2016 on total turnover is the sum of its venues with one side of gold; years before are as published.
    """
    earlier = {year: row.value for year, row in series(BEFORE.get(indicator, "")).items() if row.weight > 0.0}
    known = {year: value for year, value in earlier.items() if year < FIRST_BASE_YEAR}
    if indicator == "turnover_total":
        years = range(FIRST_BASE_YEAR, LAST_BASE_YEAR + 1)
        return known | {year: sum(level(part, year) for part in TURNOVER) for year in years}
    name = SCORED[indicator]
    later = sorted({row.year for row in earlier_levels() if row.series == name} | {LAST_BASE_YEAR})
    return known | {year: level(name, year) / PER_UNIT.get(indicator, 1.0) for year in later}


def rolling_origins(
    store: PastRuns,
    runs: int,
    workers: int,
    scale: float = 1.0,
    progress: Callable[[int, int], None] | None = None,
    origins: Sequence[int] = ORIGINS,
) -> "pd.DataFrame":
    """Scores of forecasts from every origin, one row an origin, kind, indicator and year.

    Columns: origin, kind (in a "forecast" external drivers are drawn, in a "conditional replay" observed), indicator,
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
    for (origin, conditional), group in asked.items():
        rows += _scores(store.of(group), origin, "conditional replay" if conditional else "forecast")
    return table_of(rows)


def _scores(runs: Sequence[PastRun], origin: int, kind: str) -> list[Row]:
    rows: list[Row] = []
    for indicator in SCORED:
        observed = known_series(indicator)
        for year in range(origin + 1, LAST_BASE_YEAR + 1):
            if year not in observed or origin not in observed:
                continue
            members = np.array([run.annual.loc[year, indicator] for run in runs])
            low, high = quantiles_known(members, (0.05, 0.95))
            rows.append(
                {
                    "origin": origin,
                    "kind": kind,
                    "indicator": indicator,
                    "year": year,
                    "q05": low,
                    "q95": high,
                    **scored(members, observed[year], forecasts_from(observed, origin, year)),
                }
            )
    return rows


def origins_summary(table: "pd.DataFrame") -> "pd.DataFrame":
    """Scores by kind and indicator over all origins and years: the columns of `scores.summary`.

    No test of the difference is given: ten overlapping forecasts from four origins have no power.
    """
    return summary(table, ("kind", "indicator"))
