"""The command `designs`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.terminal.answer import answer
from app.terminal.options import Json, Quiet, StoreFolder
from app.terminal.report import Listing, Table

if TYPE_CHECKING:
    from sim.experiments.stored_design import StoredDesign


NAMED = 6
"""Scenarios of an experiment that a table names; --json has all."""


def designs(store: StoreFolder, json: Json = False, quiet: Quiet = False) -> None:
    """List the experiments of a store with date, settings, and runs requested and done."""
    from app.reports.designs import design_data
    from sim.experiments.store import Store

    found = Store.open(store).designs()
    names = [str(each.number) for each in found]
    answer(Listing([design_data(each) for each in found], names, [_table(found)]), json, quiet)


def _named(scenarios: Sequence[str]) -> str:
    """The first scenarios by name, and the number of the others."""
    more = len(scenarios) - NAMED
    return ", ".join(scenarios[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _table(found: Sequence[StoredDesign]) -> Table:
    heads = ("design", "asked for", "kind", "scenarios", "with", "runs", "done", "failed", "model")
    rows = [
        (
            each.number,
            each.time[:16].replace("T", " "),
            each.kind,
            _named(each.scenarios),
            each.label,
            each.asked,
            each.done,
            each.failed,
            "this one" if each.resumable else each.version,
        )
        for each in found
    ]
    title = "1 experiment" if len(found) == 1 else f"{len(found)} experiments, the last one is shown by default"
    return Table(title, heads, rows, right=heads[5:8])
