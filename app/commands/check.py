"""The command `check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.options import Json, Quiet


def check(
    file: Annotated[Path, typer.Argument(help="The scenario file.")],
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check a scenario file and list all its errors."""
    from app.reports.check import Checked
    from scenarios import load

    answer(Checked(file, load(file)), json, quiet)
