"""Naive forecasts that a model must beat: no change, drift, the plan's own line, exponential smoothing."""

import warnings
from collections.abc import Mapping

import numpy as np

from calibration.observations import observed_indicator
from scenarios.plan import Indicator

BASE = 2020
TARGET_YEAR = 2025
DRIFT_YEARS = 5
"""Longest span of the drift: a five-year plan."""
LEAST_FOR_SMOOTHING = 6
"""Yearly values without a gap that a smoothing with a trend needs."""
RULES = ("no change", "drift", "plan's line", "exponential smoothing")


def naive_forecasts(indicator: Indicator, year: int) -> dict[str, float]:
    """Forecasts of an indicator for a year from the data to the end of 2020; rules without data are left out.

    Those of `forecasts_from`, and the plan's line: straight from x[2020] to the target of 2025 and on. It is for
    reference without tuned parameters.
    """
    past = {**observed_indicator(indicator.id), BASE: indicator.value_2020}
    step = (indicator.target_2025 - indicator.value_2020) / (TARGET_YEAR - BASE)
    forecasts = forecasts_from(past, BASE, year)
    forecasts["plan's line"] = indicator.value_2020 + step * (year - BASE)
    return {rule: forecasts[rule] for rule in RULES if rule in forecasts}


def forecasts_from(past: Mapping[int, float], origin: int, year: int) -> dict[str, float]:
    """Forecasts for a year from the values known at the end of `origin`; rules without data are left out.

    no change: x[origin]
    drift: x[origin] * (x[origin] / x[first])^((year - origin) / (origin - first)), first known year of the last five
    exponential smoothing: additive error and damped trend on the log of the longest run of years without a gap

    Parameters
    ----------
    past
        Values by year; `origin` must be among them, later years play no part.
    origin
        Last year that is known.
    year
        Year to forecast.
    """
    forecasts = {"no change": past[origin]}
    first = min((each for each in past if origin - DRIFT_YEARS <= each < origin), default=None)
    if first is not None:
        growth = (past[origin] / past[first]) ** (1.0 / (origin - first))
        forecasts["drift"] = past[origin] * growth ** (year - origin)
    smoothed = _smoothed(past, origin, year)
    if smoothed is not None:
        forecasts["exponential smoothing"] = smoothed
    return forecasts


def _smoothed(past: Mapping[int, float], origin: int, year: int) -> float | None:
    """Exponential smoothing with a damped trend, None where the series is too short."""
    start = origin
    while start - 1 in past:
        start -= 1
    if origin - start + 1 < LEAST_FOR_SMOOTHING:
        return None
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    logs = np.log([past[each] for each in range(start, origin + 1)])
    with warnings.catch_warnings():
        # With few years the likelihood is flat in places; only the forecast is used.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = ETSModel(logs, error="add", trend="add", damped_trend=True).fit(disp=False)
        ahead = fitted.forecast(year - origin)
    return float(np.exp(ahead[-1]))
