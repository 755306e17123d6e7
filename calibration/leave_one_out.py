"""Forecasts with what the other origins teach: each origin is scored by a discrepancy and a pool that leave it out."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from calibration.history import known_series, not_below_origin
from calibration.learned import learned, rules_at
from calibration.naive import NaiveForecast, forecasts_from
from calibration.origin_forecasts import OriginForecast
from calibration.pool import SAMPLE, lognormal_points
from calibration.scores import Row, scored
from calibration.shrunk_drift import RULE as SHRUNK_DRIFT
from sim.experiments.least_runs import quantiles_known

if TYPE_CHECKING:
    import pandas as pd

    from agents.arrays import Floats

ALONE, WIDENED, POOL = "forecast", "forecast with discrepancy", "pool"
"""The three distributions of a forecast; a fourth is that of the pool's rule that is no naive one, the shrunk drift."""
BINS = 5
"""Bins of the histogram of probability integral transforms: two of ten forecasts are expected in each."""


def distributions(forecasts: Sequence[OriginForecast]) -> Iterator[tuple[OriginForecast, str, "Floats"]]:
    """The distributions of forecasts of one indicator, each with what the other origins teach, and the shrunk drift.

    All but the model alone are left out where the others do not identify a discrepancy. Other origins
    forecast some of the same years, whose errors they share: this is kinder than a forecast of unknown years.
    """
    for origin in sorted({each.origin for each in forecasts}):
        others = learned([each for each in forecasts if each.origin != origin], leaving_out=True)
        for each in forecasts:
            if each.origin != origin:
                continue
            yield each, ALONE, each.members
            if others.identified:
                rules = rules_at(each.indicator, each.origin, each.year)
                found = {
                    WIDENED: others.widened(each.members, each.ahead),
                    POOL: others.pooled(each.members, rules, each.ahead),
                }
                if SHRUNK_DRIFT in rules:
                    found[SHRUNK_DRIFT] = lognormal_points(rules[SHRUNK_DRIFT], SAMPLE)
                for kind, points in found.items():
                    yield each, kind, not_below_origin(points, each.indicator, origin)


@cache
def naive_at(indicator: str, origin: int, year: int) -> Mapping[str, NaiveForecast]:
    """Forecasts of the naive rules from the values to an origin, the same for every distribution that is scored."""
    return forecasts_from(known_series(indicator), origin, year)


def scored_forecast(forecast: OriginForecast, kind: str, values: "Floats") -> Row:
    """Scores of one distribution of a forecast beside the naive rules: a row of `rolling_origins`."""
    low, high = quantiles_known(values, (0.05, 0.95))
    naive = naive_at(forecast.indicator, forecast.origin, forecast.year)
    return {
        "origin": forecast.origin,
        "kind": kind,
        "indicator": forecast.indicator,
        "year": forecast.year,
        "q05": low,
        "q95": high,
        **scored(values, forecast.observed, naive),
    }


def histogram(table: "pd.DataFrame") -> "pd.DataFrame":
    """Counts of probability integral transforms by kind and indicator, columns kind, indicator, bin_1 to bin_5.

    The share of a distribution below the observation is uniform where the distribution is right: high counts at both
    ends say that it is too narrow, in the middle that it is too wide, at one end that it is biased.
    """
    import pandas as pd

    rows: list[Row] = []
    for (kind, indicator), own in table.groupby(["kind", "indicator"], sort=False):
        counts = np.histogram(own["rank"], np.linspace(0.0, 1.0, BINS + 1))[0]
        counted = {f"bin_{place + 1}": int(count) for place, count in enumerate(counts)}
        rows.append({"kind": str(kind), "indicator": str(indicator), **counted})
    return pd.DataFrame(rows)
