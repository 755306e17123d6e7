"""A scenario as one line, and as a table for notebooks."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from scenarios.calendar import BASELINE, month_ordinal

if TYPE_CHECKING:
    from scenarios.schema import Scenario


def as_line(scenario: Scenario) -> str:
    """Return name, policy, world, months and size, and how much is the scenario's own."""
    said = [f"policy {scenario.policy}", f"macro {scenario.macro}", f"{scenario.start}..{scenario.end}"]
    said += [f"scale {scenario.scale:g}"] if scenario.scale != 1.0 else []
    said += [f"plan {scenario.own_plan.name}"] if scenario.own_plan is not None else []
    counts = {
        "lever path of its own": len(scenario.levers),
        "shock": len(scenario.shocks),
        "trigger": len(scenario.triggers),
        "component of others": len(scenario.components),
    }
    said += [f"{count} {_plural(what, count)}" for what, count in counts.items() if count]
    return f"<Scenario {scenario.label!r}: {', '.join(said)}>"


def _plural(what: str, count: int) -> str:
    head, _, rest = what.partition(" ")
    if count == 1:
        return what
    return what.replace("path", "paths", 1) if head == "lever" else f"{head}s {rest}".strip()


def as_html(scenario: Scenario) -> str:
    """Return the line, the description, and the intensity at the end of each year of every lever that moves."""
    last = month_ordinal(scenario.end)
    ends = [month for month in range(BASELINE, last + 1) if month % 12 == 11 or month == last]
    path = scenario.intensities(BASELINE, last)
    head = "".join(f"<th>{month // 12}</th>" for month in ends)
    rows = []
    for place, lever in enumerate(scenario.all_levers):
        if (path[:, place] != path[0, place]).any():
            cells = "".join(f"<td>{path[month - BASELINE, place]:.2f}</td>" for month in ends)
            rows.append(f"<tr><th>{html.escape(lever.id)}</th>{cells}</tr>")
    table = f"<table><thead><tr><th>lever</th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    said = [as_line(scenario), scenario.description]
    return "".join(f"<p>{html.escape(text)}</p>" for text in said if text) + (
        table if rows else "<p>No lever moves.</p>"
    )
