"""What the pages beside the desk show is part of a link, and nothing that a link may hold stops them."""

import pytest

import sim
from app.web import session
from app.web.failure_shown import USUAL, choices
from app.web.link import VIEWS
from app.web.page_agents import DECISIONS, SIZE, VIEW, Looked, Replay, look
from app.web.swept import reached
from scenarios.loader import load
from scenarios.plan import indicators

OF_PLAN = {each.id: each for each in indicators()}


@pytest.fixture(autouse=True)
def viewed():
    """An empty view, and empty again after the test."""
    session.view.value = {}
    yield
    session.view.value = {}


def test_the_choices_of_the_pages_are_parts_that_a_link_may_have():
    assert {VIEW, "failed", "reached"} <= set(VIEWS)


def test_what_is_looked_at_is_read_back_from_its_link():
    look(seed=7, kind="Issuer", decision=DECISIONS["Issuer"][0])
    look(agent=12, month="2022-03")
    assert Looked.read(session.viewed(VIEW)) == Looked(7, "Issuer", DECISIONS["Issuer"][0], 12, "2022-03")
    look(seed=1, kind=next(iter(SIZE)), decision="staying", agent=-1, month="")
    assert session.viewed(VIEW) == ""


@pytest.mark.parametrize("text", ["", "~~~~", "x~y~z~-4~2021-13", "9999999~Nobody~staying~9999999999~soon", "a" * 300])
def test_a_link_that_names_nothing_known_shows_the_usual(text):
    assert Looked.read(text) == Looked()
    session.view.value = {"failed": text, "reached": text}
    assert choices() == USUAL
    assert reached(OF_PLAN) == (next(iter(OF_PLAN)), next(iter(OF_PLAN.values())).met_from)


def test_bank_year_and_level_of_a_link_are_used():
    session.view.value = {"failed": "2023~4~2", "reached": "panda_cumulative~650.5"}
    assert choices() == {"year": "2023", "bank": "4", "rounds": "2"}
    assert reached(OF_PLAN) == ("panda_cumulative", 650.5)
    session.view.value = {"reached": "panda_cumulative~nan"}
    assert reached(OF_PLAN) == ("panda_cumulative", OF_PLAN["panda_cumulative"].met_from)


def test_a_run_is_brought_to_the_month_of_a_link_and_not_beyond_its_end():
    kind = "FinancialInstitution"
    scenario = sim.Scenario(**{**load("plan").plain(), "end": "2021-06", "scale": 0.02})
    centre = sim.FinancialCenter(scenario, rng=1)
    replay = Replay.begun(centre)
    agent = int(centre.institutions.unique_ids[0])
    assert list(replay.brought_to("2021-03", kind, agent).followed) == ["2021-01", "2021-02", "2021-03"]
    assert replay.brought_to("2030-01", kind, agent).centre.month == centre.last_month
