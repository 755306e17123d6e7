"""The month that is being simulated."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """The current month as an ordinal: months since year 0, January = 0."""

    month: int

    @property
    def month_of_year(self) -> int:
        """0 for January to 11 for December."""
        return self.month % 12
