"""Report of delta-CoVaR by sector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal.numbers import between, percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Scenario


@dataclass(frozen=True)
class SectorCovar:
    """What the distress of each sector adds to the loss of all, a row a scenario and sector."""

    scenarios: Sequence[Scenario]
    runs: int
    found: pd.DataFrame

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support."""
        from sim.experiments.least_runs import few_runs_note

        return few_runs_note(self.runs, "an interval")

    def as_dict(self) -> dict[str, Any]:
        """Return the rows."""
        from sim.experiments.run_conditions import conditions_of

        return {
            "scenarios": [each.name for each in self.scenarios],
            "runs": self.runs,
            "conditions": conditions_of(self.scenarios).as_dict(),
            "warnings": self.warnings,
            "delta_covar": self.found.to_dict("records"),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return delta-CoVaR by sector."""
        return [f"{row.scenario} {row.sector} {row.delta:g}" for row in self.found.itertuples()]

    def parts(self) -> Iterable[Part]:
        """Return a table of each scenario, the largest first."""
        from sim.experiments.run_conditions import conditions_of

        yield from once(conditions_of(self.scenarios).lines)
        for name, rows in self.found.groupby("scenario", sort=False):
            right = ("value at risk", "CoVaR", "delta-CoVaR")
            cells = [
                (
                    str(row["sector"]).replace("_", " "),
                    percent(row["value_at_risk"], ".2%"),
                    percent(row["covar"], ".2%"),
                    percent(row["delta"], ".3%"),
                    between(100.0 * row["low"], 100.0 * row["high"], ".3f"),
                )
                for row in rows.sort_values("delta", ascending=False).to_dict("records")
            ]
            yield Table(
                f"{name}, {self.runs} runs: losses in a month, share of equity",
                ("sector", *right, "95 % interval, %"),
                cells,
                right=right,
            )
        yield from once(self.warnings)
        yield (
            "Delta-CoVaR: rise of the loss of all institutions that one month in twenty exceeds, when the sector's loss"
            " goes from its median to its value at risk (Adrian and Brunnermeier 2016). A loss below zero is a gain."
        )
