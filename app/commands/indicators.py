"""The command `indicators`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal.answer import answer
from app.terminal.completion import indicator_names
from app.terminal.numbers import number, unit_shown
from app.terminal.options import Json, OwnPlan, Quiet, refuse_unread
from app.terminal.report import Facts, Listing, Part, Prose, Table

if TYPE_CHECKING:
    from scenarios import plan
    from sim.closing.dictionary import Recorded


def indicators(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="One indicator, in detail.", autocompletion=indicator_names)
    ] = None,
    recorded: Annotated[
        bool,
        typer.Option("--recorded", help="List every indicator that a run records, with unit, kind and definition."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the recorded indicators as .csv or .parquet.")
    ] = None,
    own_plan: OwnPlan = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the plan's indicators, the redline and the secondary indicators, or all that a run records."""
    from app.terminal.asked import named, plan_asked
    from app.terminal.output import checked_target, save
    from scenarios import plan

    chosen_plan = plan_asked(own_plan)
    everyone: list[plan.Indicator | plan.Redline | plan.Secondary]
    secondary = [each for each in plan.secondary_indicators() if each.id not in chosen_plan.indicator_ids]
    everyone = [*chosen_plan.indicators, plan.redline(), *secondary]
    known = {item.id: item for item in everyone}
    if name is not None:
        refuse_unread(context, ["recorded", "out"], "beside the name of an indicator")
        if name in known:
            chosen = known[name]
            answer(Listing(chosen, [chosen.id], [_in_detail(chosen)]), json, quiet)
            return
        from sim.closing.dictionary import dictionary

        if name not in dictionary():
            named("indicator", name, {**dictionary(), **known})
        found = dictionary()[name]
        answer(Listing(found, [name], [_recorded_in_detail(found)]), json, quiet)
    elif recorded or out is not None:
        target = None if out is None else checked_target(out)
        from sim.closing.dictionary import data_dictionary, dictionary

        if target is not None:
            save(data_dictionary(), target)
        rows = list(dictionary().values())
        answer(Listing(rows, [each.id for each in rows], [_all_recorded(rows)]), json, quiet)
    else:
        everything = {
            "indicators": chosen_plan.indicators,
            "redline": plan.redline(),
            "secondary": secondary,
        }
        answer(Listing(everything, list(known), list(_by_kind(chosen_plan, secondary))), json, quiet)


def _all_recorded(rows: Sequence[Recorded]) -> Table:
    """Return a table of the data dictionary."""
    cells = [(each.id, each.name, each.unit, each.kind, each.definition) for each in rows]
    title = (
        f"The {len(rows)} indicators that a run records; a flow has its unit by year, and by month in monthly tables"
    )
    return Table(title, ("id", "name", "unit", "kind", "definition"), cells)


def _recorded_in_detail(chosen: Recorded) -> Facts:
    """Return all that the data dictionary has on an indicator."""
    return Facts(chosen.name, {field.name.replace("_", " "): getattr(chosen, field.name) for field in fields(chosen)})


def _in_detail(chosen: plan.Indicator | plan.Redline | plan.Secondary) -> Facts:
    """Return all that is recorded of an indicator."""
    return Facts(chosen.name, {field.name.replace("_", " "): getattr(chosen, field.name) for field in fields(chosen)})


def _by_kind(chosen: plan.Plan, secondary: Iterable[plan.Secondary]) -> Iterable[Part]:
    """Return tables of the plan's indicators, the redline and the secondary indicators."""
    from scenarios import plan

    rows = [
        (
            each.id,
            each.name,
            unit_shown(each.unit),
            number(each.value_2020, each.unit),
            f"{each.qualifier} {number(each.target_value, each.unit)}",
            each.kind,
        )
        for each in chosen.indicators
    ]
    target = f"target {chosen.target_year}"
    headings = ("id", "name", "unit", "2020", target, "kind")
    yield Table("The plan's indicators", headings, rows, right=("2020", target))
    redline = plan.redline()
    rows = [(redline.id, redline.name, redline.unit, redline.threshold)]  # type: ignore[list-item]
    yield Table("The redline", ("id", "name", "unit", "threshold"), rows)
    rows = [
        (each.id, each.name, each.unit, "yes" if each.recorded else f"no: {each.not_modelled}", each.linked_to)  # type: ignore[misc]
        for each in secondary
    ]
    yield Table("Secondary indicators", ("id", "name", "unit", "in results", "linked to"), rows)
    yield Prose("All that a run records, with definitions: lujiazui indicators --recorded")
