"""Report of the command `estimate`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal import amounts
from app.terminal.numbers import percent
from app.terminal.report import Part, Table

if TYPE_CHECKING:
    from scenarios import Scenario
    from sim.experiments.step_responses import Estimate

NO_ESTIMATE = "no estimate"


@dataclass(frozen=True)
class Estimated:
    """Estimated effects of a scenario against a baseline."""

    scenario: Scenario
    baseline: Scenario
    found: Estimate

    @property
    def year(self) -> int:
        """Year of the targets."""
        return self.scenario.plan.target_year

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A record for each indicator and year, with its unit."""
        from sim.closing.dictionary import unit_of

        return [{**row, "unit": unit_of(row["indicator"])} for row in self.found.rows]

    @property
    def warnings(self) -> list[str]:
        """That the model is another one than that which was measured."""
        known = self.found.responses
        if known.current:
            return []
        return [
            f"The step responses are those of model {known.model}; the model has changed since, so that errors may be "
            "larger than shown."
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the estimates of all years, and what they rest on."""
        known = self.found.responses
        measured = {name: getattr(known, name) for name in ("version", "model", "parameters", "scale", "draws")}
        return {
            "scenario": self.scenario.name,
            "against": self.baseline.name,
            "settings": list(self.scenario.settings),
            "year": self.year,
            "measured": {**measured, "policies_tested": known.desks, "current": known.current},
            "warnings": self.warnings,
            "estimates": self.rows,
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the estimates of the year of the targets."""
        shown = self.found.in_year(self.year)
        return [
            f"{row['indicator']} {NO_ESTIMATE if row['estimate'] is None else format(row['estimate'], 'g')}"
            for row in shown
        ]

    def parts(self) -> Iterable[Part]:
        """Return a table of the year of the targets, and what the figures are."""
        known = self.found.responses
        names = amounts.names_of([self.scenario.plan])
        cells = []
        for row in self.found.in_year(self.year):
            indicator = row["indicator"]
            change, spread = NO_ESTIMATE, ""
            if row["estimate"] is not None:
                change, spread = amounts.change(indicator, row["estimate"], row["low"], row["high"])
            cells.append(
                (
                    amounts.named(indicator, names),
                    change,
                    spread,
                    amounts.size(indicator, row["error"]),
                    percent(max(row["explained"], 0.0), ".0%"),
                )
            )
        columns = ("change", "range over draws", "typical error", "explained")
        title = f"Estimate without simulation: {self.scenario.label} against {self.baseline.label}, {self.year}"
        yield Table(title, ("indicator, unit", *columns), cells, right=columns)
        yield (
            "The sum of the effects of each lever alone, from steps of single levers measured in "
            f"{known.draws} paired runs of the model at scale {known.scale:g} ({known.parameters}, version "
            f"{known.version}); interactions of levers are omitted, but for their prerequisites."
        )
        yield (
            f"Typical error: root mean square against {known.desks} simulated random policies; explained: share of the "
            f"variance of their effects. Below 50 % there is no estimate. A simulation replaces it: lujiazui batch."
        )
        yield from self.warnings
