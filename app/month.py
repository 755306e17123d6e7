"""The command `month`: the steps of a month, what each reads and changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from app.options import Json, Quiet


def month(
    changes: Annotated[
        str | None, typer.Option(metavar="STATE", help="Only the steps that change a state, such as SecurityBook.")
    ] = None,
    step: Annotated[str | None, typer.Option(metavar="NAME", help="Only one step.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the steps of a month in their order: who acts, what happens, what is read and what changes."""
    rows = step_rows()
    if changes is not None:
        rows = _chosen(rows, "--changes", changes, lambda row: row["writes"].split(", "))
    if step is not None:
        rows = _chosen(rows, "--step", step, lambda row: [row["step"]])
    show_steps(rows, json, quiet)


def step_rows() -> list[dict[str, Any]]:
    """Rows of the table of the month."""
    import sim

    rows = sim.FinancialCenter.steps_table().reset_index().to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def show_steps(rows: list[dict[str, Any]], json: bool, quiet: bool) -> None:
    """Print steps as JSON, as the bare names of their functions or as a table."""
    from app.output import print_json
    from app.tables import show, steps

    if json:
        print_json(rows)
    elif quiet:
        print("\n".join(str(row["function"]) for row in rows))
    else:
        show(steps(rows))


def _chosen(
    rows: list[dict[str, Any]], option: str, wanted: str, names_of: Callable[[dict[str, Any]], list[str]]
) -> list[dict[str, Any]]:
    """The rows that have a name among theirs.

    Raises
    ------
    InputError
        If none has it.
    """
    from scenarios.errors import InputError, nearest_name

    known = list(dict.fromkeys(name for row in rows for name in names_of(row)))
    if wanted not in known:
        raise InputError(
            f"no step has {wanted!r}",
            key=option,
            value=wanted,
            allowed=", ".join(sorted(known)),
            nearest=nearest_name(wanted, known),
        )
    return [row for row in rows if wanted in names_of(row)]


def register(commands: typer.Typer) -> None:
    """Add the command of this file."""
    commands.command(epilog="Example: lujiazui month --changes Ledger")(month)
