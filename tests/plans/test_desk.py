"""The policy desk under a plan that the operator gives: its targets, levers and groups; a browser can name none."""

import re
from dataclasses import replace

import numpy as np
import pytest
import solara

import sim
from app.web import offered as of_operator
from app.web.adaptive import first_draft
from app.web.cards import indicator_card
from app.web.desk import Change, Desk
from app.web.lever_groups import LeverGroups
from app.web.link import link_of, read_link
from app.web.moves import DeskTrigger
from app.web.named import goal_name, group_name, indicator_name, lever_name, unit_name
from app.web.page_sources import _indicators, _measures
from app.web.words import Words
from scenarios.errors import InputError
from scenarios.plan import shipped_plan
from sim.experiments.ensemble import run_requests
from sim.experiments.requests import ensemble_requests
from sim.experiments.summary import Summary


@pytest.fixture
def opened(centre_2030):
    """The desks of a server whose operator gives the plan."""
    yield of_operator.offer(centre_2030)
    of_operator.offer()


def test_without_an_operators_plan_the_desk_has_that_of_the_package():
    assert of_operator.offered().plan is shipped_plan() and Desk().scenario().own_plan is None
    with pytest.raises(InputError, match="centre_2030"):
        Desk().opening("extends: plan\nplan: centre_2030\n")


@pytest.mark.usefixtures("opened")
def test_every_preset_and_baseline_stands_under_the_plan(centre_2030):
    desk = Desk(changes={"offshore_yuan_window": Change(0.9, "2027-01", 12)})
    assert desk.scenario().plan == desk.baseline_scenario().plan == centre_2030
    assert desk.scenario().end == "2030-12" and desk.changes["offshore_yuan_window"].end == "2028-01"
    assert read_link(link_of(desk)).desk == desk and not read_link(link_of(desk)).left_out
    with pytest.raises(InputError, match="offshore_window"):
        Desk(changes={"offshore_window": Change(0.9)})


@pytest.mark.usefixtures("opened")
def test_a_file_names_its_levers_and_what_the_desk_writes_opens_again(centre_2030):
    desk = Desk().opening("extends: plan\nlevers: {offshore_yuan_window: {2026-01: 1.0}}\n")
    assert desk.scenario().plan == centre_2030
    again = Desk().opening(desk.scenario().to_yaml())
    assert again.scenario().content_hash() == desk.scenario().content_hash()
    with pytest.raises(InputError, match="no month after 2030-12"):
        Desk().opening("extends: plan\nend: 2031-01\n")


@pytest.mark.usefixtures("opened")
def test_the_cards_have_its_targets_and_its_names(centre_2030):
    desk = Desk(file="extends: plan\nend: 2021-12\n", scale=0.05)
    asked = [sim.Scenario(**{**each.as_given(), "scale": 0.02}) for each in (desk.scenario(), desk.baseline_scenario())]
    ensemble = run_requests(ensemble_requests(asked, runs=1, draws=0), workers=1)
    # Eight equal runs: a card needs a range.
    eight = replace(
        ensemble,
        values={name: np.repeat(each, 8, axis=0) for name, each in ensemble.values.items()},
        runs=tuple(range(8)),
        pairings={name: each * 8 for name, each in ensemble.pairings.items()},
    )
    summary = Summary.of(eight, provenance={}, scenario="desk", baseline=desk.baseline)
    words = Words("en")
    cards = [
        indicator_card(each, summary, desk.baseline, words, chosen=False)
        for each in summary.scenarios["desk"].plan.indicators
    ]
    assert [card["id"] for card in cards] == list(centre_2030.indicator_ids)
    assert "3,400" in cards[0]["target"] and "8.00" in cards[1]["target"] and "80" in cards[2]["target"]
    assert cards[2]["name"] == "Leading fintech firms with a seat in the city"
    assert cards[0]["name"] == Words("en")("indicator.turnover_total")


@pytest.mark.usefixtures("opened")
def test_the_levers_stand_in_the_groups_of_the_plan(monkeypatch):
    seen = {}
    monkeypatch.setattr("app.web.lever_groups.Levers", lambda **told: seen.update(told))
    desk = Desk(changes={"offshore_yuan_window": Change(0.9, "2027-01", 12)})
    solara.render(LeverGroups(desk), handle_error=False)[1].close()
    groups = {group["id"] for group in seen["groups"]["group"]}
    assert {"links", "technology"} <= groups and {each["group"] for each in seen["levers"]} <= groups
    levers = {each["id"]: each for each in seen["levers"]}
    assert levers["fintech_hub"]["group"] == "technology"
    window, setting = levers["offshore_yuan_window"], seen["settings"]["offshore_yuan_window"]
    assert (window["name"], setting["moved"], window["group"]) == ("Window for yuan held abroad", True, "links")
    assert "0.9 in 2028-01" in setting["sentence"] and seen["texts"]["last"] == "2030-12"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everything_of_the_plan_has_a_name_in_both_languages(centre_2030, language):
    words = Words(language)
    shown = [(indicator_name(each, words), unit_name(each, words)) for each in centre_2030.indicators]
    shown += [(lever_name(each, words), goal_name(centre_2030.goals[0], words)) for each in centre_2030.levers]
    assert all(all(pair) for pair in shown)
    window = {"en": "Window for yuan held abroad", "zh": "境外人民币窗口"}
    assert lever_name(centre_2030.levers[-1], words) == window[language]
    assert group_name("technology", words, centre_2030) == {"en": "Technology", "zh": "科技"}[language]
    assert group_name("elsewhere", words, centre_2030) == "elsewhere"
    assert lever_name(shipped_plan().levers[0], words) == words(f"lever.{shipped_plan().levers[0].id}")


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_sources_have_its_indicators_with_their_definitions_and_its_measures(centre_2030, language):
    words = Words(language)
    (_, _, of_plan), (_, _, others), (_, _, measures) = [
        part for make in (_indicators, _measures) for part in make(words)
    ]
    assert [row[1] for row in of_plan] == list(centre_2030.indicator_ids)
    assert not {row[1] for row in of_plan} & {row[1] for row in others}
    assert {row[4] for row in of_plan} == {{"en": "A made-up plan to 2030", "zh": "2030年虚拟规划"}[language]}
    assert all(bool(re.search("[\u4e00-\u9fff]", row[3])) == (language == "zh") for row in of_plan)
    assert (
        of_plan[2][0]
        == {
            "en": "Leading fintech firms with a seat in the city",
            "zh": "在本市设有总部的头部金融科技企业",
        }[language]
    )
    assert [(row[1], row[0]) for row in measures] == [(each.id, each.title) for each in centre_2030.measures]
    assert measures[0][2] == {"en": "Links to other markets", "zh": "市场互联互通"}[language]
    assert {"en": "Window for yuan held abroad", "zh": "境外人民币窗口"}[language] in measures[0][3]


def test_without_an_operators_plan_sources_have_those_of_the_package():
    (_, _, of_plan), _, (_, _, measures) = [part for make in (_indicators, _measures) for part in make(Words("zh"))]
    assert [row[1] for row in of_plan] == list(shipped_plan().indicator_ids)
    assert [row[1] for row in measures] == [each.id for each in shipped_plan().measures]
    assert all(re.search("[\u4e00-\u9fff]", row[0]) for row in measures)


@pytest.mark.usefixtures("opened")
def test_a_trigger_begins_with_an_indicator_and_a_lever_of_the_plan(centre_2030):
    draft = first_draft()
    assert draft.indicator in centre_2030.indicator_ids
    assert draft.lever in [each.id for each in of_operator.offered().levers]
    assert Desk(triggers=(draft,)).scenario().triggers[-1].indicator == draft.indicator


def test_without_an_operators_plan_a_trigger_begins_as_usual():
    assert first_draft() == DeskTrigger()
