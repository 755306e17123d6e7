"""What the forecasts from earlier origins teach: discrepancies of the model and weights of a pool, by indicator."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from agents.arrays import Floats
from calibration.discrepancy import discrepancy_of, with_discrepancy
from calibration.history import SCORED, known_series
from calibration.naive import NaiveForecast
from calibration.origin_forecasts import OriginForecast
from calibration.pool import COMPONENTS, MODEL, best_weights, normal_log_density, pooled, rules_of_pool, shrunk
from calibration.shrunk_drift import Shrinkage, learned_shrinkage
from sim.experiments.least_runs import LEAST_FOR_INTERVAL
from sim.financing.need_cycle import nominal_gdp_trn

LEAST_VARIANCE = 1e-12


@dataclass(frozen=True)
class Learned:
    """Discrepancy and weights of one indicator.

    Parameters
    ----------
    discrepancy
        Standard deviation of the discrepancy, log per root year; NaN where it is not identified.
    weights
        Weights of the pool by component; empty where the discrepancy is not identified.
    forecasts, origins
        Numbers of those that it was learned from.
    """

    discrepancy: float
    weights: Mapping[str, float]
    forecasts: int
    origins: int

    @property
    def identified(self) -> bool:
        """Whether there was history enough."""
        return bool(np.isfinite(self.discrepancy))

    def widened(self, members: Floats, ahead: int) -> Floats:
        """Points of the model with its discrepancy; the runs themselves where it is not identified or they are few."""
        return members if len(members) < LEAST_FOR_INTERVAL else with_discrepancy(members, self.discrepancy, ahead)

    def pooled(self, members: Floats, rules: Mapping[str, NaiveForecast], ahead: int) -> Floats:
        """Points of the pool; the runs themselves where the discrepancy is not identified or they are few."""
        if not self.identified or len(members) < LEAST_FOR_INTERVAL:
            return members
        return pooled(self.widened(members, ahead), rules, self.weights)


def learned(forecasts: Sequence[OriginForecast], *, leaving_out: bool = False) -> Learned:
    """Discrepancy and weights from the forecasts of one indicator; `leaving_out` as in `discrepancy_of`."""
    origins = len({each.origin for each in forecasts})
    discrepancy = discrepancy_of(forecasts, leaving_out=leaving_out)
    if not np.isfinite(discrepancy):
        return Learned(discrepancy, {}, len(forecasts), origins)
    densities = np.array([log_densities(each, discrepancy) for each in forecasts])
    there = np.isfinite(densities).any(axis=0)
    weights = shrunk(best_weights(densities[:, there]), origins)
    names = [name for name, known in zip(COMPONENTS, there, strict=True) if known]
    return Learned(discrepancy, dict(zip(names, weights.tolist(), strict=True)), len(forecasts), origins)


def learned_by_indicator(forecasts: Iterable[OriginForecast]) -> dict[str, Learned]:
    """Discrepancy and weights of every indicator that has a history."""
    by_indicator: dict[str, list[OriginForecast]] = {name: [] for name in SCORED}
    for each in forecasts:
        by_indicator[each.indicator].append(each)
    return {name: learned(own) for name, own in by_indicator.items()}


def rules_at(indicator: str, origin: int, year: int) -> dict[str, NaiveForecast]:
    """Forecasts of the pool's rules of an indicator, from the values to an origin."""
    return rules_of_pool(indicator, known_series(indicator), nominal_gdp_trn(), origin, year, shrinkage_at(origin))


@cache
def shrinkage_at(origin: int) -> Shrinkage | None:
    """Prior of the shrunk drift from the known years of all scored indicators to the end of a year."""
    return learned_shrinkage([known_series(name) for name in SCORED], nominal_gdp_trn(), origin)


def log_densities(forecast: OriginForecast, discrepancy: float) -> Floats:
    """Log density of the observation's log under each component, shape (components,); NaN where there is none.

    The model with its discrepancy is taken as normal in logs, with the mean and the variance of its runs.
    """
    rules = rules_at(forecast.indicator, forecast.origin, forecast.year)
    value = float(np.log(forecast.observed))
    known = {
        MODEL: normal_log_density(
            value,
            value - forecast.log_error,
            max(forecast.log_variance + discrepancy**2 * forecast.ahead, LEAST_VARIANCE),
        )
    }
    for name, rule in rules.items():
        variance = max(rule.log_sd**2, LEAST_VARIANCE)
        known[name] = normal_log_density(value, float(np.log(rule.median)), variance)
    return np.array([known.get(name, np.nan) for name in COMPONENTS])
