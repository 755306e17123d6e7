"""A link to any page opens it in a session that has nothing yet, whatever source it names, and begins the answer."""

import time
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import solara

import sim
from app.web import desk_answer, session, simulations
from app.web.components import answering
from app.web.desk import Desk
from app.web.pages import PAGES, Caught
from app.web.simulations import Answer, paired_requests
from scenarios import load
from sim.closing.dictionary import dictionary
from sim.experiments.store import Store
from tests.app.briefing.made_up import ensemble_of, values_of

SMALL = Desk(parameters="central", scale=0.05, runs=8)
SOURCES = {"compare": "source", "risk": "risk_source"}
CASES = [(page, source) for page in PAGES for source in (("desk", "store") if page in SOURCES else ("",))]


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A store with a batch of two scenarios."""
    folder = tmp_path_factory.mktemp("fresh") / "runs"
    short = {"end": "2021-12", "scale": 0.05}
    asked = [sim.Scenario(**{**load(name).plain(), **short}) for name in ("plan", "committed")]
    sim.ensemble(asked, runs=1, draws=0, store=folder, workers=1)
    return folder


@pytest.fixture
def empty(tmp_path):
    """A store without a run."""
    with Store.writing(tmp_path / "runs"):
        return tmp_path / "runs"


@pytest.fixture
def fresh(monkeypatch):
    """A session without an answer on a server with a store; the answer has made-up numbers."""
    asked = []

    def answered(desk, _, tick, beside=()):
        asked.append(desk)
        tick(16, 16)
        made = ensemble_of({name: values_of({}, 8) for name in ("desk", desk.baseline, *beside)})
        further = [name for name in dictionary() if name not in made.columns]
        values = {
            name: np.concatenate([each, np.full((8, each.shape[1], len(further)), 0.5)], axis=2)
            for name, each in made.values.items()
        }
        own = {each.scenario.name: each.scenario for each in paired_requests(desk, beside)}
        made = replace(made, values=values, columns=(*made.columns, *further), scenarios=own)
        yield Answer(desk, made, 8, 8, beside=beside)

    def on(store):
        pools = SimpleNamespace(count=1)
        monkeypatch.setattr(simulations, "_server", simulations.Server(store, pools, pools))
        return asked

    monkeypatch.setattr(desk_answer, "answers", answered)
    session.desk.value, session.answer.value, session.view.value = SMALL, None, {}
    session.overlaid.value = None
    yield on
    session.desk.value, session.answer.value, session.view.value = Desk(), None, {}
    session.overlaid.value = None


@contextmanager
def opened(name, source="", view=None):
    """A function for what a page shows now; an exception of the page is not caught."""
    session.view.value = view or ({SOURCES[name]: source} if source else {})
    box, context = solara.render(solara.Column(children=[PAGES[name]()]), handle_error=False)

    def told(widget):
        parts = [str(getattr(widget, each)) for each in ("title", "fields") if getattr(widget, each, None)]
        for child in getattr(widget, "children", ()):
            parts += [child] if isinstance(child, str) else told(child)
        return parts

    yield lambda: "\n".join(told(box))
    context.close()


def seen(shown, text):
    """Whether a page shows a text within some seconds."""
    for _ in range(150):
        if text in shown():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(("name", "source"), CASES)
@pytest.mark.parametrize("kind", ["none", "empty", "stored"])
def test_every_page_opens_in_a_fresh_session_whatever_source_its_link_names(name, source, kind, fresh, request):
    fresh(None if kind == "none" else request.getfixturevalue(kind))
    with opened(name, source) as shown:
        assert len(shown()) > 50


@pytest.mark.parametrize(
    ("name", "shows"),
    [("desk", "of the 8 paired runs"), ("compare", "Paired effect"), ("risk", "crossed"), ("agents", "run 1 of 8")],
)
def test_a_page_that_shows_the_desk_begins_its_answer_and_shows_it(name, shows, fresh):
    asked = fresh(None)
    with opened(name) as shown:
        assert seen(shown, shows)
    assert asked == [SMALL]
    with opened(name) as shown:
        assert shows in shown()
    time.sleep(0.3)
    assert asked == [SMALL]  # the whole answer is there: nothing is simulated again


def test_ready_scenarios_of_a_link_are_simulated_beside_the_desk_and_overlaid(fresh):
    asked = fresh(None)
    view = {"source": "desk", "scenarios": "desk|committed|stretch|green|nonsense"}
    with opened("compare", view=view) as shown:
        assert seen(shown, "Paired effect")
        assert session.overlaid.value.beside == ("stretch", "green")
        assert list(session.overlaid.value.ensemble.values) == ["desk", "committed", "stretch", "green"]
        assert shown().count("'value': 'green', 'options'") == 1  # the fourth place shows it
        session.look(scenarios="desk|committed|stretch")
        assert seen(lambda: str(session.overlaid.value.beside), "('stretch',)")
    assert asked == [SMALL, SMALL] and session.answer.value is None


def test_a_desk_with_another_baseline_is_compared_with_it_where_nothing_is_chosen(fresh):
    fresh(None)
    session.desk.value = replace(SMALL, baseline="frozen")
    with opened("compare") as shown:
        assert seen(shown, "Paired effect")
        assert session.answer.value.beside == () and "'value': 'frozen', 'options'" in shown()


@pytest.mark.parametrize("name", ["compare", "risk", "agents"])
def test_results_of_earlier_settings_are_said_to_be_earlier_until_the_new_ones_are_there(name, fresh, monkeypatch):
    fresh(None)
    with opened(name):
        assert seen(lambda: str(session.answer.value), "8")
    monkeypatch.setattr(desk_answer, "answers", lambda *_: iter(()))
    session.desk.value = replace(SMALL, seed=9)
    with opened(name) as shown:
        assert "these results belong to the previous settings" in shown() and "Dimmed" not in shown()
    session.desk.value = SMALL
    with opened(name) as shown:
        assert "previous settings" not in shown() and "being simulated" not in shown()


def test_a_page_of_the_store_begins_no_answer_of_the_desk(fresh, stored):
    asked = fresh(stored)
    for name in SOURCES:
        with opened(name, "store"):
            time.sleep(0.3)
    assert asked == []


def test_a_page_that_fails_leaves_the_frame_and_can_be_shown_again():
    failing = [True]

    @solara.component
    def Page():
        if failing:
            raise ValueError("as a fault would")
        solara.Div(children=["the page"])

    def told(widget):
        return [
            text
            for child in getattr(widget, "children", ())
            for text in ([child] if isinstance(child, str) else told(child))
        ]

    @solara.component
    def Whole():
        with solara.Div():
            solara.Div(children=["the frame"])
            Caught(children=[Page()])

    box, context = solara.render(Whole(), handle_error=False)
    assert told(box)[0] == "the frame" and "could not be shown" in told(box)[1]
    context.close()


def test_a_handler_that_changes_several_values_draws_the_page_once(monkeypatch):
    one, other, drawn = solara.reactive(0), solara.reactive(0), []

    @solara.component
    def Page():
        drawn.append((one.value, other.value))
        solara.Div()

    def both(_):
        one.value, other.value = 1, 1

    _, context = solara.render(Page(), handle_error=False)
    monkeypatch.setattr(session, "has_current_context", lambda: True)
    monkeypatch.setattr(session, "get_current_context", lambda: SimpleNamespace(app_object=context))
    answering(lambda event_both: event_both)(event_both=both)(None)
    assert drawn == [(0, 0), (1, 1)]
    context.close()
