"""Undo and redo outlive a page that is loaded again, with what the browser kept."""

from dataclasses import replace

import pytest

from app.web import session
from app.web.desk import Desk
from app.web.moves import Change
from app.web.undone import MOST_CHARACTERS, MOST_LINKS, kept_links, restore


def begin(desk=None):
    """A new session, opened at a desk."""
    session.desk.value, session.past.value, session.future.value = desk or Desk(), (), ()


@pytest.fixture(autouse=True)
def new_session():
    begin()
    yield
    begin()


def moved():
    """Three changes, the last one undone."""
    for value in (0.5, 0.6, 0.7):
        session.put(session.desk.value.with_change("fintech_hub", Change(value)))
    session.undo()


def test_a_page_that_is_loaded_again_undoes_and_redoes_as_before():
    moved()
    kept, past, now, future = kept_links(), session.past.value, session.desk.value, session.future.value
    begin(now)
    restore(kept)
    assert (session.past.value, session.future.value) == (past, future)
    session.undo()
    assert session.desk.value == past[-1]


def test_other_settings_than_those_kept_have_their_own_history():
    moved()
    kept = kept_links()
    begin(Desk(seed=5))
    restore(kept)
    assert session.past.value == session.future.value == ()
    begin(Desk())
    session.put(Desk(seed=3))
    restore({**kept, "now": "seed=3"})
    assert session.past.value == (Desk(),)


def test_a_browser_keeps_the_nearest_settings_as_far_as_the_limits_go():
    for seed in range(2, 2 * MOST_LINKS + 2):
        session.put(Desk(seed=seed))
    assert len(kept_links()["past"]) == MOST_LINKS and kept_links()["past"][0] == f"seed={2 * MOST_LINKS}"
    for place in range(4):
        file = "extends: plan\n# " + "".join(chr(0x4E00 + (place + 997 * each * each) % 20_000) for each in range(9000))
        session.put(replace(Desk(), title="t" * place).opening(file))
    told = kept_links()["past"]
    assert 0 < len(told) < 4 and sum(map(len, told)) <= MOST_CHARACTERS


@pytest.mark.parametrize("links", [["seed=2"] * 1000, ["preset=none&lever.x=1", "a" * (MOST_CHARACTERS + 1), "seed=2"]])
def test_nothing_that_a_browser_may_hold_exceeds_the_limits(links):
    restore({"now": "", "past": links, "future": []})
    assert len(session.past.value) in (1, MOST_LINKS)
