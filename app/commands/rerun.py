"""The command `rerun`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.exit_codes import FAILED
from app.terminal.options import Json, Quiet, StoreFolder


def rerun(
    store: StoreFolder,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Key of a run, or its first characters.")],
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Repeat a stored run from the store alone, and compare the two bit by bit."""
    from app.reports.rerun import Rerun
    from sim.experiments.repeating import repeated
    from sim.experiments.store import Store

    found = repeated(Store.open(store), run)
    answer(Rerun(found), json, quiet)
    if not found.same:
        raise typer.Exit(FAILED)
