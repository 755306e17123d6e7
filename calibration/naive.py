"""Naive forecasts that a model must beat: no change, drift, the plan's own line, exponential smoothing.

A rule with errors of its own on earlier years is a predictive distribution, so that its score and that of an ensemble
are scores of the same kind.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from calibration.observations import observed_indicator
from scenarios.plan import Indicator
from scenarios.whole_years import TARGET_YEAR

BASE = 2020
DRIFT_YEARS = 5
"""Longest span of the drift: a five-year plan."""
LEAST_FOR_SMOOTHING = 6
"""Yearly values without a gap that a smoothing with a trend needs."""
LEAST_ERRORS = 2
"""Errors on earlier years without which a rule has no distribution."""
RULES = ("no change", "drift", "plan's line", "exponential smoothing")


@dataclass(frozen=True)
class NaiveForecast:
    """Forecast of a rule: lognormal about its median, or the median alone where its past errors are too few."""

    median: float
    log_sd: float = float("nan")
    """Standard deviation of the log, NaN where there is no distribution."""

    @property
    def distributed(self) -> bool:
        """Whether the rule has a predictive distribution."""
        return bool(np.isfinite(self.log_sd))


def naive_forecasts(indicator: Indicator, year: int) -> dict[str, NaiveForecast]:
    """Forecasts of an indicator for a year from the data to the end of 2020; rules without data are left out.

    Those of `forecasts_from`, and the plan's line: straight from x[2020] to the target of 2025 and on. It is for
    reference without tuned parameters, and has no distribution, since it has no earlier errors.
    """
    past = {**observed_indicator(indicator.id), BASE: indicator.value_2020}
    step = (indicator.target_value - indicator.value_2020) / (TARGET_YEAR - BASE)
    forecasts = forecasts_from(past, BASE, year)
    forecasts["plan's line"] = NaiveForecast(indicator.value_2020 + step * (year - BASE))
    return {rule: forecasts[rule] for rule in RULES if rule in forecasts}


def forecasts_from(past: Mapping[int, float], origin: int, year: int) -> dict[str, NaiveForecast]:
    """Forecasts for a year from the values known at the end of `origin`; rules without data are left out.

    Those of `medians_of_simple_rules`, and exponential smoothing: additive error and damped trend on the log of the
    longest run of years without a gap, w(h) = sqrt(h). Distributions are those of `forecasts_by`.
    """
    return forecasts_by(_medians, past, origin, year)


def simple_forecasts_from(past: Mapping[int, float], origin: int, year: int) -> dict[str, NaiveForecast]:
    """Forecasts without exponential smoothing, which needs the extra `calibrate`."""
    return forecasts_by(medians_of_simple_rules, past, origin, year)


def forecasts_by(
    medians: Callable[[Mapping[int, float], int, int], dict[str, tuple[float, float]]],
    past: Mapping[int, float],
    origin: int,
    year: int,
) -> dict[str, NaiveForecast]:
    """Forecasts by rules that give a median and the growth of its error with the horizon, w(h).

    The rule is applied at every known year s before the origin to the next known year t, with what was known at s:
    e = ln(x[t] / median) / w(t - s). The log of the forecast has the standard deviation s * w(h), where s is the root
    mean square of these errors; with fewer than two errors there is no distribution.

    Parameters
    ----------
    medians
        Median and w(h) of each rule, from values by year, an origin and a year.
    past
        Values by year; `origin` must be among them, later years play no part.
    origin
        Last year that is known.
    year
        Year to forecast.

    Source: Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, section 5.5.
    """
    known = {each: past[each] for each in sorted(past) if each <= origin}
    steps = list(zip(list(known), list(known)[1:], strict=False))
    errors: dict[str, list[float]] = {}
    for at, later in steps:
        for rule, (median, growth) in medians(known, at, later).items():
            errors.setdefault(rule, []).append(float(np.log(known[later] / median)) / growth)
    return {
        rule: NaiveForecast(median, _root_mean_square(errors.get(rule, [])) * growth)
        for rule, (median, growth) in medians(known, origin, year).items()
    }


def _root_mean_square(errors: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(errors)))) if len(errors) >= LEAST_ERRORS else float("nan")


def medians_of_simple_rules(past: Mapping[int, float], origin: int, year: int) -> dict[str, tuple[float, float]]:
    """Median of no change and of drift, and the growth of its error with the horizon, h = year - origin.

    no change: median x[origin]; w(h) = sqrt(h)
    drift: median x[origin] * (x[origin] / x[first])^(h / T), first known year of the last five, T = origin - first;
    w(h) = sqrt(h * (1 + h / T)), of which the second part is the error of the estimated drift
    """
    ahead = year - origin
    medians = {"no change": (past[origin], float(np.sqrt(ahead)))}
    first = min((each for each in past if origin - DRIFT_YEARS <= each < origin), default=None)
    if first is not None:
        span = origin - first
        growth = (past[origin] / past[first]) ** (1.0 / span)
        medians["drift"] = (past[origin] * growth**ahead, float(np.sqrt(ahead * (1.0 + ahead / span))))
    return medians


def _medians(past: Mapping[int, float], origin: int, year: int) -> dict[str, tuple[float, float]]:
    medians = medians_of_simple_rules(past, origin, year)
    smoothed = _smoothed(past, origin, year)
    if smoothed is not None:
        medians["exponential smoothing"] = (smoothed, float(np.sqrt(year - origin)))
    return medians


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
