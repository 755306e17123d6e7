"""The command `scenarios`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.terminal.options import Json, Quiet
from app.terminal.report import Listing, Part, Table, answer

if TYPE_CHECKING:
    from scenarios import Scenario


def scenarios(
    name: Annotated[str | None, typer.Argument(help="One scenario, written out with all that it inherits.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the ready scenarios, or print one as a scenario file."""
    from scenarios import load, names

    if name is not None:
        answer(ScenarioInFull(load(name)), json, quiet)
        return
    ready = [load(each) for each in names()]
    described = [
        {
            "name": each.name,
            "title": each.title,
            "policy": each.policy,
            "macro": each.macro,
            "description": each.description,
        }
        for each in ready
    ]
    rows = [(each.name, each.title, each.policy, each.macro, each.description) for each in ready]
    table = Table("Ready scenarios", ("name", "title", "base policy", "macro", "what happens"), rows)
    answer(Listing(described, names(), [table]), json, quiet)


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
