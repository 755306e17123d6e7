"""Growth against resilience: policies by the targets that they reach and the risk in the worst runs, with a table."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from app.briefing import amounts
from app.briefing.brief import Brief
from app.briefing.markup import figure, table, tag, words
from app.briefing.svg import Axis, element, line, picture, text, tick_decimals, ticks
from app.briefing.words import Wording
from app.web.named import lever_name
from app.web.words import Words
from sim.experiments.frontier import ALONE, TAIL
from sim.experiments.least_runs import LEAST_FOR_INTERVAL
from sim.experiments.stored_frontier import KnownFrontier

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 6
"""Policies that have a number and a row."""
WIDTH, HEIGHT = 340.0, 178.0
LEFT, RIGHT, TOP, BOTTOM = 26.0, 10.0, 8.0, 30.0


def frontier_shown(brief: Brief, wording: Wording) -> str:
    """The frontier under its heading; empty where the brief has none, or too few runs of each policy."""
    known = brief.frontier
    if known is None or known.runs < LEAST_FOR_INTERVAL:
        return ""
    rows = numbered(known.found.table, known.found.base, brief.summary.baseline or "")
    picked = tag(
        "div",
        figure(wording("frontier.axis_targets"), "", _drawn(known.found.table, rows, wording)),
        _table(known, rows, wording),
        _class="frontier",
    )
    note = wording(
        "frontier.note",
        runs=known.runs,
        scale=amounts.whole_percent(known.scale, wording),
        tail=amounts.whole_percent(TAIL, wording),
    )
    others = len(known.found.table) - len(rows)
    if others:
        note += wording("frontier.others", count=others)
    return words("h2", wording("frontier.heading")) + picked + words("p", note, _class="note")


def numbered(found: "pd.DataFrame", main: str, baseline: str) -> "pd.DataFrame":
    """Return the policies that have a row: the reported one, its baseline and efficient ones, most targets first."""
    first = found["scenario"].isin([main, baseline])
    efficient = found[found["efficient"] & ~first].sort_values("targets", ascending=False, kind="stable")
    kept = found.index.isin([*found.index[first], *efficient.index[: MOST_ROWS - int(first.sum())]])
    return found[kept].sort_values(["targets", "shortfall"], ascending=[False, True], kind="stable")


def _drawn(found: "pd.DataFrame", rows: "pd.DataFrame", wording: Wording) -> str:
    """All policies as dots; those of the table have their number."""
    risk, targets = (found[name].to_numpy(dtype=np.float64) for name in ("shortfall", "targets"))
    across, up = _axis(risk, LEFT, WIDTH - RIGHT), _axis(targets, HEIGHT - BOTTOM, TOP)
    tick = amounts.ticker(wording)
    parts = []
    for axis, place in ((across, "x"), (up, "y")):
        marks = ticks(axis.low, axis.high, 4)
        for mark in marks:
            number = tick(mark, tick_decimals(marks))
            if place == "x":
                parts.append(text(axis(mark), HEIGHT - BOTTOM + 12, number, text_anchor="middle", _class="tick"))
            else:
                parts.append(line(LEFT, axis(mark), WIDTH - RIGHT, axis(mark), _class="grid"))
                parts.append(text(LEFT - 5, axis(mark) + 3, number, text_anchor="end", _class="tick"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(text(middle, HEIGHT - 4, wording("frontier.axis_risk"), text_anchor="middle", _class="tick"))
    parts += [
        element("circle", cx=across(x), cy=up(y), r=2.6, _class="beside")
        for x, y, name in zip(risk, targets, found["scenario"], strict=True)
        if name not in set(rows["scenario"])
    ]
    for row, (x, y) in enumerate(zip(rows["shortfall"], rows["targets"], strict=True), start=1):
        parts.append(element("circle", cx=across(x), cy=up(y), r=6.2, _class="numbered"))
        parts.append(text(across(x), up(y) + 3, str(row), text_anchor="middle", _class="number"))
    return picture(WIDTH, HEIGHT, wording("frontier.heading"), *parts)


def _axis(values: Floats, start: float, end: float) -> Axis:
    low, high = float(values.min()), float(values.max())
    room = 0.1 * ((high - low) or 1.0)
    return Axis(low - room, high + room, start, end)


def _table(known: KnownFrontier, rows: "pd.DataFrame", wording: Wording) -> str:
    heads = ("", wording("frontier.policy"), wording("frontier.targets"), wording("frontier.broken"))
    cells: list[Sequence[str]] = []
    for number, row in enumerate(rows.to_dict("records"), start=1):
        named = escape(policy_named(str(row["scenario"]), known, wording))
        runs = int(row["runs"])
        broken = amounts.percent(round(float(row["broken"]) * runs), runs, wording)
        best = " ★" if row["efficient"] else ""
        cells.append([str(number), named + best, f"{row['targets']:.1f}", escape(broken)])
    return table(heads, cells, _class="policies")


def policy_named(name: str, known: KnownFrontier, wording: Wording) -> str:
    """Name of a policy: a scenario, or a scenario with one lever at another intensity."""
    base, _, lever = name.rpartition(ALONE)
    level = known.intensities.get(name)
    if level is None:
        return wording.scenario(name)
    shown = next((each for each in wording.plan.levers if each.id == lever), None)
    told = lever if shown is None else lever_name(shown, Words(wording.language))
    return wording("frontier.with_lever", base=wording.scenario(base), lever=told, level=f"{level:g}")
