"""Named stresses as data: sets of dated shocks that strike together, at a severity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from scenarios.calendar import month_ordinal, month_text
from scenarios.shocks import shock_kinds
from scenarios.typed_rows import TYPED, read_table, read_toml

PATH = "data/stresses.toml"
MOST_SEVERITY = 4.0
"""Largest severity: beyond it most shocks are at the ends of their ranges."""


@dataclass(frozen=True, slots=True)
class StressShock:
    """A shock of a stress."""

    __pydantic_config__ = TYPED

    name: str
    size: float | None = None
    """Size at severity 1; None takes that of its kind."""


@dataclass(frozen=True, slots=True)
class Stress:
    """A named stress."""

    __pydantic_config__ = TYPED

    name: str
    title: str
    shocks: tuple[StressShock, ...]
    basis: str

    def at(self, month: str, severity: float, last: str) -> list[dict[str, Any]]:
        """The shocks of the stress from a month on, in the form of a scenario file.

        size = severity * size at severity 1; of a factor 1 + severity * (factor - 1); within the range of its kind

        Parameters
        ----------
        month
            First month, such as "2023-01".
        severity
            0 is nothing, 1 the usual size.
        last
            Last month of the scenario, at which windows end at the latest.
        """
        first, struck = month_ordinal(month), []
        for each in self.shocks:
            kind = shock_kinds()[each.name]
            usual = kind.size if each.size is None else each.size
            size = severity * usual if kind.form == "add" else 1.0 + severity * (usual - 1.0)
            ends = min(first + kind.months - 1, month_ordinal(last))
            size = min(max(size, kind.low), kind.high)
            struck.append({"name": each.name, "from": month, "to": month_text(ends), "size": size})
        return struck


@cache
def stresses() -> dict[str, Stress]:
    """Return every named stress by name."""
    rows = read_toml(PATH, ("stress",))["stress"]
    return {each.name: each for each in read_table(Stress, rows, PATH, "stress")}
