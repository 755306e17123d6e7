"""Preset, baseline, world, parameters and runs of the desk as a form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara

from app.web import charts, session
from app.web.changes import world_of_file
from app.web.components import Form
from app.web.desk import BASELINES, MACRO, RUNS, SCALES, Desk
from app.web.problems import problems_told
from app.web.told import Told
from scenarios import names
from scenarios.errors import InputError
from scenarios.parameters import PARAMETER_SETS

OPENED = "opened"
"""Stands for the opened file among the ready scenarios."""
CHOICES = ("preset", "baseline", "macro", "parameters", "parameter_set", "runs", "scale", "seed")
"""Settings of the form of assumptions."""


@solara.component
def Assumptions(desk: Desk) -> None:
    """Preset, baseline, world, parameters, runs."""
    words = session.words()

    def select(id: str, value: Any, options: list[tuple[Any, str]]) -> dict[str, Any]:
        shown = [{"value": str(each), "text": text} for each, text in options]
        return {"id": id, "label": words(f"desk.{id}"), "value": str(value), "options": shown}

    presets = [(name, charts.scenario_name(name, words)) for name in names()]
    if desk.file:  # none of the ready scenarios is where the desk starts
        presets.insert(0, (OPENED, desk.start().title or words("desk.opened")))
    fields = [
        select("preset", OPENED if desk.file else desk.preset, presets),
        select("baseline", desk.baseline, [(name, charts.scenario_name(name, words)) for name in BASELINES]),
        select("macro", desk.macro, [(name, words(f"macro.{name}")) for name in MACRO]),
        select("parameters", desk.parameters, [(each, words(f"desk.{each}")) for each in ("drawn", "central")]),
        select(
            "parameter_set", desk.parameter_set, [(name, words(f"parameter_set.{name}")) for name in PARAMETER_SETS]
        ),
        select("runs", desk.runs, [(number, str(number)) for number in sorted({*RUNS, desk.runs})]),
        select("scale", desk.scale, [(size, f"{size:g}") for size in SCALES]),
        {"id": "seed", "label": words("desk.seed"), "value": desk.seed, "type": "number", "min": 1, "max": 1_000_000},
    ]

    def chosen(event: dict[str, str]) -> None:
        kinds = {"runs": int, "scale": float, "seed": int}
        try:
            changes: dict[str, Any] = {event["id"]: kinds.get(event["id"], str)(event["value"])}
            if event["id"] not in CHOICES or event["value"] == OPENED:
                return
            if event["id"] == "preset":
                changes["file"] = ""
            session.put(replace(session.desk.value, **changes))
            session.accept()
        except (InputError, ValueError) as error:
            session.refuse(problems_told(error, words), "assumptions")

    Form(fields=fields, buttons=[], event_chosen=chosen)
    Told("assumptions")
    own = desk.start().own_parameters
    if own is not None:
        told = words("desk.own_parameters", name=own.name)
        solara.Div(classes=["lj-muted"], children=[told], attributes={"data-own-parameters": own.digest})
    world = world_of_file(desk, words)
    if world:
        told = words("problem.joint").join((words("desk.world"), words("desk.between").join(world)))
        solara.Div(classes=["lj-muted", "lj-world"], children=[told])
