"""Report of the command `decisions`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal.numbers import known
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
        cells = [
            (
                name,
                f"{row['change']:.3g}",
                *(_with_error(row, part) for part in ("decisions", "trends", "macro")),
                known(row["decisions_share"], ".0%"),
            )
            for name, row in self.found.to_dict("index").items()
        ]
        headings = ("indicator", "change", "decisions", "trends", "macro", "share of decisions")
        year = year_told_of(self.scenario)
        yield Table.of_numbers(f"Change from 2020 to {year}, {self.runs} runs of {self.scenario.name}", headings, cells)
        yield "In brackets: standard errors."
        yield from once(self.warnings)


def _with_error(row: Mapping[Any, Any], part: str) -> str:
    """A part of a change with its standard error, where it has one."""
    return f"{row[part]:.3g} ({known(row[f'{part}_error'], '.1g')})"
