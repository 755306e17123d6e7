"""Report of the command `decisions`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal import amounts
from app.terminal.numbers import percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Scenario
    from scenarios.run_conditions import RunConditions


@dataclass(frozen=True)
class Decisions:
    """The decomposed change of each indicator, a row each."""

    scenario: Scenario
    runs: int
    conditions: RunConditions
    found: pd.DataFrame

    @property
    def warnings(self) -> Sequence[str]:
        """Statistics that so few runs do not support."""
        from sim.experiments.least_runs import few_runs_note

        return few_runs_note(self.runs, "standard errors")

    def as_dict(self) -> dict[str, Any]:
        """Return the parts as records."""
        return {
            "scenario": self.scenario.name,
            "runs": self.runs,
            "conditions": self.conditions.as_dict(),
            "warnings": self.warnings,
            "decisions": self.found.reset_index().to_dict("records"),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the share of decisions."""
        return [f"{name} {share:.3f}" for name, share in self.found["decisions_share"].items()]

    def parts(self) -> Iterable[Part]:
        """Return a table of the parts."""
        from scenarios.whole_years import year_told_of

        yield from once(self.conditions.lines)
        names = amounts.names_of([self.scenario.plan])
        cells = [
            (
                amounts.named(name, names),
                amounts.change(name, row["change"], math.nan, math.nan)[0],
                *(
                    amounts.change_with_error(name, row[part], row[f"{part}_error"])
                    for part in ("decisions", "trends", "macro")
                ),
                percent(row["decisions_share"], ".0%"),
            )
            for name, row in ((str(each), row) for each, row in self.found.to_dict("index").items())
        ]
        headings = ("indicator, unit", "change", "decisions", "trends", "macro", "share of decisions")
        year = year_told_of(self.scenario)
        yield Table.of_numbers(f"Change from 2020 to {year}, {self.runs} runs of {self.scenario.name}", headings, cells)
        yield "In brackets: standard errors."
        yield from once(self.warnings)
