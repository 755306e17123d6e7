"""Report of the command `sweep`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.terminal.report import Part


@dataclass(frozen=True)
class SweepDone:
    """How a sweep ended."""

    store: Path
    points: int
    runs: int
    failures: Sequence[str]

    def as_dict(self) -> dict[str, Any]:
        """Return points, runs and failures."""
        return {
            "store": str(self.store),
            "points": self.points,
            "runs": self.runs,
            "failures": list(self.failures),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the number of runs."""
        return [str(self.runs)]

    def parts(self) -> Iterable[Part]:
        """Return the counts and the command that usually follows."""
        yield f"{self.points} points, {self.runs} runs in {self.store}"
        yield f"Next: lujiazui sensitivity {self.store}"
