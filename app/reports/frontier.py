"""Report of the command `frontier`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal.numbers import between, known, percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    from scenarios import Scenario
    from sim.experiments.frontier import Frontier


@dataclass(frozen=True)
class FrontierFound:
    """Targets and risk of scenarios and of variants in one lever."""

    base: Scenario
    runs: int
    intensity: float
    found: Frontier

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support, and the year if it is not 2025."""
        from sim.experiments.least_runs import few_runs_note
        from sim.experiments.run_conditions import year_notes

        return [*few_runs_note(self.runs, "a standard error or an interval"), *year_notes([self.base])]

    def as_dict(self) -> dict[str, Any]:
        """Return a row for each scenario."""
        from sim.experiments.run_conditions import conditions_of

        return {
            "base": self.base.name,
            "intensity": self.intensity,
            "runs": self.runs,
            "conditions": conditions_of([self.base]).as_dict(),
            "warnings": self.warnings,
            "cheapest_lever": self.found.cheapest,
            "frontier": self.found.table.to_dict("records"),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the scenarios that no other one beats."""
        kept = self.found.table[self.found.table["efficient"]]
        return [f"{row.scenario}\t{row.targets:g}\t{row.broken:g}\t{row.shortfall:g}" for row in kept.itertuples()]

    def parts(self) -> Iterable[Part]:
        """Return the scenarios from the most targets down, and what a lever's resilience costs."""
        from sim.experiments.run_conditions import conditions_of

        yield from once(conditions_of([self.base]).lines)
        right = ("targets", "standard error", "redline broken", "expected shortfall")
        rows = [
            (
                row["scenario"],
                known(row["targets"], ".2f"),
                known(row["targets_error"], ".2f"),
                percent(row["broken"], ".1%"),
                known(row["shortfall"], ".2f"),
                "yes" if row["efficient"] else "",
            )
            for row in self.found.table.sort_values(["targets", "shortfall"], ascending=[False, True]).to_dict(
                "records"
            )
        ]
        yield Table(f"Growth and resilience, {self.runs} runs", ("scenario", *right, "frontier"), rows, right=right)
        levers = self.found.table[self.found.table["lever"] != ""].sort_values("shortfall_change")
        if len(levers):
            columns = ("targets", "expected shortfall", "targets lost per unit")
            yield Table(
                f"One lever at {self.intensity:g}, against {self.base.name}",
                ("lever", *columns, "95 % of the shortfall"),
                [
                    (
                        row["lever"],
                        known(row["targets_change"], "+.2f"),
                        known(row["shortfall_change"], "+.2f"),
                        known(row["price"], ".2f"),
                        between(row["change_low"], row["change_high"], "+.2f"),
                    )
                    for row in levers.to_dict("records")
                ],
                right=columns,
            )
        cheapest = self.found.cheapest
        yield f"Cheapest lever for resilience: {cheapest or 'none whose interval lies below zero'}."
        yield from once(self.warnings)
        yield (
            "Targets: expected number of seven that are reached. Redline: runs that break it. Expected shortfall: mean "
            "over the worst tenth of the runs of the highest monthly index of systemic risk, usual spreads."
        )
