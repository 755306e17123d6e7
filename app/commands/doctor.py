"""The command `doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.exit_codes import REFUSED
from app.terminal.options import Json, Quiet, StoreFolder


def doctor(
    store: StoreFolder,
    repair: Annotated[
        bool, typer.Option("--repair", help="Keep all sound parts and move the rest into the store's folder 'aside'.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the defects of a store; with --repair, keep its sound parts."""
    from app.reports.doctor import StoreHealth
    from app.terminal.output import uninterrupted
    from sim.experiments.doctor import examined, repaired

    if repair:
        with uninterrupted():
            done = repaired(store)
        report = StoreHealth(store, done.found, done)
    else:
        report = StoreHealth(store, examined(store), None)
    answer(report, json, quiet)
    if not report.after.sound:
        raise typer.Exit(REFUSED)
