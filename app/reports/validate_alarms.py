"""Report of the command `validate alarms`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.reports.past import PastAnswer, tab_separated
from app.terminal.numbers import between, percent
from app.terminal.report import Part, Table, once


@dataclass(frozen=True)
class FalseAlarms:
    """Alarms in years without a crisis, a row a history and line."""

    found: PastAnswer

    def as_dict(self) -> dict[str, Any]:
        """Return the rows."""
        return self.found.as_dict("alarms", self.found.warnings())

    def quiet_lines(self) -> Iterable[str]:
        """Return the shares of months."""
        return tab_separated(self.found.table, "history", "line", "months")

    def parts(self) -> Iterable[Part]:
        """Return a table of shares."""
        yield from once(self.found.conditions)
        right = ("share of months", "runs with one", "standard error", "runs")
        rows = [
            (
                row["history"],
                row["line"],
                percent(row["months"], ".2%"),
                percent(row["runs_with"], ".1%"),
                percent(row["standard_error"], ".1%"),
                str(row["runs"]),
                between(100.0 * row["low"], 100.0 * row["high"], ".2f"),
                "yes" if row["accepted"] else "no",
            )
            for row in self.found.table.to_dict("records")
        ]
        columns = ("history", "line", *right, "95 % of the months, %", "below 5 %")
        yield Table("False alarms in 2017-2020", columns, rows, right=right)
        yield from once(self.found.warnings())
        yield "No regional crisis arose in these years, so that every alarm is false. They are simulated."
