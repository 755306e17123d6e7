"""Report of the command `validate forecast`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.reports.forecast import CAVEAT
from app.reports.scored import READ_SKILL, observation_table
from app.terminal import amounts
from app.terminal.numbers import or_blank, percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Score:
    """Scores of one kind of forecast, one by one and by indicator."""

    kind: str
    conditions: Sequence[str]
    table: pd.DataFrame
    summary: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Return the scores as records."""
        return {
            "conditions": self.conditions,
            "scores": self.table.to_dict("records"),
            "summary": self.summary.to_dict("records"),
        }

    def parts(self) -> Iterable[Part]:
        """Return a table of each observation and one of each indicator."""
        yield from once(self.conditions)
        yield observation_table(f"{self.kind}, one by one", self.table)
        skills = [str(column) for column in self.summary.columns if "skill" in str(column)]
        names = amounts.shipped_names()
        rows = [
            [
                amounts.named(row["indicator"], names),
                amounts.size(row["indicator"], row["crps"]),
                *(percent(row[f"inside_{level}"], ".0%") for level in (50, 80, 95)),
                *(or_blank(row[each], "+.2f") for each in skills),
            ]
            for row in self.summary.to_dict("records")
        ]
        heads = ("indicator, unit", "CRPS", "in 50 %", "in 80 %", "in 95 %", *skills)
        yield Table.of_numbers(f"{self.kind}, by indicator", heads, rows)


@dataclass(frozen=True)
class Scores:
    """Scores of every kind of forecast on a file of observations."""

    observed: Path
    scores: Sequence[Score]

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support."""
        from sim.experiments.least_runs import LEAST_FOR_INTERVAL, few_runs_note

        return few_runs_note(
            min(int(each.table["runs"].min()) for each in self.scores), "intervals", LEAST_FOR_INTERVAL
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the scores of each kind of forecast."""
        kinds = {each.kind: each.as_dict() for each in self.scores}
        return {"observed": str(self.observed), **kinds, "warnings": self.warnings, "caveat": CAVEAT}

    def quiet_lines(self) -> Iterable[str]:
        """Return the CRPS of each indicator."""
        return [
            f"{each.kind}\t{row['indicator']}\t{row['crps']:.6g}"
            for each in self.scores
            for row in each.summary.to_dict("records")
        ]

    def parts(self) -> Iterable[Part]:
        """Return the tables of each kind of forecast, and how to read them."""
        for each in self.scores:
            yield from each.parts()
        yield READ_SKILL
        yield from once([*self.warnings, CAVEAT])
