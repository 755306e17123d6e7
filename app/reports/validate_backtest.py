"""Report of the command `validate backtest`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.reports.past import PastAnswer, tab_separated
from app.reports.scored import READ_SKILL
from app.terminal import amounts
from app.terminal.numbers import known
from app.terminal.report import Part, Table, once


@dataclass(frozen=True)
class Backtest:
    """The years 2017-2020, a row for each kind of run, year and indicator."""

    found: PastAnswer

    def as_dict(self) -> dict[str, Any]:
        """Return the years, and the starting state with where each level comes from."""
        from calibration.backtest import starting_state

        start = starting_state().to_dict("records")
        return {**self.found.as_dict("backtest", self.found.warnings()), "start": start}

    def quiet_lines(self) -> Iterable[str]:
        """Return the medians."""
        return tab_separated(self.found.table, "kind", "indicator", "year", "median")

    def parts(self) -> Iterable[Part]:
        """Return a table of the years."""
        from calibration.backtest import starting_state

        names = amounts.shipped_names()
        rows = [
            [
                row["kind"],
                amounts.named(row["indicator"], names),
                row["year"],
                *(amounts.level(row["indicator"], row[key]) for key in ("observed", "q05", "median", "q95")),
                amounts.size(row["indicator"], row["crps"]),
                row["best_naive"],
                amounts.size(row["indicator"], row["naive_crps"]),
                known(row["skill"], "+.2f"),
            ]
            for row in self.found.table.to_dict("records")
        ]
        heads = (
            "kind",
            "indicator, unit",
            "year",
            "observed",
            "5 %",
            "median",
            "95 %",
            "CRPS",
            "best naive rule",
            "its CRPS",
            "skill",
        )
        yield from once(self.found.conditions)
        yield Table.of_numbers("2017-2020 from the stocks of end-2015, constants solved on 2016", heads, rows)
        counted = starting_state()["how"].value_counts()
        sources = ", ".join(f"{count} {how}" for how, count in counted.items())
        yield f"Starting observations: {sources}; --json lists them."
        yield "A forecast draws external drivers and applies no policy step; a replay takes both as they were."
        yield READ_SKILL
        yield from once(self.found.warnings())
