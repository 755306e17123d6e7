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
from app.web.problems import without_places
from app.web.simulations import answers

BETWEEN_TICKS, BEFORE_FIRST_TICK = 0.5, 1.0
"""Least seconds between two tellings of how far the runs are, and before the first."""


@dataclass(frozen=True)
class Progress:
    """Runs that are done of those wanted for a desk, all scenarios counted."""

    desk: Desk | None
    done: int
    wanted: int

    def of(self, desk: Desk) -> Progress:
        """The progress of a desk: none yet, where this is another's."""
        return self if self.desk == desk else Progress(desk, 0, 2 * desk.runs)


NOTHING_YET = Progress(None, 0, 0)


@dataclass(frozen=True)
class Answering:
    """Work at the answer to a desk: how far it is, why it failed, and how it is stopped and continued."""

    desk: Desk
    progress: solara.Reactive[Progress]
    """Read by components of its own, so that its frequent updates redraw nothing else."""
    halted: bool
    failure: str
    stop: Callable[[], None]
    go_on: Callable[[], None]

    @property
    def finished(self) -> bool:
        """Whether nothing is under way; reading it makes a component follow the progress."""
        now = self.progress.value.of(self.desk)
        return self.halted or bool(self.failure) or now.done >= now.wanted


def use_answer(desk: Desk, *, wanted: bool = True) -> Answering:
    """Work at the answer to a desk while the page is open, unless the session has the whole of it.

    Parameters
    ----------
    desk
        The desk. Its answers become those of the session, `session.answer`.
    wanted
        Whether the page shows the desk at all.
    """
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
        known = session.answer.value
        shown = known.runs if known is not None and known.desk == desk and known.ensemble is not None else 0
        if shown >= desk.runs:
            progress.value = Progress(desk, 2 * desk.runs, 2 * desk.runs)
            return None
        stop = threading.Event()
        told = time.monotonic()

        def tick(done: int, of_all: int) -> None:
            # A page that is drawn anew for each run takes the processors from the runs, and the first answer its time.
            nonlocal told
            waited = time.monotonic() - told
            if done == of_all or waited > (BETWEEN_TICKS if progress.value.desk == desk else BEFORE_FIRST_TICK):
                told = time.monotonic()
                progress.value = Progress(desk, done, of_all)

        def work() -> None:
            try:
                for given in answers(desk, stop.is_set, tick):
                    if stop.is_set():
                        return
                    if given.ensemble is None:
                        set_failure(without_places(given.failed))
                    elif given.runs > shown:  # another page had the first of them
                        session.answer.value = given
            except Exception:
                LOG.exception("an answer could not be worked out")
                set_failure(words("desk.failed_inside"))

        threading.Thread(target=work, daemon=True).start()
        stops.current = stop
        return stop.set

    solara.use_effect(simulate, [desk, round_, wanted])

    def halt() -> None:
        stops.current.set()
        set_halted(True)

    return Answering(desk, progress, halted, failure, halt, lambda: set_round(round_ + 1))


def stop_or_go_on(work: Answering) -> dict[str, Any]:
    """The button that stops the work, or continues it after a stop."""
    words = session.words()
    if work.halted:
        return {"id": "go_on", "text": words("desk.go_on")}
    return {"id": "cancel", "text": words("desk.cancel"), "off": work.finished}


@solara.component
def State(work: Answering) -> None:
    """Progress of the runs, and errors."""
    words, desk, now = session.words(), work.desk, work.progress.value.of(work.desk)
    told = words("desk.running", done=now.done, all=now.wanted)
    if work.halted:
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
    if work.failure:
        solara.Div(classes=["lj-bad"], children=[words("desk.failed", why=work.failure)], attributes={"role": "alert"})


@solara.component
def Waiting(work: Answering) -> None:
    """On a page beside the desk: that the desk is being simulated, how far it is, and a button to stop it.

    Nothing once the whole answer is there.
    """
    given = session.answer.value
    if given is not None and given.desk == work.desk and given.runs >= given.wanted:
        return
    solara.Div(classes=["lj-note"], children=[session.words()("desk.simulated_here")])
    State(work)
    Stopping(work)


@solara.component
def Stopping(work: Answering) -> None:
    """The button alone."""
    actions = {"cancel": work.stop, "go_on": work.go_on}
    Form(fields=[], buttons=[stop_or_go_on(work)], event_pressed=lambda button: actions[button]())
