"""Report of the command `stress` on a user's own network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal.numbers import percent
from app.terminal.report import Part, Table

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 20
"""Institutions in the table; --json has all."""


@dataclass(frozen=True)
class NetworkStress:
    """What the failure of each institution costs the others, the costliest first."""

    loss_given_default: float
    failures: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Return a row for each institution."""
        return {"loss_given_default": self.loss_given_default, "failures": self.failures.to_dict("records")}

    def quiet_lines(self) -> Iterable[str]:
        """Return the institutions with their DebtRank."""
        return [
            f"{name} {rank:g}"
            for name, rank in zip(self.failures["institution"], self.failures["debtrank"], strict=True)
        ]

    def parts(self) -> Iterable[Part]:
        """Return the table of the costliest failures."""
        rows = [
            (
                row.institution,
                percent(row.equity_share, ".1%"),
                percent(row.debtrank, ".1%"),
                str(row.failures),
                f"{row.lost:,.4g}",
                str(row.rounds),
            )
            for row in self.failures.head(SHOWN).itertuples()
        ]
        headings = ("institution", "share of equity", "DebtRank", "failures that follow", "written off", "rounds")
        yield Table.of_numbers("The failure of each institution alone", headings, rows)
        if len(self.failures) > SHOWN:
            yield f"{len(self.failures) - SHOWN} more with smaller DebtRank: --json lists all."
        yield (
            "DebtRank: share of all equity that the others lose in value before any default. "
            f"Written off: {percent(self.loss_given_default, '.0%')} of each claim on an institution that fails."
        )
