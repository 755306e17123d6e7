"""The command `shocks`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import shock_names
from app.terminal.options import Json, Quiet
from app.terminal.report import Cell, Facts, Listing, Prose, Table

if TYPE_CHECKING:
    from scenarios.shocks import ShockKind


def shocks(
    name: Annotated[str | None, typer.Argument(help="One shock, in detail.", autocompletion=shock_names)] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the dated shocks: variable, range, profile over time and sources."""
    from app.terminal.asked import named
    from scenarios import shock_kinds

    known = shock_kinds()
    if name is not None:
        shock = named("shock", name, known)
        answer(Listing(shock, [shock.name], [_in_detail(shock)]), json, quiet)
    else:
        kinds = list(known.values())
        answer(Listing(kinds, list(known), [_table(kinds), _profiles()]), json, quiet)


def _table(known: Sequence[ShockKind]) -> Table:
    rows = [
        (
            Cell(each.name, each.title),
            each.moves,
            each.unit,
            f"{each.size:g}",
            f"{each.low:g} to {each.high:g}",
            " to ".join(dict.fromkeys(each.window)),
            each.profile,
            each.basis.size,
        )
        for each in known
    ]
    headings = ("shock", "moves", "unit", "size", "range", "months", "profile", "basis of the size")
    return Table("Dated shocks", headings, rows, right=("size",))


def _profiles() -> Prose:
    """Return what the profiles in the table mean."""
    from scenarios.shocks import PROFILES

    meanings = "\n".join(f"{name}: {meaning}." for name, meaning in PROFILES.items())
    return Prose(f"size and months: where none are given. All are hypothetical.\n{meanings}")


def _in_detail(chosen: ShockKind) -> Facts:
    """Return a shock's facts and where its numbers come from."""
    from scenarios.shocks import PROFILES

    facts = {
        "name": chosen.name,
        "moves": chosen.moves,
        "size": f"{chosen.size:g} {chosen.unit}",
        "range": chosen.allowed,
        "months": " to ".join(dict.fromkeys(chosen.window)),
        "profile": f"{chosen.profile}: {PROFILES[chosen.profile]}",
        "after": chosen.after,
        "shocks that overlap": "multiply" if chosen.form == "factor" else "add up",
        "enters": chosen.rule,
        "basis of size": chosen.basis.size,
        "basis of range": chosen.basis.range,
        "basis of months and fading": chosen.basis.time,
        "example": f"lujiazui run plan --shock {chosen.name}={chosen.size:g}@{'..'.join(chosen.window)}",
    }
    return Facts(chosen.title, facts)
