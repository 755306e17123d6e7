"""Report of the command `validate discrepancy`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.reports.scored import READ_SKILL
from app.terminal import amounts
from app.terminal.numbers import known, percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    from calibration.learning import Lesson

READ_LESSON = (
    "Each origin is scored by what the others teach; they forecast some of the same years, so this is kinder than a"
    " forecast of unknown years."
)


@dataclass(frozen=True)
class Discrepancy:
    """Errors of the model at earlier origins beyond its own spread, weights of a pool, and their scores.

    Parameters
    ----------
    lesson
        What was learned.
    failed
        Runs that could not be finished.
    written
        Files that were written.
    """

    lesson: Lesson
    failed: int
    written: Sequence[Path]

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support, and the number of runs left out."""
        from sim.experiments.least_runs import LEAST_FOR_INTERVAL, few_runs_note

        warnings = few_runs_note(int(self.lesson.about["runs"]), "intervals", LEAST_FOR_INTERVAL)
        return [*warnings, *([f"{self.failed} runs could not be finished and are left out."] if self.failed else [])]

    def as_dict(self) -> dict[str, Any]:
        """Return discrepancies, weights and scores as records."""
        return {
            "discrepancies": self.lesson.discrepancies.to_dict("records"),
            "weights": self.lesson.weights.to_dict("records"),
            "scores": self.lesson.scores.to_dict("records"),
            "about": dict(self.lesson.about),
            "warnings": self.warnings,
            "written": [str(each) for each in self.written],
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the discrepancy of each indicator."""
        return [f"{row['indicator']}\t{row['discrepancy']:.3f}" for row in self.lesson.discrepancies.to_dict("records")]

    def parts(self) -> Iterable[Part]:
        """Return a table of discrepancies, one of weights and one of scores."""
        names = amounts.shipped_names()
        rows = [
            [
                amounts.without_unit(row["indicator"], names),
                row["status"],
                *(known(row[key], ".3f") for key in ("discrepancy", "low", "high")),
                row["forecasts"],
                row["origins"],
            ]
            for row in self.lesson.discrepancies.to_dict("records")
        ]
        heads = ("indicator", "status", "log per root year", "lowest", "highest", "forecasts", "origins")
        yield Table("Discrepancy, and its range with one origin left out", heads, rows, heads[2:])
        weights = [
            [amounts.without_unit(row["indicator"], names), row["component"], f"{row['weight']:.2f}"]
            for row in self.lesson.weights.to_dict("records")
        ]
        yield Table("Weights of the pool", ("indicator", "component", "weight"), weights, ("weight",))
        scores = [
            [
                row["kind"],
                amounts.named(row["indicator"], names),
                row["forecasts"],
                *(percent(row[f"inside_{level}"], ".0%") for level in (50, 80, 90)),
                amounts.size(row["indicator"], row["crps"]),
                known(row["skill"], "+.2f"),
                " ".join(str(row[f"bin_{place}"]) for place in range(1, 6)),
            ]
            for row in self.lesson.scores.to_dict("records")
        ]
        columns = ("kind", "indicator, unit", "forecasts", "in 50 %", "80 %", "90 %", "CRPS", "skill", "in fifths")
        yield Table.of_numbers("Scores of each origin, left out", columns, scores)
        yield from once([READ_LESSON, READ_SKILL, *self.warnings])
        yield from (f"Written: {path}" for path in self.written)
