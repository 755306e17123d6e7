"""The record: indicators of the months so far."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenarios.calendar import month_text

if TYPE_CHECKING:
    import pandas as pd

YEAR = 12


@dataclass
class Record:
    """Indicators by month, the first month being January of the base year."""

    months: list[dict[str, float]] = field(default_factory=list)
    now: dict[str, float] = field(default_factory=dict)
    """Indicators of the month that is being read, so far; empty between two months."""
    indexed_2020: dict[str, float] = field(default_factory=dict)
    """Values at the end of the base year of indicators that are indices with that month at 100."""
    scales_of_flows: dict[str, float] = field(default_factory=dict)
    """Factors of flows that are scaled to their published sum over the base year."""

    def table(self, first_month: int) -> "pd.DataFrame":
        """Indicators by month, index month-end, plan indicators first."""
        import pandas as pd

        months = pd.period_range(month_text(first_month), periods=len(self.months), freq="M")
        ends = months.to_timestamp(how="end").normalize()
        return pd.DataFrame(self.months, index=pd.DatetimeIndex(ends, name="month"))

    def over_year(self, name: str) -> list[float]:
        """An indicator over the year that ends with the month being read, or since the record begins."""
        return [*(month[name] for month in self.months[1 - YEAR :]), self.now[name]]

    def before(self, name: str, months: int) -> float:
        """An indicator so many months before the month being read; zero before the record begins."""
        return self.months[-months][name] if len(self.months) >= months else 0.0


def index_of_base_year() -> float:
    """Sum of an index over the base year: 100."""
    return 100.0
