"""Report of the command `validate published`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.reports.past import PastAnswer, tab_separated
from app.terminal import amounts
from app.terminal.numbers import known, percent
from app.terminal.report import Part, Table, once


@dataclass(frozen=True)
class Published:
    """The plan in 2025 under three states of knowledge, a row an indicator and state.

    Parameters
    ----------
    found
        The table and what it rests on.
    scale
        Size of the model in the runs of the plan.
    written
        Files that were written.
    """

    found: PastAnswer
    scale: float
    written: Sequence[Path]

    @property
    def _notes(self) -> list[str]:
        return [
            *self.found.warnings(),
            *([f"Runs of the plan: scale {self.scale:g}."] if self.scale != 1.0 else []),
            "Run numbers share their draws; the standard error of a change is that over run numbers.",
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the table as records."""
        return {
            **self.found.as_dict("published", self._notes),
            "scale_of_the_plan": self.scale,
            "written": [str(each) for each in self.written],
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the median of each indicator and state."""
        return tab_separated(self.found.table, "indicator", "basis", "q50")

    def parts(self) -> Iterable[Part]:
        """Return a table of indicators and states."""
        names = amounts.shipped_names()
        rows = [
            [
                amounts.named(row["indicator"], names),
                row["basis"],
                row["moments"],
                *(amounts.level(row["indicator"], row[key]) for key in ("q05", "q50", "q95")),
                amounts.change_with_error(row["indicator"], row["change"], row["change_se"]),
                known(row["spread"], ".2f"),
                percent(row["chance"], ".0%"),
            ]
            for row in self.found.table.to_dict("records")
        ]
        heads = (
            "indicator, unit",
            "fit to",
            "moments",
            "5 %",
            "50 %",
            "95 %",
            "change (error)",
            "spread",
            "target met",
        )
        yield from once(self.found.conditions)
        yield Table("The plan in 2025", heads, rows, heads[2:])
        yield from once(self._notes)
        yield from (f"Written: {path}" for path in self.written)
