"""Report of the command `validate origins`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.reports.past import PastAnswer, tab_separated
from app.reports.scored import READ_SKILL
from app.terminal import amounts
from app.terminal.numbers import known, percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Origins:
    """Forecasts from rolling origins, a row for each origin, year and indicator."""

    found: PastAnswer

    @property
    def _summary(self) -> pd.DataFrame:
        from calibration.origins import origins_summary

        return origins_summary(self.found.table)

    def as_dict(self) -> dict[str, Any]:
        """Return the scores one by one and by indicator."""
        return {
            **self.found.as_dict("origins", self.found.warnings()),
            "summary": self._summary.to_dict("records"),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the CRPS of each indicator."""
        return tab_separated(self._summary, "kind", "indicator", "crps")

    def parts(self) -> Iterable[Part]:
        """Return a table by indicator."""
        names = amounts.shipped_names()
        rows = [
            [
                row["kind"],
                amounts.named(row["indicator"], names),
                row["forecasts"],
                amounts.size(row["indicator"], row["crps"]),
                row["compared"],
                amounts.size(row["indicator"], row["naive_crps"]),
                known(row["skill"], "+.2f"),
                *(percent(row[f"inside_{level}"], ".0%") for level in (50, 80, 95)),
            ]
            for row in self._summary.to_dict("records")
        ]
        heads = (
            "kind",
            "indicator, unit",
            "forecasts",
            "CRPS",
            "compared",
            "CRPS of best naive rule",
            "skill",
            "in 50 %",
            "80 %",
            "95 %",
        )
        yield from once(self.found.conditions)
        yield Table.of_numbers("Forecasts from the end of 2016 to 2019 of the years to 2020", heads, rows)
        yield READ_SKILL
        yield from once(self.found.warnings())
