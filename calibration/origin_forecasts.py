"""Forecasts that runs from an earlier origin made of the years to 2020, beside what was observed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agents.arrays import Floats
from calibration.history import SCORED, known_series
from calibration.past_runs import PastRun
from sim.base_year.base_year import LAST_BASE_YEAR


@dataclass(frozen=True, eq=False)
class OriginForecast:
    """An ensemble's values of one indicator in one year, made from an earlier origin, and the observation.

    Raises
    ------
    ValueError
        If the year is later than 2020 or not later than the origin: nothing that is known after 2020 is learned from.
    """

    indicator: str
    origin: int
    year: int
    members: Floats
    """Values over the runs, shape (runs,)."""
    observed: float

    def __post_init__(self) -> None:
        """Refuse a year that may not be learned from."""
        if not self.origin < self.year <= LAST_BASE_YEAR:
            raise ValueError(f"{self.year} from {self.origin} is no forecast of a year to {LAST_BASE_YEAR}")

    @property
    def ahead(self) -> int:
        """Years from the origin."""
        return self.year - self.origin

    @property
    def log_error(self) -> float:
        """Log of the observation less the mean log of the ensemble."""
        return float(np.log(self.observed) - self._logs.mean())

    @property
    def log_variance(self) -> float:
        """Variance of the log over the runs, with that of their mean."""
        return float(self._logs.var(ddof=1) * (1.0 + 1.0 / len(self._logs)))

    @property
    def _logs(self) -> Floats:
        """Logs of the runs; a run without any (nothing issued in a year) has none."""
        return np.log(self.members[self.members > 0.0])


def forecasts_made(runs: Sequence[PastRun], origin: int) -> Iterator[OriginForecast]:
    """Forecasts of every indicator and year that runs from an origin made, where both years are known."""
    for indicator in SCORED:
        observed = known_series(indicator)
        for year in range(origin + 1, LAST_BASE_YEAR + 1):
            if year in observed and origin in observed:
                members = np.array([run.annual.loc[year, indicator] for run in runs])
                yield OriginForecast(indicator, origin, year, members, observed[year])
