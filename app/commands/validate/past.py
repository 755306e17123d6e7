"""Runs of 2016-2020, the basis of all commands under `validate` but `validate forecast`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
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
        size = "full size" if self.scale == 1.0 else f"scale {self.scale:g}: so many issuers for one of the full model"
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


def past_answer(
    question: Callable[..., pd.DataFrame],
    runs: int,
    scale: str | None,
    store: Path,
    workers: int | None,
    *,
    hidden: bool,
    **more: Any,
) -> PastAnswer:
    """Answer a question by runs of the past, which are kept in a folder.

    Parameters
    ----------
    question
        A function of `calibration`.
    runs, scale, store, workers
        Options of the command.
    hidden
        Show no progress.
    more
        Further arguments of the question.
    """
    from app.terminal.asked import scenario_asked
    from app.terminal.progress import RunsBar
    from calibration.past_runs import PastRuns
    from calibration.scores import NEEDED
    from scenarios.extras import needs_extra
    from sim.experiments.pool import usual_workers

    needs_extra("calibrate", *NEEDED, what="what.score")
    needs_extra("calibrate", "sklearn", "emcee", what="what.fit")
    size = scenario_asked("frozen", [], [], macro=None, scale=scale).scale
    kept = PastRuns(store)
    with RunsBar(hidden=hidden) as bar:
        table = question(kept, runs, workers or usual_workers(), size, bar.show, **more)
    return PastAnswer(table, runs, size, len(kept.failed))


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
