"""The base year: the year with whose observations a model starts, 2020 unless another is chosen.

To start from an earlier year, its data are relabelled as 2020: observations of that year replace those of 2020, and
all dates are shifted by whole years, so that months keep their season. The same code then simulates past and future.
`BaseYear.calendar_month` converts a month of the model back to the calendar.

A plan of the user's own may have other observations of 2020, such as those of another city (`base_year_of`).

Quantities without a figure for the earlier year keep their value of 2020: splits by class, and the intensities
of levers, for which a scenario of the past states changes since the base year.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Self

from scenarios.baseline import observations
from scenarios.calendar import BASELINE
from scenarios.errors import InputError
from scenarios.own_plan.baseline import with_total
from scenarios.plan import Plan
from scenarios.problem_texts import coded

FIRST_BASE_YEAR = 2016
"""Drivers go back to 2010, and a path needs five years before its base year and the month before them."""
LAST_BASE_YEAR = 2020


@dataclass(frozen=True)
class BaseYear:
    """Data of the year that a model starts from.

    Attributes
    ----------
    year
        From 2016 to 2020.
    restated
        Baseline observations of the year by their id, in the unit of that id; an id ending in _2019 belongs to the year
        before the base year. Those that are missing keep their value of 2020.
    replays
        Whether changes of indices that were announced after the base year take effect all the same.

    Raises
    ------
    ValueError
        If the year is before 2016 or after 2020.
    """

    year: int = LAST_BASE_YEAR
    restated: Mapping[str, float] = field(default_factory=dict, hash=False)
    replays: bool = False

    def __post_init__(self) -> None:
        if not FIRST_BASE_YEAR <= self.year <= LAST_BASE_YEAR:
            raise ValueError(f"a base year is from {FIRST_BASE_YEAR} to {LAST_BASE_YEAR}, not {self.year}")

    @cached_property
    def digest(self) -> str:
        """Digest of the data, 16 hex digits; empty for 2020 as it was observed."""
        if self.year == LAST_BASE_YEAR and not self.restated and not self.replays:
            return ""
        content = json.dumps([self.year, sorted(self.restated.items()), self.replays])
        return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()

    @property
    def months_back(self) -> int:
        """Months by which dates of the model run ahead of the calendar; zero for 2020."""
        return 12 * (LAST_BASE_YEAR - self.year)

    def observed(self, id: str) -> float:
        """Value of one baseline observation in its own unit; that of 2020 where the year is not restated."""
        return self.restated[id] if id in self.restated else observations()[id].value

    def calendar_month(self, month: int) -> int:
        """Month of the calendar that a month of the model stands for, both as ordinals."""
        return month - self.months_back

    def knows(self, announced: int) -> bool:
        """Whether an announcement of this month counts: made by the end of the base year, or the past is replayed."""
        return self.replays or announced <= self.calendar_month(BASELINE)

    def as_data(self) -> dict[str, Any]:
        """The data as plain values, with the keys that stores have always written."""
        return {"base_year": self.year, "observed": dict(self.restated), "replays": self.replays}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The base year from what `as_data` gave.

        Raises
        ------
        TypeError, ValueError
            If something is missing, unknown or outside its bounds.
        """
        if set(data) != {"base_year", "observed", "replays"}:
            raise ValueError(f"not the data of a base year: {', '.join(data)}")
        return cls(data["base_year"], data["observed"], data["replays"])


YEAR_2020: Final = BaseYear()
"""2020 as it was observed."""


def base_year_of(plan: Plan, base_year: BaseYear) -> BaseYear:
    """The base year with the observations that a user's plan has of it.

    Raises
    ------
    scenarios.InputError
        If the plan has observations of 2020 and the base year is another one.
    """
    if not plan.baseline:
        return base_year
    own = BaseYear(restated=with_total({each.id: each.value for each in plan.baseline}))
    if base_year.digest not in ("", own.digest):
        raise InputError(coded("baseline.earlier_year", plan=plan.name), key="base_year", value=base_year.year)
    return own
