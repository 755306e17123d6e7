"""Reports on runs of 2016-2020."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal.numbers import known
from app.terminal.report import Table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PastAnswer:
    """A table made from runs of the past.

    Parameters
    ----------
    table
        The table.
    runs
        Runs of each group.
    scale
        Size of the model.
    failed
        Runs that could not be finished.
    """

    table: pd.DataFrame
    runs: int
    scale: float
    failed: int

    @property
    def conditions(self) -> list[str]:
        """Conditions of the runs."""
        size = "full size" if self.scale == 1.0 else f"scale: {self.scale:g} times the issuers of the full model"
        return [f"Rests on: runs of 2016-2020, parameters prior_2020, {size}."]

    def warnings(self, needs: str = "intervals", least: int | None = None) -> list[str]:
        """Statistics that so few runs do not support, and the number of runs left out.

        Parameters
        ----------
        needs
            Statistics that fewer runs do not support.
        least
            Runs that this needs; those of an interval if not given.
        """
        from sim.experiments.least_runs import LEAST_FOR_INTERVAL, few_runs_note

        counts = [int(self.table[column].min()) for column in ("runs", "pairs") if column in self.table.columns]
        fewest = min(counts, default=self.runs)
        warnings = few_runs_note(fewest, needs, LEAST_FOR_INTERVAL if least is None else least)
        if self.failed:
            warnings.append(f"{self.failed} runs could not be finished and are left out.")
        return warnings

    def as_dict(self, key: str, warnings: list[str]) -> dict[str, Any]:
        """Return the rows under a key, with what they rest on."""
        return {
            key: self.table.to_dict("records"),
            "runs": self.runs,
            "conditions": {"scale": self.scale, "notes": self.conditions},
            "warnings": warnings,
        }


def tab_separated(table: pd.DataFrame, *columns: str) -> list[str]:
    """Return some columns of a table, a row a line."""
    return table[list(columns)].to_csv(sep="\t", header=False, index=False).splitlines()


def table_of_weights(title: str, head: str, column: str, found: PastAnswer) -> Table:
    """Return a table of scores and weights of what a column names."""
    rows = [
        [row[column], *(known(row[key], ".2f") for key in ("log_score", "weight", "root_mean_square_miss"))]
        for row in found.table.to_dict("records")
    ]
    return Table.of_numbers(title, (head, "log score", "weight", "miss in tolerances"), rows)
