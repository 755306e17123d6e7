"""What the pages beside the desk show is part of a link, and nothing that a link may hold stops them."""

import pytest

import sim
from app.web import session
from app.web.attributed import look as look_split
from app.web.failure_shown import USUAL, choices
from app.web.lever_groups import way_listed
from app.web.link import VIEWS
from app.web.offered import offered
from app.web.page_agents import DECISIONS, SIZE, VIEW, Looked, Replay, look
from app.web.page_experiments import ask
from app.web.shock_tested import choices as stress_choices
from app.web.swept import reached
from app.web.viewed import KNOWN, unknown_views
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
    look(kind="Issuer", decision=DECISIONS["Issuer"][0])
    look(agent=12, month="2022-03")
    assert Looked.read(session.viewed(VIEW)) == Looked("Issuer", DECISIONS["Issuer"][0], 12, "2022-03")
    look(kind=next(iter(SIZE)), decision="staying", agent=-1, month="")
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
    assert list(replay.brought_to("2021-03").life(kind, agent)) == ["2021-01", "2021-02", "2021-03"]
    assert replay.brought_to("2030-01").centre.month == centre.last_month


def test_forms_of_a_link_are_shown_and_a_choice_that_is_not_offered_changes_nothing():
    ask(first="stretch", second="")
    ask(runs=12)
    ask(first="no scenario")
    assert session.viewed("batch") == "plan~~12"
    look_split(offered().plan, seeds=4, split="panda_cumulative")
    look_split(offered().plan, split="nothing")
    assert session.viewed("split") == "4~panda_cumulative"
    session.view.value = {"stress": "bond_losses~2~2022~16", "listed": "handle~re~its"}
    assert stress_choices() == {"stress": "bond_losses", "severity": "2", "year": "2022", "runs": "16"}
    assert way_listed() == ("handle", "re~its")


WRITTEN = {
    "source": "desk",
    "risk_source": "store",
    "scenarios": "desk|committed|stretch",
    "replayed": "3",
    "ranked": "panda_cumulative",
    "pinned": "default_rate~reits_cap",
    "agent": "FintechFirm~city~12~2022-03~BEIJING",
    "failed": "2023~4~2",
    "reached": "panda_cumulative~650.5",
    "batch": "stretch~~12",
    "stress": "bond_losses~2~2022~16",
    "split": "4~panda_cumulative",
    "listed": "handle~reits",
}
"""What the pages write into a link themselves."""


@pytest.mark.parametrize("name", [*WRITTEN, "design", "sweep"])
def test_what_a_page_wrote_is_known_and_anything_else_is_named(name):
    assert unknown_views({"found": "anything", name: "nonsense~x"}) == (name,)
    if name in WRITTEN:
        assert unknown_views({name: WRITTEN[name]}) == ()


def test_every_choice_of_a_link_is_checked_except_a_search():
    assert set(KNOWN) == set(VIEWS) - {"found"}
