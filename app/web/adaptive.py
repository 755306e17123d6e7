"""Levers that respond to an indicator: the triggers of the desk, and in how many runs they fired."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import solara

from app.web import charts, session
from app.web.components import Form
from app.web.desk import Desk
from app.web.moves import DeskTrigger
from app.web.named import indicator_name, lever_name, unit_name
from app.web.offered import offered
from app.web.problems import problems_told
from app.web.recorded_units import recorded_name
from app.web.told import Told
from app.web.words import Words
from scenarios.errors import InputError
from scenarios.triggers import Trigger

NUMBERS = {"threshold": float, "months": int, "to": float, "cooldown": int}
"""Fields of the form that are numbers, and their readers."""


def told(trigger: Trigger, words: Words) -> str:
    """A trigger as a sentence."""
    below = trigger.below is not None
    threshold = float((trigger.below if below else trigger.above) or 0.0)
    # A file may watch any indicator that runs record.
    name = words.known(f"indicator.{trigger.indicator}", recorded_name(trigger.indicator, words))
    unit = charts.shown_unit(trigger.indicator, words)
    sentence = words(
        "adaptive.below" if below else "adaptive.above",
        indicator=name,
        threshold=f"{threshold * charts.factor(trigger.indicator, words):g}",
        unit=unit,
        months=trigger.months,
        lever=_lever_name(trigger.lever, words),
        to=f"{trigger.to:g}",
        cooldown=trigger.cooldown,
    )
    return sentence if trigger.until is None else sentence + words("adaptive.until", month=trigger.until)


def first_draft() -> DeskTrigger:
    """The trigger that the form begins with: the usual one, or the first indicator and lever of another plan."""
    usual, plan = DeskTrigger(), offered().plan
    if usual.indicator not in plan.indicator_ids:
        first = plan.indicators[0]
        usual = replace(usual, indicator=first.id, threshold=first.met_from)
    levers = [each.id for each in offered().levers]
    return usual if usual.lever in levers else replace(usual, lever=levers[0])


def _lever_name(id: str, words: Words) -> str:
    """The name of a lever of the desk; that of a lever it does not have, in an opened file, is its id."""
    return next((lever_name(each, words) for each in offered().levers if each.id == id), id)


@solara.component
def Adaptive(desk: Desk) -> None:
    """The triggers of the desk, each with its effect in the runs, and a form for another."""
    words = session.words()
    draft, set_draft = solara.use_state(first_draft())
    of_plan = {each.id: each for each in offered().plan.indicators}
    triggers = desk.scenario().triggers
    of_file = len(triggers) - len(desk.triggers)
    given, fired = session.answer.value, None
    if triggers and given is not None and given.ensemble is not None and given.desk.scenario().triggers == triggers:
        fired = given.ensemble.fired("desk")

    def chosen(event: dict[str, str]) -> None:
        name, text = event["id"].removeprefix("trigger_"), event["value"]
        try:
            value: Any = NUMBERS.get(name, str)(text)
        except ValueError:
            session.refuse(words("adaptive.no_number", text=text), "adaptive")
            return

        def changed(draft: DeskTrigger) -> DeskTrigger:
            if name == "threshold":
                return replace(draft, threshold=value / charts.factor(draft.indicator, words))
            if name == "indicator":
                return replace(draft, indicator=value, threshold=of_plan[value].met_from)
            return replace(draft, **{name: value})

        # The form of the moment, not the one drawn last: two fields may change between two drawings.
        set_draft(changed)
        session.accept()

    def put(triggers: tuple[DeskTrigger, ...]) -> None:
        try:
            session.put(replace(session.desk.value, triggers=triggers))
            session.accept()
        except InputError as error:
            session.refuse(problems_told(error, words), "adaptive")

    def pressed(button: str) -> None:
        triggers = session.desk.value.triggers
        if button == "add_trigger":
            put((*triggers, draft))
        else:
            place = int(button.removeprefix("remove_trigger_"))
            put(triggers[:place] + triggers[place + 1 :])

    def select(name: str, options: list[tuple[str, str]]) -> dict[str, Any]:
        listed = [{"value": value, "text": text} for value, text in options]
        return {
            "id": f"trigger_{name}",
            "label": words(f"adaptive.{name}"),
            "value": getattr(draft, name),
            "options": listed,
        }

    def number(name: str, value: float, least: float, most: float | None, step: str) -> dict[str, Any]:
        label = words(f"adaptive.{name}")
        if name == "threshold":
            label += f" ({unit_name(of_plan[draft.indicator], words)})"
        return {
            "id": f"trigger_{name}",
            "label": label,
            "value": float(f"{value:.6g}") if step == "any" else value,
            "type": "number",
            "min": least,
            "max": most,
            "step": step,
        }

    with solara.Div(classes=["lj-adaptive"], attributes={"data-triggers": str(len(triggers))}):
        solara.HTML(tag="h2", unsafe_innerHTML=words("adaptive.title"))
        solara.Div(classes=["lj-muted"], children=[words("adaptive.what")])
        for place, trigger in enumerate(triggers):
            solara.Div(classes=["lj-trigger"], children=[told(trigger, words)])
            if fired is not None:
                share, month = float(fired["share"].iloc[place]), str(fired["first_month"].iloc[place])
                met = words("adaptive.fired", share=f"{share:.0%}", month=month) if month else words("adaptive.never")
                solara.Div(classes=["lj-muted"], children=[met])
            if place >= of_file:
                remove = {"id": f"remove_trigger_{place - of_file}", "text": words("adaptive.remove")}
                Form(fields=[], buttons=[remove], event_pressed=pressed)
        Told("adaptive")
        Form(
            fields=[
                select("indicator", [(id, indicator_name(each, words)) for id, each in of_plan.items()]),
                select("side", [("below", words("adaptive.is_below")), ("above", words("adaptive.is_above"))]),
                number("threshold", draft.threshold * charts.factor(draft.indicator, words), 0, None, "any"),
                number("months", draft.months, 1, 60, "1"),
                select("lever", [(each.id, lever_name(each, words)) for each in offered().levers]),
                number("to", draft.to, 0, 1, "any"),
                number("cooldown", draft.cooldown, 1, 120, "1"),
            ],
            buttons=[{"id": "add_trigger", "text": words("adaptive.add")}],
            event_chosen=chosen,
            event_pressed=pressed,
        )
