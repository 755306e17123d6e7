"""Report of the command `effects`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal import amounts
from app.terminal.numbers import known, or_blank
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    from scenarios import Scenario
    from scenarios.run_conditions import RunConditions


@dataclass(frozen=True)
class Effects:
    """Effects of levers against a scenario, a row for each lever, intensity and indicator."""

    base: Scenario
    runs: int
    rows: Sequence[Mapping[Any, Any]]

    @property
    def year(self) -> int:
        """The year in which they are measured."""
        from scenarios.whole_years import checked_year

        return checked_year(self.base)

    @property
    def conditions(self) -> RunConditions:
        """Conditions of the runs."""
        from sim.experiments.run_conditions import conditions_of

        return conditions_of([self.base], parameters="prior_2020")

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support, and the year if it is not that of the plan."""
        from sim.experiments.least_runs import LEAST_FOR_VERDICT, few_runs_note
        from sim.experiments.run_conditions import year_notes

        few = few_runs_note(self.runs, "an interval or a verdict", LEAST_FOR_VERDICT)
        return few if self.year == self.base.plan.target_year else [*few, *year_notes([self.base])]

    def as_dict(self) -> dict[str, Any]:
        """Return all rows."""
        from sim.closing.dictionary import unit_of

        return {
            "against": self.base.name,
            "runs": self.runs,
            "year": self.year,
            "conditions": self.conditions.as_dict(),
            "warnings": self.warnings,
            "effects": [{**row, "unit": unit_of(row["indicator"])} for row in self.rows],
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the effects."""
        return [
            f"{row['lever']} {row['intensity']:g} {row['indicator']} {known(row['effect'], 'g')}" for row in self.rows
        ]

    def parts(self) -> Iterable[Part]:
        """Return a table of the rows with an effect."""
        names = amounts.names_of([self.base.plan])
        changes = [(row, amounts.change(row["indicator"], row["effect"], row["low"], row["high"])) for row in self.rows]
        cells = [
            (
                row["lever"],
                f"{row['intensity']:g}",
                amounts.named(row["indicator"], names),
                effect,
                interval,
                row["expected"],
                row["verdict"],
                or_blank(row["through_agents"], ".0%"),
            )
            for row, (effect, interval) in changes
            if not (amounts.is_zero(effect) and amounts.is_zero(interval))
        ]
        headings = (
            "lever",
            "intensity",
            "indicator, unit",
            "effect",
            "95 % interval",
            "expected of more",
            "verdict",
            "through agents",
        )
        yield from once(self.conditions.lines)
        title = f"Effects in {self.year} against committed, {self.runs} paired runs"
        yield Table(title, headings, cells, right=("effect",))
        yield from once(self.warnings)
        yield (
            "Rows whose effect is zero to the digits that are shown are omitted. "
            "Expected signs are judgement and do not enter the runs."
        )
        yield (
            "Through agents: the effect of the channels that agents' decisions read, over that of all; formulas of "
            "markets or authorities read the rest."
        )
