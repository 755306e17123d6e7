"""A recorded run of the desk, played in the browser."""

import solara

from app.web import session
from app.web.components import Form, Replay
from app.web.desk_answer import Waiting, use_answer
from app.web.recorded import record_told
from app.web.replay import frames_of
from app.web.simulations import Answer
from sim.experiments.ensemble import Ensemble


@solara.component
def MoneyMoves() -> None:
    """The section of the page; until the first results of the desk are there it says how far they are."""
    given = session.answer.value
    Waiting(use_answer(session.desk.value), given)
    if given is not None and given.ensemble is not None:
        Played(given, given.ensemble)


@solara.component
def Played(given: Answer, ensemble: Ensemble) -> None:
    """A run of an answer, chosen by its number."""
    words = session.words()
    asked = session.viewed("replayed", "1")
    run = int(asked) if asked.isdecimal() else 1
    most = len(ensemble.runs)
    place = min(max(run, 1), most) - 1

    def chosen(event: dict[str, str]) -> None:
        if event["value"].isdecimal() and 1 <= int(event["value"]) <= most:
            session.look(replayed=event["value"])

    field = {
        "id": "replayed",
        "label": words("replay.run"),
        "value": place + 1,
        "type": "number",
        "min": 1,
        "max": most,
    }
    Form(fields=[field], buttons=[], event_chosen=chosen)
    frames = solara.use_memo(lambda: frames_of(ensemble, "desk", place, words), [id(ensemble), place, words.language])
    texts = {key: words(f"replay.{key}") for key in ("play", "pause", "month", "seats")}
    Replay(
        frames=frames,
        texts=texts,
        title=words("replay.title", run=place + 1, runs=most),
        subtitle=words("replay.subtitle"),
        caption=record_told(ensemble, given.desk, words),
    )
