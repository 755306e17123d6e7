"""Report of the command `scenarios`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal.report import Part

if TYPE_CHECKING:
    from scenarios import Scenario


@dataclass(frozen=True)
class ScenarioInFull:
    """A scenario as a file, with all that it inherits."""

    scenario: Scenario

    def as_dict(self) -> dict[str, Any]:
        """Return the scenario and its hash."""
        return {**self.scenario.plain(), "hash": self.scenario.content_hash()}

    def quiet_lines(self) -> Iterable[str]:
        """Return its name."""
        return [self.scenario.name]

    def parts(self) -> Iterable[Part]:
        """Return the lines of the file."""
        from scenarios.printable import spelt_out

        # Under the name of another scenario the copy would stand in its place in stores and comparisons.
        yield f"# {spelt_out(self.scenario.name)} in full; a scenario has the name of its file"
        yield self.scenario.to_yaml(named=False).removesuffix("\n")
