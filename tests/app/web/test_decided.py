"""Decisions of agents are told in the reader's language, term by term, with their sum."""

import re

import numpy as np
import pandas as pd
import pytest

import sim
from agents.districts import District
from agents.equity_investors import EQUITY_TERMS
from agents.fintech_clients import CLIENT_TERMS, SUPPLIER_TERMS
from agents.fintech_firms import FUNDING_TERMS, GROWTH_TERMS, SCORE_TERMS
from agents.fintech_location import MOVE_TERMS
from agents.fintech_subsidiaries import FOUNDING_TERMS
from agents.foreign_investors import TARGET_TERMS
from agents.institutions import Centre
from agents.leverage import LEVERAGE_TERMS
from app.web.decided import decision_told, term_name, term_rows, terms_of, told_to
from app.web.desk import Desk
from app.web.page_agents import SIZE, Looked, Replay, centre_of, life_told, replayed_requests, rows_at
from app.web.simulations import paired_requests
from app.web.who import name_of, who
from app.web.words import Words, data_in_chinese
from scenarios import load
from scenarios.errors import InputError
from sim.component import Explanation
from sim.components import COMPONENTS, EXPLAINED
from sim.experiments.ensemble import run_requests
from sim.financing.issuance import ADDED_TERMS, INSTRUMENT_TERMS
from sim.institutions.location import LOCATION_TERMS

TERMS = {
    *(*TARGET_TERMS, *EQUITY_TERMS, *INSTRUMENT_TERMS, *ADDED_TERMS, *LOCATION_TERMS, *LEVERAGE_TERMS),
    *(*CLIENT_TERMS, *SUPPLIER_TERMS, *FUNDING_TERMS, *GROWTH_TERMS, *SCORE_TERMS, *MOVE_TERMS, *FOUNDING_TERMS),
}
RENAMED = {"normal weight less weight held": "return to normal weight", "left for later": "postponed to later months"}
LATIN = re.compile(r"[A-Za-z]")


def small(name="plan"):
    return sim.Scenario(**{**load(name).as_given(), "scale": 0.05})


@pytest.fixture(scope="module")
def centre():
    made = sim.FinancialCenter(small(), rng=1)
    made.step()
    made.step()
    return made


@pytest.mark.parametrize("term", sorted(TERMS))
def test_every_declared_term_has_a_chinese_name(term):
    assert not LATIN.search(term_name(term, Words("zh")))
    renamed = {
        "normal weight less weight held": "return to normal weight",
        "left for later": "postponed to later months",
    }
    assert term_name(term, Words("en")) == renamed.get(term, term)


def test_whatever_agents_explain_is_told_in_chinese_and_adds_up(centre):
    chinese, told = Words("zh"), set()
    for kind, decisions in EXPLAINED.items():
        population = next(each for each in centre.populations.values() if each.agent_type is kind)
        for decision in decisions:
            for agent_id in population.unique_ids[:40].tolist():
                try:
                    table = centre.explain(centre.agent(kind.__name__, agent_id), decision=decision)
                except InputError:
                    continue
                row = int(population.rows_of([agent_id])[0])
                terms, name = terms_of(table, chinese), who(kind.__name__, population, row, chinese)
                told.add(decision_told(decision, name, "2021-03", table, chinese))
                told |= {text for term in terms for text in (term.name, term.unit)}
                if terms and terms[0].unit != "亿元":
                    assert sum(term.value for term in terms) == pytest.approx(float(table["value"].sum()))
    assert len(told) > 80
    assert {text for text in told if LATIN.search(text.replace("REITs", ""))} == set()


def test_every_explained_quantity_has_a_chinese_name():
    explained = [each for component in COMPONENTS for each in component.explanations]
    assert all(isinstance(each, Explanation) for each in explained)
    assert {f"decided_sum.{each.explains}" for each in explained} <= set(data_in_chinese())


def bought(*terms):
    return pd.DataFrame([{"term": name, "value": value, "unit": "CNY bn"} for name, value in terms])


CANCELLING = bought(
    ("home bias", 30.93),
    ("normal weight less weight held", -30.76),
    ("own view", 2.0),
    ("peers", -0.54),
    ("trend", 0.0),
)


def test_a_decision_is_a_sentence_with_its_sum_its_largest_terms_and_what_the_others_add():
    told = decision_told("purchases", "Foreign investor 7", "2021-03", CANCELLING, Words("en"))
    assert told == (
        "Foreign investor 7 bought bonds for CNY 1.6 bn net in 2021-03: home bias +30.9,"
        " return to normal weight \N{MINUS SIGN}30.8, own view +2.0, other terms \N{MINUS SIGN}0.5 (CNY bn)."
    )
    chinese = decision_told("purchases", "境外投资者7号", "2021-03", CANCELLING, Words("zh"))
    assert chinese.startswith("境外投资者7号在2021-03净买入债券16亿元")
    assert "本土偏好 +309" in chinese and "向常规权重回归 \N{MINUS SIGN}308" in chinese


@pytest.mark.parametrize(
    ("decision", "value", "told"),
    [
        ("purchases", -2.0, "It sold bonds for CNY 2 bn net"),
        ("purchases", 0.0, "It neither bought nor sold bonds on balance in 2021-03."),
        ("staying", np.log(99.0), "with a probability of 99.0 %"),
        ("seat", -np.log(40.0), "would prefer the best rival centre to Shanghai"),
        ("seat", -np.log(40.0), "at odds of 40 to 1"),
        ("leverage", np.log(0.9), "It cut its repo leverage by 10 %"),
        ("funding", np.log(-np.log(0.87)), "a probability of 13 % of closing"),
        ("default", np.log(0.002), "a rate of default of 0.20 % a year"),
        ("need", -0.05, "fell in 2021-03 at 5.0 % a year"),
        ("rank", 46.0, "It ranked number 46"),
    ],
)
def test_every_decision_has_a_verb_of_its_own(decision, value, told):
    table = pd.DataFrame({"term": ["own view"], "value": [value], "unit": ["log"]})
    assert told in decision_told(decision, "It", "2021-03", table, Words("en"))


def test_an_agent_without_such_a_decision_is_told_so():
    none = pd.DataFrame({"term": [], "value": [], "unit": []})
    assert decision_told("city", "It", "2021-03", none, Words("en")) == "It had no decision of this kind in 2021-03."


def test_the_table_drops_terms_that_are_zero_and_has_the_decimals_of_the_sum():
    rows = term_rows(terms_of(CANCELLING, Words("en")), Words("en"))
    assert [row[:2] for row in rows] == [
        ["home bias", "+30.93"],
        ["return to normal weight", "\N{MINUS SIGN}30.76"],
        ["own view", "+2.00"],
        ["peers", "\N{MINUS SIGN}0.54"],
    ]


def test_agents_are_named_one_by_one_with_what_sets_them_apart(centre):
    words = Words("en")
    investors = next(each for each in centre.populations.values() if each.agent_type.__name__ == "ForeignInvestor")
    named = {who("ForeignInvestor", investors, row, words).partition(" (")[2] for row in range(len(investors))}
    assert {"reserve manager, neutral bloc)", "benchmark fund, Western bloc)"} <= named
    assert name_of("FinancialInstitution", centre.institutions, 0, words).startswith("Bank ")
    assert not LATIN.search(who("FinancialInstitution", centre.institutions, 0, Words("zh")))


def test_a_term_names_its_instrument_or_the_rival_centre():
    assert term_name("bond: house bank", Words("zh")) == Words("zh")("problem.joint").join(("公司债", "主办银行"))
    assert term_name("talent against HONG_KONG", Words("en")) == "talent against Hong Kong"
    assert term_name("a rule of others", Words("zh")) == "a rule of others"


def test_the_same_draws_under_another_policy_differs_by_policy_alone():
    replay = Replay.begun(sim.FinancialCenter(small(), rng=3))
    kind = "ForeignInvestor"
    assert set(replay.first_ids) == set(SIZE)
    agent_id = min(replay.first_ids[kind])
    replay.advance()
    replay.compare(sim.FinancialCenter(small(), rng=3))
    replay.advance()
    assert list(replay.life(kind, agent_id)) == ["2021-01", "2021-02", "2021-03"]
    assert replay.life_there(kind, agent_id) == replay.life(kind, agent_id)
    other = Replay.begun(sim.FinancialCenter(small(), rng=3))
    for _ in range(11):
        other.advance()
    other.compare(sim.FinancialCenter(small("frozen"), rng=3))
    assert any(other.life(kind, each) != other.life_there(kind, each) for each in other.first_ids[kind])


def test_the_life_of_an_agent_begins_with_the_run_whenever_it_is_chosen():
    replay = Replay.begun(sim.FinancialCenter(small(), rng=3)).brought_to("2021-04")
    kind = "FinancialInstitution"
    agent_id = min(replay.first_ids[kind])
    life = replay.life(kind, agent_id)
    assert list(life) == ["2021-01", "2021-02", "2021-03", "2021-04"]
    institutions = replay.centre.institutions
    now = institutions["assets_bn"][institutions.rows_of([agent_id])[0]]
    assert life["2021-04"] == pytest.approx(now, rel=1e-6)
    told = life_told("Bank 7", "Assets, CNY bn", {"2021-01": 2.0, "2021-02": 5.0, "2021-03": 3.0}, 1.0, Words("en"))
    assert told == (
        "Assets, CNY bn, of Bank 7: 2 in 2021-01 and 3 in 2021-03, a change of +1. The most was 5 in 2021-02."
    )


def test_sizes_have_no_power_of_ten():
    assert told_to(10079.46, 4) == "10,080" and told_to(-1131.2, 3, "+") == "-1,130" and told_to(0.0, 3, "+") == "+0"


def test_the_agents_are_those_of_the_run_that_is_replayed():
    desk = Desk(scale=0.05, runs=8)
    request = replayed_requests(desk, 2)["desk"]
    replayed = run_requests([each for each in paired_requests(desk) if each.run == 1], workers=1)
    centre = centre_of(request)
    for _ in range(3):
        centre.step()
    names = ("institution_count", "foreign_net_purchases", "institutions_lujiazui")
    place = centre.month - replayed.first_month
    recorded = [replayed.values["desk"][0, place, replayed.columns.index(name)] for name in names]
    assert [centre.records[-1][name] for name in names] == recorded
    assert replayed_requests(desk, 3)["desk"].seed != request.seed


def test_a_place_lists_the_agents_that_are_there(centre):
    institutions = centre.institutions
    there = rows_at(institutions, "LUJIAZUI")
    assert 0 < len(there) < len(institutions) and set(institutions["district"][there]) == {District.LUJIAZUI}
    firms = next(each for each in centre.populations.values() if each.agent_type.__name__ == "FintechFirm")
    assert set(firms["centre"][rows_at(firms, "BEIJING")]) == {Centre.BEIJING}
    assert len(rows_at(firms, "")) == len(firms)
    looked = Looked("Issuer", "need", 12, "2022-03").at("LUJIAZUI", "2022-05")
    assert looked == Looked("FinancialInstitution", "staying", -1, "2022-05", "LUJIAZUI")
    assert Looked.read(looked.told) == looked
    assert Looked.read("Issuer~need~12~2022-03~LUJIAZUI").place == ""
