"""The command `month`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from app.terminal.answer import answer
from app.terminal.options import Json, OwnComponents, Quiet
from scenarios.errors import unknown


def month(
    changes: Annotated[
        str | None, typer.Option(metavar="STATE", help="Only the steps that change a state, such as SecurityBook.")
    ] = None,
    step: Annotated[str | None, typer.Option(metavar="NAME", help="Only one step.")] = None,
    component: OwnComponents = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the steps of a month in order: actor, event, states read and states changed."""
    from app.reports.month import Steps

    rows = steps_of_a_month(component or ())
    if changes is not None:
        rows = _chosen(rows, "state", "--changes", changes, lambda row: row["writes"].split(", "))
    if step is not None:
        rows = _chosen(rows, "step", "--step", step, lambda row: [row["step"]])
    answer(Steps(rows), json, quiet)


def steps_of_a_month(components: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Rows of the table of the month, with the steps of installed components of others."""
    import sim

    rows = sim.FinancialCenter.steps_table(*([components] if components else [])).reset_index().to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


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
