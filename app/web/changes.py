"""Sentences on the changes of the desk, and on the world in which it is simulated."""

from __future__ import annotations

from app.web.desk import Desk
from app.web.moves import Operation
from app.web.named import lever_name
from app.web.offered import offered
from app.web.words import Words

OPERATED = {
    "delay": "desk.told_delay",
    "forward": "desk.told_forward",
    "cancel": "desk.told_cancel",
    "hold": "desk.told_hold",
}
"""Sentences on operations; each takes the values of all of them."""


def changed(lever: str, desk: Desk, words: Words) -> str:
    """A change in words: the end of the lever's own path, its intensity there, and its path afterwards."""
    change, start = desk.changes[lever], desk.start()
    moved = next(each for each in start.all_levers if each.id == lever)
    if isinstance(change, Operation):
        held = "" if change.kind in ("forward", "cancel") else f"{change.held(lever, start):.2f}"
        return words(
            OPERATED[change.kind],
            name=lever_name(moved, words),
            start=change.start,
            months=change.months,
            end=change.end,
            held=held,
        )
    return words(
        "desk.sentence_at_once" if change.months == 0 else "desk.sentence",
        name=lever_name(moved, words),
        start=change.start,
        end=change.end,
        held=f"{change.held(lever, start):.2f}",
        value=f"{change.value:g}",
    )


def world_of_file(desk: Desk, words: Words) -> list[str]:
    """Settings of the world, common to both sides, from the preset or the opened file."""
    scenario = desk.scenario()
    told = []
    for shock in scenario.shocks:
        first, last = shock.window
        name = words.of_data(f"shock.{shock.name}", shock.kind.title)
        unit = words.of_data(f"shock_unit.{shock.kind.unit}", shock.kind.unit)
        span = first if first == last else words("desk.span", first=first, last=last)
        told.append(words("desk.shock", name=name, size=f"{shock.full_size:g}", unit=unit, span=span))
    if scenario.rival_centres == "matching":
        told.append(words("desk.rivals_matching"))
    if scenario.end < offered().last_month:
        told.append(words("desk.ends", month=scenario.end))
    return told
