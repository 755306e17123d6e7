"""The command `month`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from app.terminal.options import Json, Quiet
from app.terminal.report import Part, Table, answer
from scenarios.errors import unknown

HEADINGS = ("order", "step", "owner", "function", "what", "reads", "writes")


def month(
    changes: Annotated[
        str | None, typer.Option(metavar="STATE", help="Only the steps that change a state, such as SecurityBook.")
    ] = None,
    step: Annotated[str | None, typer.Option(metavar="NAME", help="Only one step.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the steps of a month in order: actor, event, states read and states changed."""
    rows = steps_of_a_month()
    if changes is not None:
        rows = _chosen(rows, "state", "--changes", changes, lambda row: row["writes"].split(", "))
    if step is not None:
        rows = _chosen(rows, "step", "--step", step, lambda row: [row["step"]])
    answer(Steps(rows), json, quiet)


@dataclass(frozen=True)
class Steps:
    """Steps of a month in their order."""

    rows: list[dict[str, Any]]

    def as_dict(self) -> list[dict[str, Any]]:
        """Return the steps."""
        return self.rows

    def quiet_lines(self) -> Iterable[str]:
        """Return the names of their functions."""
        return [str(row["function"]) for row in self.rows]

    def parts(self) -> Iterable[Part]:
        """Return the table of the month."""
        cells = [[_listed(row[heading]) for heading in HEADINGS] for row in self.rows]
        yield Table("A month, step by step", HEADINGS, cells, right=("order",))


def steps_of_a_month() -> list[dict[str, Any]]:
    """Rows of the table of the month."""
    import sim

    rows = sim.FinancialCenter.steps_table().reset_index().to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _listed(value: Any) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, tuple | list) else str(value)


def _chosen(
    rows: list[dict[str, Any]], what: str, option: str, wanted: str, names_of: Callable[[dict[str, Any]], list[str]]
) -> list[dict[str, Any]]:
    """The rows that have a name among theirs.

    Raises
    ------
    InputError
        If none has it.
    """
    from scenarios.errors import InputError

    known = list(dict.fromkeys(name for row in rows for name in names_of(row)))
    if wanted not in known:
        raise InputError(unknown(what, wanted, sorted(known), key=option))
    return [row for row in rows if wanted in names_of(row)]
