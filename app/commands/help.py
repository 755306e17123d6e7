"""The command `help`."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def _commands_under(context: typer.Context, incomplete: str) -> list[str]:
    """Commands that a shell completes after the words typed so far."""
    command: Any = context.find_root().command
    for word in context.params["command"] or ():
        command = getattr(command, "commands", {}).get(word, command)
    shown = (name for name, each in getattr(command, "commands", {}).items() if not each.hidden)
    return [name for name in shown if name.startswith(incomplete)]


def help(
    context: typer.Context,
    command: Annotated[
        list[str] | None,
        typer.Argument(help="A command, such as run or validate backtest.", autocompletion=_commands_under),
    ] = None,
) -> None:
    """Show the help of a command, as its option --help does; of all commands without a name."""
    root: Any = context.find_root().command
    with root.make_context("lujiazui", [*(command or ()), "--help"]) as asked:
        root.invoke(asked)
