"""Tables for the terminal: what there is to list, with what no rule reads yet in plain sight."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.shown import UNKNOWN
from app.terminal import console
from scenarios import Scenario, plan
from scenarios.plan import Channel, Lever, Measure
from scenarios.printable import spelt_out
from scenarios.shocks import PROFILES, ShockKind

UNREAD = "not read yet"
GAP = 3
WIDTH_WITHOUT_TERMINAL = 160
CONTROL = {"own": "the city decides", "shared": "the city shares", "lobby": "the city asks"}


def width() -> int:
    """Return how many letters a line may have: what the terminal has, or plenty where there is none."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return console().width if is_terminal else WIDTH_WITHOUT_TERMINAL


def show(table: RenderableType) -> None:
    """Print on stdout."""
    console(width=width()).print(table)


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> Table:
    """Return a table whose cells are shown as they are, never read as markup or obeyed.

    Words stay in one piece, to be copied, unless the terminal is too narrow for that.
    """
    # Spelt out here already, so that columns are as wide as what is shown.
    cells = [
        [cell if isinstance(cell, Text) else Text(spelt_out(str(cell), keep="\n")) for cell in row] for row in rows
    ]
    columns = [[heading, *(row[place].plain for row in cells)] for place, heading in enumerate(headings)]
    widths = _widths(columns, width() - GAP * len(columns))
    made = Table(
        title=Text(spelt_out(title)), title_justify="left", header_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for heading, wide in zip(headings, widths, strict=True):
        made.add_column(heading, justify="right" if heading in right else "left", overflow="fold", width=wide)
    for row in cells:
        made.add_row(*row)
    return made


def _widths(columns: Sequence[Sequence[str]], room: int) -> list[int] | list[None]:
    """Return a width for each column in which no word is broken, or leave it to Rich if there is no room for that."""
    words = [max((len(word) for text in column for word in text.split()), default=1) for column in columns]
    lines = [max((len(line) for text in column for line in text.splitlines()), default=1) for column in columns]
    spare = room - sum(words)
    if spare < 0:
        return [None] * len(columns)
    wished = sum(lines) - sum(words)
    share = min(spare / wished, 1.0) if wished else 0.0
    return [word + int((line - word) * share) for word, line in zip(words, lines, strict=True)]


def number(value: float, unit: str = "") -> str:
    """Return a number with as many digits as a reader can use; shares in percent."""
    if math.isnan(value):
        return UNKNOWN
    if unit == "share":
        return f"{value:.1%}"
    if abs(value) >= 1000 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


def channels_of(lever: Lever) -> dict[str, Channel]:
    """Return the channels a lever moves, by id, in the order of its effects."""
    known = {channel.id: channel for channel in plan.channels()}
    return {effect.channel: known[effect.channel] for effect in lever.effects}


def levers(known: Sequence[Lever]) -> RenderableType:
    """Return a table of levers for each task group, then what no rule reads yet."""
    titles = {measure.section: measure.section_title for measure in plan.measures()}
    headings = ("lever", "decided by", "2020", "2025", "lag", "channels")
    parts: list[RenderableType] = []
    for group in dict.fromkeys(lever.task_group for lever in known):
        rows = [_lever_row(lever) for lever in known if lever.task_group == group]
        parts.append(table(f"{group} {titles.get(group, '')}", headings, rows, right=("2020", "2025", "lag")))
    unread = [channel for channel in plan.channels() if not channel.rule]
    idle = [lever for lever in known if not any(channel.rule for channel in channels_of(lever).values())]
    parts.append(
        Text(
            "2020, 2025: intensity at the end of the year, on the plan path; lag: months until it acts.\n"
            f"{len(plan.channels())} channels, {len(unread)} of them not read yet by any rule; "
            f"{len(known)} levers, {len(idle)} of them without any effect so far."
        )
    )
    return Group(*parts)


def _lever_row(lever: Lever) -> tuple[object, ...]:
    channels = channels_of(lever)
    read = [name for name, channel in channels.items() if channel.rule]
    unread = [name for name, channel in channels.items() if not channel.rule]
    idle = "\n".join([f"{UNREAD}:", *unread]) if unread else ""
    return (
        Text.assemble(lever.id, "\n", (lever.name, "dim")),
        Text.assemble(lever.authority, "\n", (control(lever), "dim")),
        f"{lever.intensity_2020:.2f}",
        f"{lever.intensity_2025_plan:.2f}",
        lever.effect_lag_months,
        Text.assemble("\n".join(read), "\n" if read and unread else "", (idle, "dim")),
    )


def shocks(known: Sequence[ShockKind]) -> RenderableType:
    """Return a table of shocks, then what their profiles mean."""
    rows = [
        (
            Text.assemble(each.name, "\n", (each.title, "dim")),
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
    told = "\n".join(f"{name}: {meaning}." for name, meaning in PROFILES.items())
    return Group(
        table("Dated shocks", headings, rows, right=("size",)),
        Text(f"size and months: where none are given. All are hypothetical.\n{told}"),
    )


def control(lever: Lever) -> str:
    """Return what the city can do about a lever."""
    return CONTROL.get(lever.municipal_handle, lever.municipal_handle)


def measures(known: Sequence[Measure]) -> RenderableType:
    """Return a table of measures for each section of the plan."""
    parts: list[RenderableType] = []
    for section in dict.fromkeys(measure.section for measure in known):
        chosen = [measure for measure in known if measure.section == section]
        rows = [
            (
                each.id,
                each.title,
                each.authority,
                each.modelled_as,
                "\n".join(each.levers) or "none",
                each.start,
                each.strength,
            )
            for each in chosen
        ]
        headings = ("id", "title", "decided by", "modelled as", "levers", "from", "strength")
        parts.append(table(f"{section} {chosen[0].section_title}", headings, rows))
    return Group(*parts)


def indicators() -> RenderableType:
    """Return tables of the plan's indicators, the redline and the secondary indicators."""
    rows = [
        (each.id, each.name, unit_shown(each.unit), number(each.value_2020, each.unit), target_shown(each), each.kind)
        for each in plan.indicators()
    ]
    headings = ("id", "name", "unit", "2020", "target 2025", "kind")
    main = table("The plan's indicators", headings, rows, right=("2020", "target 2025"))
    redline = plan.redline()
    line = table(
        "The redline",
        ("id", "name", "unit", "threshold"),
        [(redline.id, redline.name, redline.unit, redline.threshold)],
    )
    more = [
        (each.id, each.name, each.unit, "yes" if each.recorded else f"no: {each.not_modelled}", each.linked_to)
        for each in plan.secondary_indicators()
    ]
    return Group(main, line, table("Secondary indicators", ("id", "name", "unit", "in results", "linked to"), more))


def unit_shown(unit: str) -> str:
    """Return a unit as tables show it: shares are shown in percent."""
    return "%" if unit == "share" else unit


def target_shown(indicator: plan.Indicator) -> str:
    """Return an indicator's target with its qualifier."""
    return f"{indicator.qualifier} {number(indicator.target_2025, indicator.unit)}"


def scenarios(ready: Sequence[Scenario]) -> RenderableType:
    """Return a table of the ready scenarios."""
    rows = [(each.name, each.title, each.policy, each.macro, each.description) for each in ready]
    return table("Ready scenarios", ("name", "title", "base policy", "macro", "what happens"), rows)


def steps(rows: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Return the steps of a month in their order."""
    headings = ("order", "step", "owner", "function", "what", "reads", "writes")
    cells = [[_listed(row[heading]) for heading in headings] for row in rows]
    return table("A month, step by step", headings, cells, right=("order",))


def _listed(value: Any) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, tuple | list) else str(value)
