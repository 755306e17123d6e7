"""The policy desk: levers, assumptions, the answer, cards and their fans."""

from __future__ import annotations

from collections.abc import Callable

import solara

from app.briefing.words import Wording
from app.web import charts, session
from app.web.adaptive import Adaptive
from app.web.adaptive import told as trigger_told
from app.web.assumptions import Assumptions
from app.web.changes import changed, world_of_file
from app.web.components import Drawer, Form
from app.web.desk import LEAST_RUNS, Desk
from app.web.desk_answer import Answering, State, stop_or_go_on, use_answer
from app.web.desk_file import FileAndLink
from app.web.estimated import Estimated
from app.web.lever_groups import LeverGroups
from app.web.offered import offered
from app.web.results import Shown
from app.web.words import Words
from scenarios.parameters import posterior_draws


@solara.component
def DeskPage() -> None:
    """The page."""
    words, desk = session.words(), session.desk.value
    work = use_answer(desk)

    def pressed(button: str) -> None:
        actions: dict[str, Callable[[], None]] = {
            "cancel": work.stop,
            "go_on": work.go_on,
            "undo": session.undo,
            "redo": session.redo,
            "reset": lambda: session.put(Desk()),
        }
        actions[button]()

    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.v.Html(tag="h1", children=[words("desk.heading", year=offered().plan.target_year)])
        if desk.title:
            solara.Div(classes=["lj-named"], children=[desk.title])
        _printed(desk, words)
        with solara.Div(classes=["lj-desk"]):
            Drawer(texts={"open": words("desk.drawer_open"), "close": words("desk.drawer_close")})
            with solara.Div(classes=["lj-controls"]):
                Assumptions(desk)
                Controls(desk, work, pressed)
                _costs(desk, words)
                LeverGroups(desk)
                Adaptive(desk)
            with solara.Div(classes=["lj-results"]):
                State(work)
                Estimated(desk)
                Shown(desk)
                Caveats(desk)
                FileAndLink(desk)


@solara.component
def Caveats(desk: Desk) -> None:
    """Description of the numbers below, and the number of runs behind them."""
    words = session.words()
    fit = posterior_draws()
    size = {"wanted": desk.runs, "scale": f"{desk.scale:.0%}"}
    known = {"fitted": len(fit.names), "identified": len(fit.about["identified"])}
    told = [words(f"knowledge.{desk.parameter_set}", **(known if desk.parameter_set == "posterior_2020" else {}))]
    given = session.answer.value
    if given is None or given.desk != desk:
        told.append(words("desk.caveat_2_none", least=LEAST_RUNS, **size))
    elif desk.parameters == "drawn":
        told.append(words("desk.caveat_2", runs=given.runs, draws=min(desk.draws, given.runs), **size))
    else:
        told.append(words("desk.caveat_2_central", runs=given.runs, **size))
    told.append(words("desk.caveat_3"))
    if desk.scenario().macro == "realised":
        told.insert(0, words("desk.replay"))
    with solara.v.Html(tag="details", class_="lj-folded"):
        solara.v.Html(tag="summary", children=[words("desk.how")])
        solara.Div(classes=["lj-note", "lj-caveats"], children=[Wording(words.language)("join.sentences").join(told)])


def _printed(desk: Desk, words: Words) -> None:
    """The settings in print, where forms and levers cannot be used."""
    start = desk.start().title if desk.file else charts.scenario_name(desk.preset, words)
    settings = {
        "preset": start,
        "baseline": charts.scenario_name(desk.baseline, words),
        "macro": words(f"macro.{desk.macro}"),
        "parameters": words(f"desk.{desk.parameters}"),
        "parameter_set": words(f"parameter_set.{desk.parameter_set}"),
        **{key: f"{getattr(desk, key):g}" for key in ("runs", "scale", "seed")},
    }
    joint, between = words("problem.joint"), words("desk.between")
    told = between.join(joint.join((words(f"desk.{key}"), value)) for key, value in settings.items())
    sentences = [changed(lever, desk, words) for lever in desk.changes]
    sentences += [trigger_told(trigger, words) for trigger in desk.scenario().triggers]
    with solara.Div(classes=["lj-printed"]):
        solara.HTML(tag="h2", unsafe_innerHTML=words("desk.asked"))
        for line in (told, *world_of_file(desk, words), *sentences, desk.note):
            solara.Div(children=[line])


def _costs(desk: Desk, words: Words) -> None:
    """Costs of the levers by the figures of the opened file, and its cap."""
    scenario = desk.scenario()
    if scenario.budget is not None:
        total, unit, cap = sum(scenario.costs().values()), scenario.budget.unit, scenario.budget.cap
        told = words("desk.costs", total=f"{total:,.0f}", unit=unit)
        if cap is not None:
            told += words("desk.costs_cap", cap=f"{cap:,.0f}", unit=unit)
        if scenario.triggers:
            told += words("desk.costs_triggers")
        solara.Div(classes=["lj-muted"], children=[told], attributes={"data-cost": f"{total:.6g}"})


# A separate component, so that frequent updates of progress redraw nothing else.


@solara.component
def Controls(desk: Desk, work: Answering, pressed: Callable[[str], None]) -> None:
    """Undo, redo, reset, and stop or go on."""
    words = session.words()
    buttons = [
        {"id": "undo", "text": words("desk.undo"), "off": not session.past.value},
        {"id": "redo", "text": words("desk.redo"), "off": not session.future.value},
        {"id": "reset", "text": words("desk.reset"), "off": desk == Desk()},
        stop_or_go_on(work),
    ]
    Form(fields=[], buttons=buttons, event_pressed=pressed)
