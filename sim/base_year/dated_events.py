"""Events of the past with a date of the calendar, which a model that starts from an earlier year meets on that date.

An event after the base year is known to a forecast only if it was announced by then; a replay meets every one.
"""

from dataclasses import dataclass
from typing import Final

from agents.institutions import Sector
from scenarios.calendar import month_ordinal
from sim.base_year.base_year import BaseYear


@dataclass(frozen=True)
class DatedEvent:
    """Something that began in a month of the calendar; months as ordinals."""

    starts: int
    announced: int
    """Month from which a forecast may count on it."""
    ends: int | None = None
    """Last month; None for what has stayed."""

    def months_in_force(self, base_year: BaseYear, month: int) -> int | None:
        """Months since it began, zero in its first, in a month of the model; None while it is not in force."""
        since = base_year.calendar_month(month) - self.starts
        over = self.ends is not None and base_year.calendar_month(month) > self.ends
        return None if since < 0 or over or not base_year.knows(self.announced) else since

    def in_force(self, base_year: BaseYear, month: int) -> bool:
        """Whether it is in force in a month of the model."""
        return self.months_in_force(base_year, month) is not None


def _event(starts: str, announced: str, ends: str | None = None) -> DatedEvent:
    return DatedEvent(month_ordinal(starts), month_ordinal(announced), None if ends is None else month_ordinal(ends))


PANDEMIC_YEAR: Final = _event("2020-01", "2020-01", "2020-12")
"""The year in which the pandemic slowed filings for licences and their review; that it hit all of the year's months
is a judgement, as its factor rests on a sum of the year."""
SANDBOX_OPENED: Final = _event("2020-05", "2020-04")
"""First month of admissions: pilots were extended to Shanghai at the end of April 2020 (recalled)."""
PLATFORM_DRAFT_RULES: Final = _event("2020-11", "2020-11")
"""Draft rules on micro-lending over the internet, published on 2 November 2020, and the listing of a large platform,
suspended on the next day."""
REIT_PILOT: Final = _event("2020-08", "2020-04")
"""Rules for public REITs: announced at the end of April 2020, in force in August (recalled)."""
DIGITAL_YUAN_PILOT: Final = _event("2020-11", "2020-08")
"""The pilot of the digital yuan came to Shanghai; that it would was announced in August 2020 (recalled)."""
OWNERSHIP_CAPS_LIFTED: Final = {
    Sector.FUTURES: _event("2020-01", "2019-10"),
    Sector.FUND: _event("2020-04", "2019-10"),
    Sector.BROKER: _event("2020-12", "2019-10"),
}
"""A foreign owner may hold all of an institution of the sector; dates as announced in October 2019 (recalled)."""
