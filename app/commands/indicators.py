"""The command `indicators`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal.answer import answer
from app.terminal.numbers import number, unit_shown
from app.terminal.options import Json, Quiet
from app.terminal.report import Facts, Listing, Part, Table

if TYPE_CHECKING:
    from scenarios import plan


def indicators(
    name: Annotated[str | None, typer.Argument(help="One indicator, in detail.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the plan's indicators, the redline and the secondary indicators."""
    from app.terminal.asked import named
    from scenarios import plan

    everyone: list[plan.Indicator | plan.Redline | plan.Secondary]
    everyone = [*plan.indicators(), plan.redline(), *plan.secondary_indicators()]
    known = {item.id: item for item in everyone}
    if name is not None:
        indicator = named("indicator", name, known)
        answer(Listing(indicator, [indicator.id], [_in_detail(indicator)]), json, quiet)
    else:
        everything = {
            "indicators": plan.indicators(),
            "redline": plan.redline(),
            "secondary": plan.secondary_indicators(),
        }
        answer(Listing(everything, list(known), list(_by_kind())), json, quiet)


def _in_detail(chosen: plan.Indicator | plan.Redline | plan.Secondary) -> Facts:
    """Return all that is recorded of an indicator."""
    return Facts(chosen.name, {field.name.replace("_", " "): getattr(chosen, field.name) for field in fields(chosen)})


def _by_kind() -> Iterable[Part]:
    """Return tables of the plan's indicators, the redline and the secondary indicators."""
    from scenarios import plan

    rows = [
        (
            each.id,
            each.name,
            unit_shown(each.unit),
            number(each.value_2020, each.unit),
            f"{each.qualifier} {number(each.target_2025, each.unit)}",
            each.kind,
        )
        for each in plan.indicators()
    ]
    headings = ("id", "name", "unit", "2020", "target 2025", "kind")
    yield Table("The plan's indicators", headings, rows, right=("2020", "target 2025"))
    redline = plan.redline()
    rows = [(redline.id, redline.name, redline.unit, redline.threshold)]  # type: ignore[list-item]
    yield Table("The redline", ("id", "name", "unit", "threshold"), rows)
    rows = [
        (each.id, each.name, each.unit, "yes" if each.recorded else f"no: {each.not_modelled}", each.linked_to)  # type: ignore[misc]
        for each in plan.secondary_indicators()
    ]
    yield Table("Secondary indicators", ("id", "name", "unit", "in results", "linked to"), rows)
