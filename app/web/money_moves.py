"""A recorded run of the desk, played in the browser."""

from collections.abc import Callable
from typing import Any

import solara

from app.web import session
from app.web.components import Form, Replay
from app.web.desk import Desk
from app.web.desk_answer import Waiting, use_answer
from app.web.recorded import record_told
from app.web.replay import frames_of
from app.web.simulations import Answer
from sim.experiments.ensemble import Ensemble

FIRST_RUN = 1


def run_shown(given: Answer | None, desk: Desk) -> int:
    """Number of the run that is replayed, from 1: that of the link, among those that are done or will be."""
    asked = session.viewed("replayed", str(FIRST_RUN))
    run = int(asked) if asked.isdecimal() else FIRST_RUN
    if given is None or given.ensemble is None:
        return min(max(run, FIRST_RUN), desk.runs)
    # Of the first answers to a desk, and where runs failed, not every number is there.
    numbers = given.ensemble.runs
    return min(numbers, key=lambda number: abs(number + 1 - run)) + 1


@solara.component
def MoneyMoves(place: str, month: str, placed: Callable[[Any], None]) -> None:
    """The section of the page; until the first results of the desk are there it says how far they are.

    `place` is marked, the replay goes to `month`, and `placed` takes a place that is chosen and its month.
    """
    given = session.answer.value
    Waiting(use_answer(session.desk.value), given)
    if given is not None and given.ensemble is not None:
        Played(given, given.ensemble, place, month, placed)


@solara.component
def Played(
    given: Answer,
    ensemble: Ensemble,
    place: str = "",
    month: str = "",
    placed: Callable[[Any], None] | None = None,
) -> None:
    """A run of an answer, chosen by its number."""
    words = session.words()
    shown, most = run_shown(given, given.desk), ensemble.runs[-1] + 1
    run = ensemble.runs.index(shown - 1)

    def chosen(event: dict[str, str]) -> None:
        if event["value"].isdecimal() and 1 <= int(event["value"]) <= most:
            session.look(replayed=event["value"])

    field = {
        "id": "replayed",
        "label": words("replay.run"),
        "value": shown,
        "type": "number",
        "min": 1,
        "max": most,
    }
    Form(fields=[field], buttons=[], event_chosen=chosen)
    frames = solara.use_memo(lambda: frames_of(ensemble, "desk", run, words), [id(ensemble), run, words.language])
    texts = {key: words(f"replay.{key}") for key in ("play", "pause", "month", "seats", "pick")}
    Replay(
        frames=frames,
        texts=texts,
        title=words("replay.title", run=shown, runs=most),
        subtitle=words("replay.subtitle"),
        caption=record_told(ensemble, given.desk, words),
        chosen=place,
        month=month,
        event_placed=placed,
    )
