"""The month that is being simulated."""

from dataclasses import dataclass

import numpy as np

from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters


@dataclass(frozen=True)
class Clock:
    """The current month as an ordinal: months since year 0, January = 0."""

    month: int

    @property
    def month_of_year(self) -> int:
        """0 for January to 11 for December."""
        return self.month % 12

    @property
    def in_base_year(self) -> bool:
        """Whether the base year is not over; true also at its start, before the first month."""
        return self.month <= BASELINE

    @property
    def ends_base_year(self) -> bool:
        """Whether this is the last month of the base year."""
        return self.month == BASELINE

    @property
    def months_since_base_year(self) -> int:
        """Months since the end of the base year; zero or negative in it."""
        return self.month - BASELINE


def season(clock: Clock, parameters: Parameters) -> float:
    """Seasonal factor of issuance in the month; the twelve have mean one."""
    factors = np.array(parameters.issuance_seasonal)
    return float(factors[clock.month_of_year] / factors.mean())
