"""The policy desk: levers, assumptions, the answer, cards and their fans."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import solara

from app.web import charts, session
from app.web.adaptive import Adaptive
from app.web.adaptive import told as trigger_told
from app.web.assumptions import Assumptions
from app.web.changes import changed, world_of_file
from app.web.components import LOG, Drawer, Form
from app.web.desk import LEAST_RUNS, Desk
from app.web.desk_file import FileAndLink
from app.web.lever_groups import LeverGroups
from app.web.offered import offered
from app.web.problems import without_places
from app.web.results import Shown
from app.web.simulations import answers
from app.web.words import Words
from scenarios.parameters import posterior_draws

BETWEEN_TICKS, BEFORE_FIRST_TICK = 0.5, 1.0
"""Least seconds between two tellings of how far the runs are, and before the first."""


@dataclass(frozen=True)
class Progress:
    """Runs that are done of those wanted for a desk, both arms counted."""

    desk: Desk | None
    done: int
    wanted: int

    def of(self, desk: Desk) -> Progress:
        """The progress of a desk: none yet, where this is another's."""
        return self if self.desk == desk else Progress(desk, 0, 2 * desk.runs)


NOTHING_YET = Progress(None, 0, 0)


@solara.component
def DeskPage() -> None:
    """The page."""
    words, desk = session.words(), session.desk.value
    halted, set_halted = solara.use_state(False)
    progress = solara.use_reactive(NOTHING_YET)
    failure, set_failure = solara.use_state("")
    round_, set_round = solara.use_state(0)

    def simulate() -> Any:
        stop = threading.Event()
        told = time.monotonic()

        def tick(done: int, wanted: int) -> None:
            # A page that is drawn anew for each run takes the processors from the runs, and the first answer its time.
            nonlocal told
            waited = time.monotonic() - told
            if done == wanted or waited > (BETWEEN_TICKS if progress.value.desk == desk else BEFORE_FIRST_TICK):
                told = time.monotonic()
                progress.value = Progress(desk, done, wanted)

        def work() -> None:
            set_halted(False)
            set_failure("")
            try:
                for given in answers(desk, stop.is_set, tick):
                    if stop.is_set():
                        return
                    if given.ensemble is None:
                        set_failure(without_places(given.failed))
                    else:
                        session.answer.value = given
            except Exception:
                LOG.exception("an answer could not be worked out")
                set_failure(words("desk.failed_inside"))

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        stops.current = stop
        return stop.set

    stops = solara.use_ref(threading.Event())
    solara.use_effect(simulate, [desk, round_])

    def pressed(button: str) -> None:
        if button == "cancel":
            stops.current.set()
            set_halted(True)
        elif button == "go_on":
            set_round(round_ + 1)
        else:
            actions: dict[str, Callable[[], None]] = {
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
                Controls(desk, progress, halted, bool(failure), pressed)
                _costs(desk, words)
                LeverGroups(desk)
                Adaptive(desk)
            with solara.Div(classes=["lj-results"]):
                State(desk, progress, halted, failure)
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
        solara.Div(classes=["lj-note", "lj-caveats"], children=[" ".join(told)])


def _printed(desk: Desk, words: Words) -> None:
    """The settings in print, where forms and levers cannot be used."""
    told = [
        f"{words('desk.preset')}: {desk.start().title if desk.file else charts.scenario_name(desk.preset, words)}",
        f"{words('desk.baseline')}: {charts.scenario_name(desk.baseline, words)}",
        f"{words('desk.macro')}: {words(f'macro.{desk.macro}')}",
        f"{words('desk.parameters')}: {words(f'desk.{desk.parameters}')}",
        f"{words('desk.parameter_set')}: {words(f'parameter_set.{desk.parameter_set}')}",
        *(f"{words(f'desk.{key}')}: {getattr(desk, key):g}" for key in ("runs", "scale", "seed")),
    ]
    sentences = [changed(lever, desk, words) for lever in desk.changes]
    sentences += [trigger_told(trigger, words) for trigger in desk.scenario().triggers]
    with solara.Div(classes=["lj-printed"]):
        solara.HTML(tag="h2", unsafe_innerHTML=words("desk.asked"))
        for line in ("; ".join(told), *world_of_file(desk, words), *sentences, desk.note):
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


# The following are separate components, so that frequent updates of progress redraw nothing else.


@solara.component
def Controls(
    desk: Desk, progress: solara.Reactive[Progress], halted: bool, failed: bool, pressed: Callable[[str], None]
) -> None:
    """Undo, redo, reset, and stop or go on."""
    words, now = session.words(), progress.value.of(desk)
    finished = halted or failed or now.done >= now.wanted
    last: dict[str, Any] = {"id": "go_on", "text": words("desk.go_on")}
    if not halted:
        last = {"id": "cancel", "text": words("desk.cancel"), "off": finished}
    buttons = [
        {"id": "undo", "text": words("desk.undo"), "off": not session.past.value},
        {"id": "redo", "text": words("desk.redo"), "off": not session.future.value},
        {"id": "reset", "text": words("desk.reset"), "off": desk == Desk()},
        last,
    ]
    Form(fields=[], buttons=buttons, event_pressed=pressed)


@solara.component
def State(desk: Desk, progress: solara.Reactive[Progress], halted: bool, failure: str) -> None:
    """Progress of the runs, and errors."""
    words, now = session.words(), progress.value.of(desk)
    told = words("desk.running", done=now.done, all=now.wanted)
    if halted:
        told = f"{words('desk.stopped')} {told}"
    elif session.answer.value is None:
        told = words("desk.then").join((told, words("desk.waiting", least=LEAST_RUNS) + words("desk.first")))
    elif session.answer.value.desk != desk:
        told = words("desk.then").join((told, words("desk.waiting", least=LEAST_RUNS) + words("desk.earlier")))
    solara.Div(
        classes=["lj-muted"],
        children=[told],
        attributes={"role": "status", "data-runs": f"{now.done}/{now.wanted}"},
    )
    solara.v.ProgressLinear(
        value=100.0 * now.done / max(now.wanted, 1), height=3, attributes={"aria-label": words("desk.runs")}
    )
    if failure:
        solara.Div(classes=["lj-bad"], children=[words("desk.failed", why=failure)], attributes={"role": "alert"})
