"""Earlier base years: the same model, started from what was observed in another year.

The model knows one base year, 2020. For another one its data are dated as if that year were 2020: observations of the
year take the place of those of 2020, drivers of the outside world move by whole years. So the past is simulated by the
very code that simulates the future, and a month of the year keeps its season. `actual_month` tells the date meant.

What belongs to 2020 and is not restated stays as it was: the splits of levels by class, and the intensities of levers,
whose changes since the base year are what a past scenario states.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

from scenarios.calendar import BASELINE, month_ordinal

FIRST_BASE_YEAR = 2016
"""Drivers go back to 2010, and a path needs five years before its base year and the month before them."""
REIT_PILOT_STARTS = month_ordinal("2020-08")


@dataclass(frozen=True)
class Vintage:
    """Data of one earlier base year.

    `observed` holds baseline observations by their id, in the unit of that id; an id ending in _2019 is that of the
    year before the base year. What it lacks is taken from 2020. With `replays` true, steps of indices that were
    announced after the base year are in force all the same.
    """

    base_year: int
    observed: Mapping[str, float]
    replays: bool = False

    def __post_init__(self) -> None:
        if not FIRST_BASE_YEAR <= self.base_year <= 2020:
            raise ValueError(f"a base year is from {FIRST_BASE_YEAR} to 2020, not {self.base_year}")

    @property
    def months_back(self) -> int:
        """Months by which the model's dates are ahead of the dates meant."""
        return 12 * (2020 - self.base_year)

    @cached_property
    def digest(self) -> str:
        """Digest of all that it holds, 16 hex digits."""
        content = json.dumps([self.base_year, sorted(self.observed.items()), self.replays])
        return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()


_in_use: ContextVar[Vintage | None] = ContextVar("vintage", default=None)


def vintage_in_use() -> Vintage | None:
    """The earlier base year that models are made and stepped with; None for 2020."""
    return _in_use.get()


@contextmanager
def based_on(vintage: Vintage) -> Iterator[None]:
    """Make and step models of an earlier base year inside the block."""
    token = _in_use.set(vintage)
    try:
        yield
    finally:
        _in_use.reset(token)


def vintage_digest() -> str:
    """Digest of the base year in use; empty for 2020."""
    vintage = _in_use.get()
    return "" if vintage is None else vintage.digest


def months_back() -> int:
    """Months by which the model's dates are ahead of the dates meant; zero for 2020."""
    vintage = _in_use.get()
    return 0 if vintage is None else vintage.months_back


def actual_month(month: int) -> int:
    """Month that is meant by a month of the model."""
    return month - months_back()


def is_known(announced: int) -> bool:
    """Whether something announced in this month counts as known: by the base year, or because the past is replayed."""
    vintage = _in_use.get()
    return announced <= actual_month(BASELINE) or (vintage is not None and vintage.replays)
