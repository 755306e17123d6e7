"""Naive forecasts that a model must beat: no change, drift, the plan's own line, exponential smoothing."""

import warnings
from collections.abc import Mapping

import numpy as np

from calibration.observations import observed_indicator
from scenarios.plan import Indicator

BASE = 2020
TARGET_YEAR = 2025
DRIFT_FROM = 2015
"""First year of the drift; the one before the five-year plan that ended in 2020."""
LEAST_FOR_SMOOTHING = 6
"""Yearly values without a gap that a smoothing with a trend needs."""
RULES = ("no change", "drift", "plan's line", "exponential smoothing")


def naive_forecasts(indicator: Indicator, year: int) -> dict[str, float]:
    """Forecasts of an indicator for a year from what was known at the end of 2020; rules without data are left out.

    no change: x[2020]
    drift: x[2020] * (x[2020] / x[first])^((year - 2020) / (2020 - first)), first year from 2015 on
    plan's line: straight from x[2020] to the target of 2025 and on
    exponential smoothing: additive error and damped trend on the log of the longest run of years to 2020 without a gap

    The plan's line is for reference: nobody tunes to it.
    """
    past = {**observed_indicator(indicator.id), BASE: indicator.value_2020}
    step = (indicator.target_2025 - indicator.value_2020) / (TARGET_YEAR - BASE)
    forecasts = {"no change": indicator.value_2020, "plan's line": indicator.value_2020 + step * (year - BASE)}
    first = min((each for each in past if DRIFT_FROM <= each < BASE), default=None)
    if first is not None:
        growth = (past[BASE] / past[first]) ** (1.0 / (BASE - first))
        forecasts["drift"] = past[BASE] * growth ** (year - BASE)
    smoothed = _smoothed(past, year)
    if smoothed is not None:
        forecasts["exponential smoothing"] = smoothed
    return {rule: forecasts[rule] for rule in RULES if rule in forecasts}


def _smoothed(past: Mapping[int, float], year: int) -> float | None:
    """Exponential smoothing with a damped trend, None where the series is too short."""
    start = BASE
    while start - 1 in past:
        start -= 1
    if BASE - start + 1 < LEAST_FOR_SMOOTHING:
        return None
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    logs = np.log([past[each] for each in range(start, BASE + 1)])
    with warnings.catch_warnings():
        # A handful of years leaves the likelihood flat in places; the forecast is what counts.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = ETSModel(logs, error="add", trend="add", damped_trend=True).fit(disp=False)
        ahead = fitted.forecast(year - BASE)
    return float(np.exp(ahead[-1]))
