"""Report of the command `validate inference`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.reports.past import PastAnswer, tab_separated
from app.terminal.numbers import known, percent
from app.terminal.report import Part, Table, once

READ_SCORES = (
    "Skill is 1 - CRPS / CRPS of the prior, for the parameters of runs that neither method has seen; above 0 the data"
    " say something. The difference is the skill of a method less that of the emulator, with its standard error."
)


@dataclass(frozen=True)
class Compared:
    """Posteriors by two methods and their scores, a row a parameter and method.

    Parameters
    ----------
    found
        The table and what it rests on.
    written
        Files that were written.
    """

    found: PastAnswer
    written: Sequence[Path]

    @property
    def _warnings(self) -> list[str]:
        from calibration.diagnostics import least_runs

        return self.found.warnings("saying what the data identify", least_runs())

    def as_dict(self) -> dict[str, Any]:
        """Return the table as records."""
        return {
            **self.found.as_dict("inference", self._warnings),
            "written": [str(each) for each in self.written],
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the skill of each method by parameter."""
        return tab_separated(self.found.table, "parameter", "method", "crps_skill")

    def parts(self) -> Iterable[Part]:
        """Return a table of parameters and methods."""
        rows = [
            [
                row["parameter"],
                row["method"],
                known(row["mean"], ".2f"),
                known(row["sd_ratio"], ".2f"),
                f"{row['crps_skill']:+.3f}",
                f"{row['advantage']:+.3f} ({row['advantage_se']:.3f})",
                *(percent(row[key], ".0%") for key in ("inside_50", "inside_90")),
            ]
            for row in self.found.table.to_dict("records")
        ]
        heads = ("parameter", "method", "mean", "sd ratio", "skill", "difference", "in 50 %", "in 90 %")
        yield from once(self.found.conditions)
        yield Table("Posteriors as quantiles of the prior, and scores on runs left out", heads, rows, heads[2:])
        yield READ_SCORES
        yield from once(self._warnings)
        yield from (f"Written: {path}" for path in self.written)
