"""The answer to the desk as any page begins it, with its progress; a page that is left stops what it began."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import solara

from app.web import session
from app.web.components import LOG, Form
from app.web.desk import LEAST_RUNS, Desk
from app.web.problems import problems_told, without_places
from app.web.simulations import Answer, answers, the_server
from app.web.waiting_time import Pace, duration
from app.web.words import Words
from scenarios.errors import InputError

BETWEEN_TICKS, BEFORE_FIRST_TICK = 0.5, 1.0
"""Least seconds between two tellings of how far the runs are, and before the first."""


@dataclass(frozen=True)
class Asked:
    """What is simulated: a desk with its baseline, and ready scenarios beside them."""

    desk: Desk
    beside: tuple[str, ...] = ()

    @property
    def runs(self) -> int:
        """Runs of all scenarios together."""
        return (2 + len(self.beside)) * self.desk.runs


@dataclass(frozen=True)
class Progress:
    """Runs that are done of those wanted, all scenarios counted."""

    asked: Asked | None
    done: int
    wanted: int
    seconds_left: float | None = None
    """By the rate so far; None before the first few runs."""

    def of(self, asked: Asked) -> Progress:
        """The progress of what is asked: none yet, where this is another's."""
        return self if self.asked == asked else Progress(asked, 0, asked.runs)


NOTHING_YET = Progress(None, 0, 0)


@dataclass(frozen=True)
class Answering:
    """Work at the answer to a desk: how far it is, why it failed, and how it is stopped and continued."""

    asked: Asked
    progress: solara.Reactive[Progress]
    """Read by components of its own, so that its frequent updates redraw nothing else."""
    halted: bool
    failure: str
    stop: Callable[[], None]
    go_on: Callable[[], None]

    @property
    def given(self) -> Answer | None:
        """The latest answer of the session, of these settings or of earlier ones."""
        latest: Answer | None = (session.overlaid if self.asked.beside else session.answer).value
        return latest

    @property
    def finished(self) -> bool:
        """Whether nothing is under way; reading it makes a component follow the progress."""
        now = self.progress.value.of(self.asked)
        return self.halted or bool(self.failure) or now.done >= now.wanted


def use_answer(desk: Desk, *, wanted: bool = True, beside: tuple[str, ...] = ()) -> Answering:
    """Work at the answer to a desk while the page is open, unless the session has the whole of it.

    Parameters
    ----------
    desk
        The desk. Its answers become those of the session, `session.answer`.
    wanted
        Whether the page shows the desk at all.
    beside
        Ready scenarios with their policies in the desk's world. With any, the answers become `session.overlaid`.
    """
    asked, kept = Asked(desk, beside), session.overlaid if beside else session.answer
    words = session.words()
    halted, set_halted = solara.use_state(False)
    progress = solara.use_reactive(NOTHING_YET)
    failure, set_failure = solara.use_state("")
    round_, set_round = solara.use_state(0)
    stops = solara.use_ref(threading.Event())

    def simulate() -> Any:
        if not wanted:
            return None
        set_halted(False)
        set_failure("")
        known = kept.value
        shown = known.runs if known is not None and (known.desk, known.beside) == (desk, beside) else 0
        if shown >= desk.runs:
            progress.value = Progress(asked, asked.runs, asked.runs)
            return None
        stop = threading.Event()
        told, pace = time.monotonic(), None

        def tick(done: int, of_all: int) -> None:
            # A page that is drawn anew for each run takes the processors from the runs, and the first answer its time.
            nonlocal told, pace
            pace = pace or Pace(time.monotonic(), done)
            waited = time.monotonic() - told
            if done == of_all or waited > (BETWEEN_TICKS if progress.value.asked == asked else BEFORE_FIRST_TICK):
                told = time.monotonic()
                progress.value = Progress(asked, done, of_all, pace.seconds_left(done, of_all, told))

        def work() -> None:
            try:
                for given in answers(desk, stop.is_set, tick, beside):
                    if stop.is_set():
                        return
                    if given.ensemble is None:
                        set_failure(without_places(given.failed))
                    elif given.runs > shown:  # another page had the first of them
                        kept.value = given
            except InputError as error:
                set_failure(problems_told(error, words, with_place=False))
            except Exception:
                LOG.exception("an answer could not be worked out")
                set_failure(words("desk.failed_inside"))

        threading.Thread(target=work, daemon=True).start()
        stops.current = stop
        return stop.set

    solara.use_effect(simulate, [desk, round_, wanted, beside])

    def halt() -> None:
        stops.current.set()
        set_halted(True)

    return Answering(asked, progress, halted, failure, halt, lambda: set_round(round_ + 1))


def stop_or_go_on(work: Answering) -> dict[str, Any]:
    """The button that stops the work, or continues it after a stop."""
    words = session.words()
    if work.halted:
        return {"id": "go_on", "text": words("desk.go_on")}
    return {"id": "cancel", "text": words("desk.cancel"), "off": work.finished}


@solara.component
def State(work: Answering, *, dimmed: bool = True) -> None:
    """Progress of the runs, and errors; whether results of earlier settings are dimmed, where there are any."""
    words, given, now = session.words(), work.given, work.progress.value.of(work.asked)
    told = words("desk.running", done=now.done, all=now.wanted)
    if not work.finished:
        told += _waiting_told(work, now, words)
    if work.halted:
        told = f"{words('desk.stopped')} {told}"
    elif given is None or given.desk != work.asked.desk:
        earlier = given is not None and dimmed
        told = words("desk.then").join((told, results_told(now, first=given is None, earlier=earlier, words=words)))
    solara.Div(
        classes=["lj-muted"],
        children=[told],
        attributes={"role": "status", "data-runs": f"{now.done}/{now.wanted}"},
    )
    solara.v.ProgressLinear(
        value=100.0 * now.done / max(now.wanted, 1), height=3, attributes={"aria-label": words("desk.runs")}
    )
    if work.failure:
        solara.Div(classes=["lj-bad"], children=[words("desk.failed", why=work.failure)], attributes={"role": "alert"})


def results_told(now: Progress, *, first: bool, earlier: bool, words: Words) -> str:
    """When results are there: with so many runs, or in a moment, once they are done and are being drawn up.

    Parameters
    ----------
    now
        Progress of the runs that are asked.
    first
        Whether the session has no results yet.
    earlier
        Whether dimmed results of earlier settings are shown meanwhile.
    words
        Language.
    """
    dimmed = words("desk.earlier") if earlier else ""
    if now.asked is not None and now.done >= LEAST_RUNS * now.asked.runs // now.asked.desk.runs:
        return words("desk.summing") + dimmed
    return words("desk.waiting", least=LEAST_RUNS) + (words("desk.first") if first else "") + dimmed


def _waiting_told(work: Answering, now: Progress, words: Words) -> str:
    """The time that is left at the rate of the runs, or before it is known that which such runs usually take."""
    if now.seconds_left is not None:
        return words("wait.left", time=duration(now.seconds_left, words))
    usual = the_server().usual_seconds(now.wanted - now.done, work.asked.desk.scale)
    return "" if usual is None else words("wait.usual", time=duration(usual, words))


@solara.component
def Waiting(work: Answering, shown: Answer | None) -> None:
    """On a page beside the desk: that the desk is being simulated, how far it is, and a button to stop it.

    Nothing once the whole answer is there; until then also whether the page still shows earlier settings.
    """
    words = session.words()
    given, asked = work.given, work.asked
    if given is not None and (given.desk, given.beside) == (asked.desk, asked.beside) and given.runs >= given.wanted:
        return
    solara.Div(classes=["lj-note"], children=[words("desk.simulated_here")])
    if shown is not None and shown.desk != asked.desk:
        solara.Div(classes=["lj-note"], children=[words("compare.earlier_desk")])
    State(work, dimmed=False)
    Stopping(work)


@solara.component
def Stopping(work: Answering) -> None:
    """The button alone."""
    actions = {"cancel": work.stop, "go_on": work.go_on}
    Form(fields=[], buttons=[stop_or_go_on(work)], event_pressed=lambda button: actions[button]())
