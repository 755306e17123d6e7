"""The hidden command `odd`, which writes the page docs/odd.md: the description of the model by the ODD protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def odd(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("docs/odd.md"),
) -> None:
    """Write the description of the model by the ODD protocol, from its components, steps, docstrings and parameters."""
    from app.odd.page import page
    from app.terminal.output import checked_file

    checked_file(out, "--out").write_text(page(), encoding="utf-8")
    print(out)
