"""The record: indicators of the months so far."""

from dataclasses import dataclass, field


@dataclass
class Record:
    """Indicators by month, the first month being January of the base year."""

    months: list[dict[str, float]] = field(default_factory=list)
    indexed_2020: dict[str, float] = field(default_factory=dict)
    """Values at the end of the base year of indicators that are indices with that month at 100."""
    scales_of_flows: dict[str, float] = field(default_factory=dict)
    """Factors of flows that are scaled to their published sum over the base year."""

    @property
    def last(self) -> dict[str, float]:
        """Indicators of the last month that was recorded."""
        return self.months[-1]
