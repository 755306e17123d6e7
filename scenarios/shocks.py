"""Kinds of dated shocks as data: affected variable, unit, range and persistence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from scenarios.calendar import month_ordinal, month_text
from scenarios.problem_texts import coded
from scenarios.typed_rows import TYPED, read_table, read_toml

Profile = Literal["hold", "fade", "spread"]
PROFILES: dict[Profile, str] = {
    "hold": "full size in every month of the window, nothing after it",
    "fade": "full size in every month of the window, then it fades",
    "spread": "the size is the total, in equal parts over the months of the window",
}


@dataclass(frozen=True, slots=True)
class ShockBasis:
    """Where the numbers of a shock come from; each text begins with its status (judgement, literature ..)."""

    __pydantic_config__ = TYPED

    size: str
    range: str
    time: str


@dataclass(frozen=True, slots=True)
class ShockKind:
    """A shock that a scenario may name."""

    __pydantic_config__ = TYPED

    name: str
    title: str
    moves: str
    unit: str
    form: Literal["add", "factor"]
    """`add`: sizes of overlapping shocks add up, 0 is none; `factor`: they multiply, 1 is none."""
    size: float
    """Size where the scenario names none."""
    low: float
    high: float
    profile: Profile
    start: str
    """First month where the scenario names none."""
    months: int
    """Length of the window where the scenario names none."""
    rule: str
    """The decision or process it enters, as module:function."""
    after: str
    """Its course after the window."""
    basis: ShockBasis
    persistence: str = ""
    """Parameter with the share that is left a month later."""
    half_life: str = ""
    """Parameter with the months after which half is left."""
    half_life_months: float = 0.0
    """The same as a number of the shock's own."""

    @property
    def allowed(self) -> str:
        """Allowed sizes."""
        return coded("allowed.range_in_unit", low=self.low, high=self.high, unit=self.unit)

    @property
    def window(self) -> tuple[str, str]:
        """First and last month where the scenario names none."""
        return self.start, month_text(month_ordinal(self.start) + self.months - 1)


@cache
def shock_kinds() -> dict[str, ShockKind]:
    """Return every kind of shock by name."""
    path = "data/shocks.toml"
    rows = read_toml(path, ("shock",))["shock"]
    return {kind.name: kind for kind in read_table(ShockKind, rows, path, "shock")}
