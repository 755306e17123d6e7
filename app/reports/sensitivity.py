"""Report of the command `sensitivity`."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal import amounts
from app.terminal.numbers import plain
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.designs import Design

EFFECTS = {"mean_effect", "mean_absolute_effect", "interval", "spread"}
"""Columns of a Morris design that are effects on the indicator, in its unit."""


def rests_on(design: Design, found: pd.DataFrame) -> dict[str, Any]:
    """Year and conditions of the points of a sweep; those of its scenario where the points have none."""
    from scenarios.whole_years import checked_year
    from sim.experiments.run_conditions import conditions_of

    if {"year", "conditions"} <= set(found.attrs):
        return {"year": found.attrs["year"], "conditions": found.attrs["conditions"]}
    return {"year": checked_year(design.scenario), "conditions": conditions_of([design.scenario]).as_dict()}


@dataclass(frozen=True)
class Sensitivity:
    """Indices of the factors of a sweep.

    Parameters
    ----------
    kind, points
        Kind of the design and points that it has runs of.
    rests_on
        Year and conditions.
    indices
        A row for each indicator and factor.
    warnings
        Statistics that so few points do not support.
    """

    kind: str
    points: int
    rests_on: dict[str, Any]
    indices: pd.DataFrame
    warnings: Sequence[str]

    def as_dict(self) -> dict[str, Any]:
        """Return the indices in the order of the design."""
        about = {"kind": self.kind, "points": self.points, **self.rests_on, "warnings": self.warnings}
        return {**about, "indices": self.indices.to_dict("records")}

    def quiet_lines(self) -> Iterable[str]:
        """Return the strength of each factor, the strongest first."""
        from sim.experiments.sensitivity import strength

        key = strength(self.kind)
        return [f"{row['indicator']} {row['factor']} {row[key]:g}" for row in self._ordered().to_dict("records")]

    def parts(self) -> Iterable[Part]:
        """Return the indices, the strongest factor first."""
        ordered = self._ordered()
        headings = [str(column).replace("_", " ") for column in ordered.columns]
        names = amounts.shipped_names()
        cells = [[_cell(str(column), row, names) for column in row] for row in ordered.to_dict("records")]
        yield from once(self.rests_on["conditions"]["notes"])
        title = f"{self.kind} over {self.points} points, {self.rests_on['year']}"
        yield Table(title, headings, cells, right=headings[2:])
        yield from once(self.warnings)

    def _ordered(self) -> pd.DataFrame:
        from sim.experiments.sensitivity import strength

        return self.indices.sort_values(["indicator", strength(self.kind)], ascending=[True, False], kind="stable")


def _cell(column: str, row: Mapping[Hashable, Any], names: Mapping[str, str]) -> object:
    """A cell of the table: an effect of a factor is in the unit of its indicator, an index has none."""
    indicator = row["indicator"]
    if column == "indicator":
        return amounts.named(indicator, names) if EFFECTS & set(row) else amounts.without_unit(indicator, names)
    if column in EFFECTS:
        return amounts.size(indicator, row[column], plus=column == "mean_effect")
    return plain(row[column])
