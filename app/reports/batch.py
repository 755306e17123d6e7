"""Report of the command `batch`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.terminal.report import Part


@dataclass(frozen=True)
class BatchDone:
    """How a batch ended.

    Parameters
    ----------
    store, design
        Where its runs are, and the experiment gone on with if it was chosen by number.
    requested
        Runs of the batch.
    counts
        Runs in the store by status.
    failures
        Runs that failed, with the reason.
    """

    store: Path
    design: int | None
    requested: int
    counts: Mapping[str, int]
    failures: Sequence[str]

    def as_dict(self) -> dict[str, Any]:
        """Return the counts and the failures."""
        return {"store": str(self.store), "asked": self.requested, **self.counts, "failures": self.failures}

    def quiet_lines(self) -> Iterable[str]:
        """Return the number of runs done."""
        return [str(self.counts.get("done", 0))]

    def parts(self) -> Iterable[Part]:
        """Return the counts and the command that usually follows."""
        failed = f", {self.counts['failed']} failed" if self.counts.get("failed") else ""
        yield f"{self.requested} runs asked for; the store {self.store} holds {self.counts.get('done', 0)}{failed}"
        yield f"Next: lujiazui compare {_place(self.store, self.design)}"


def _place(store: Path, design: int | None) -> str:
    """A store, and an experiment of it if one was chosen, as they are typed."""
    return shlex.quote(str(store)) + ("" if design is None else f" --design {design}")
