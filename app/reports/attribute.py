"""Report of the command `attribute`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal import amounts
from app.terminal.report import Part, Table, once
from scenarios.plan import TASK_GROUPS

if TYPE_CHECKING:
    from scenarios import Scenario
    from scenarios.run_conditions import RunConditions
    from sim.experiments.attribution import Attribution


@dataclass(frozen=True)
class Attributed:
    """A difference between two scenarios split into the parts of their policies.

    Parameters
    ----------
    target, base
        The scenarios.
    by
        Kind of part.
    runs
        Seeds.
    found
        The parts.
    """

    target: Scenario
    base: Scenario
    by: str
    runs: int
    found: Attribution

    @property
    def conditions(self) -> RunConditions:
        """Conditions of the runs, which take the central parameters: only random draws differ between them."""
        from sim.experiments.run_conditions import conditions_of

        return conditions_of([self.target, self.base])

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support, and the year if it is not that of the plan."""
        from sim.experiments.least_runs import few_runs_note
        from sim.experiments.run_conditions import year_notes

        few = few_runs_note(self.runs, "standard errors")
        return few if self.found.year == self.target.plan.target_year else [*few, *year_notes([self.target])]

    def as_dict(self) -> dict[str, Any]:
        """Return the parts as records."""
        from sim.closing.dictionary import unit_of

        return {
            "scenario": self.target.name,
            "against": self.base.name,
            "by": self.by,
            "runs": self.runs,
            "year": self.found.year,
            "conditions": self.conditions.as_dict(),
            "warnings": self.warnings,
            "parts": [{**row, "unit": unit_of(row["indicator"])} for row in self.found.table.to_dict("records")],
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the parts."""
        rows = self.found.table.to_dict("records")
        return [f"{row['indicator']} {row['player']} {row['part']:g}" for row in rows]

    def parts(self) -> Iterable[Part]:
        """Return a table with a column for each indicator."""
        rows = self.found.table
        wide = rows.pivot(index="player", columns="indicator", values="part")
        errors = rows.pivot(index="player", columns="indicator", values="standard_error")
        indicators = list(dict.fromkeys(rows["indicator"]))
        names = amounts.names_of([self.target.plan])
        heads = (f"{amounts.name(each, names)}, {amounts.unit_of_change(each)}" for each in indicators)
        cells = [
            (
                self._named(player),
                *(
                    amounts.change_with_error(n, float(wide.loc[player, n]), float(errors.loc[player, n]))
                    for n in indicators
                ),
            )
            for player in [*self.found.players, "whole", "interaction"]
        ]
        yield from once(self.conditions.lines)
        title = (
            f"{self.target.name} against {self.base.name} in {self.found.year}, {self.runs} seeds: "
            "what each part brings"
        )
        yield Table.of_numbers(title, ("part", *heads), cells)
        yield "The parts add up to the whole. Interaction is what no part brings alone. In brackets: standard errors."
        yield from once(self.warnings)

    def _named(self, player: str) -> str:
        """Return a task group with its name; a lever, the whole and the interaction as they are."""
        from app.briefing.words import Wording

        plan = self.target.plan
        named = {*TASK_GROUPS, *(each.id for each in plan.groups)}
        return f"{player} {Wording('en', plan=plan).group(player)}" if player in named else player
