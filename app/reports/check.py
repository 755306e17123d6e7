"""Report of the command `check`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.terminal.report import Part

if TYPE_CHECKING:
    from scenarios import Scenario


@dataclass(frozen=True)
class Checked:
    """A scenario file in which nothing is wrong."""

    file: Path
    scenario: Scenario

    def as_dict(self) -> dict[str, Any]:
        """Return title, hash, costs and triggers."""
        return {
            "file": str(self.file),
            "ok": True,
            "title": self.scenario.title,
            "hash": self.scenario.content_hash(),
            "costs": self.scenario.costs(),
            "triggers": [str(each) for each in self.scenario.triggers],
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return nothing: the exit code says it."""
        return []

    def parts(self) -> Iterable[Part]:
        """Return title and hash, then triggers and cost."""
        from scenarios.printable import spelt_out

        scenario = self.scenario
        yield f"ok: {spelt_out(scenario.title or scenario.name)}, {scenario.content_hash()}"
        for trigger in scenario.triggers:
            yield f"  {trigger}"
        if scenario.budget is not None:
            yield f"  cost to {scenario.end}: {sum(scenario.costs().values()):.6g} {scenario.budget.unit}"
