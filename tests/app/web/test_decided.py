"""Decisions of agents are told in the reader's language, term by term, with their sum."""

import re

import numpy as np
import pandas as pd
import pytest

import sim
from agents.equity_investors import EQUITY_TERMS
from agents.fintech_clients import CLIENT_TERMS, SUPPLIER_TERMS
from agents.fintech_firms import FUNDING_TERMS, GROWTH_TERMS, SCORE_TERMS
from agents.fintech_location import MOVE_TERMS
from agents.fintech_subsidiaries import FOUNDING_TERMS
from agents.foreign_investors import TARGET_TERMS
from agents.leverage import LEVERAGE_TERMS
from app.web.decided import sum_told, term_name, terms_of
from app.web.page_agents import SIZE, Replay
from app.web.words import Words, data_in_chinese
from scenarios import load
from scenarios.errors import InputError
from sim.component import Explanation
from sim.components import COMPONENTS, EXPLAINED
from sim.financing.issuance import ADDED_TERMS, INSTRUMENT_TERMS
from sim.institutions.location import LOCATION_TERMS

TERMS = {
    *(*TARGET_TERMS, *EQUITY_TERMS, *INSTRUMENT_TERMS, *ADDED_TERMS, *LOCATION_TERMS, *LEVERAGE_TERMS),
    *(*CLIENT_TERMS, *SUPPLIER_TERMS, *FUNDING_TERMS, *GROWTH_TERMS, *SCORE_TERMS, *MOVE_TERMS, *FOUNDING_TERMS),
}
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
    assert term_name(term, Words("en")) == term


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
                terms = terms_of(table, chinese)
                told |= {text for term in terms for text in (term.name, term.unit)}
                if terms and terms[0].unit != "亿元":
                    assert sum(term.value for term in terms) == pytest.approx(float(table["value"].sum()))
    assert len(told) > 80
    assert {text for text in told if LATIN.search(text.replace("REITs", ""))} == set()


def test_every_explained_quantity_has_a_chinese_name():
    explained = [each for component in COMPONENTS for each in component.explanations]
    assert all(isinstance(each, Explanation) for each in explained)
    assert {f"decided_sum.{each.explains}" for each in explained} <= set(data_in_chinese())


def test_amounts_are_in_the_units_of_the_language_and_the_sentence_names_the_largest():
    table = pd.DataFrame(
        {"term": ["own view", "peers", "home bias", "trend"], "value": [3.0, -1.0, 0.5, 0.01], "unit": ["CNY bn"] * 4}
    )
    english = sum_told(terms_of(table, Words("en")), Words("en"))
    assert "+2.51 CNY bn" in english and "own view +3, peers -1, home bias +0.5" in english and "trend" not in english
    chinese = sum_told(terms_of(table, Words("zh")), Words("zh"))
    assert "+25.1 亿元" in chinese and "自身判断 +30" in chinese


def test_a_term_names_its_instrument_or_the_rival_centre():
    assert term_name("bond: house bank", Words("zh")) == Words("zh")("problem.joint").join(("公司债", "主办银行"))
    assert term_name("talent against HONG_KONG", Words("en")) == "talent against Hong Kong"
    assert term_name("a rule of others", Words("zh")) == "a rule of others"


def test_the_same_draws_under_another_policy_differs_by_policy_alone():
    replay = Replay.begun(sim.FinancialCenter(small(), rng=3))
    kind = "ForeignInvestor"
    assert set(replay.first_ids) == set(SIZE)
    agent_id = min(replay.first_ids[kind])
    replay.follow(kind, agent_id)
    replay.advance(kind, agent_id)
    replay.compare(sim.FinancialCenter(small(), rng=3), kind, agent_id)
    replay.advance(kind, agent_id)
    assert list(replay.followed) == ["2021-01", "2021-02", "2021-03"]
    assert replay.followed_there == replay.followed
    other = Replay.begun(sim.FinancialCenter(small(), rng=3))
    for _ in range(11):
        other.advance(kind, agent_id)
    other.compare(sim.FinancialCenter(small("frozen"), rng=3), kind, agent_id)
    here, there = (np.array(list(sizes.values())) for sizes in (other.followed, other.followed_there))
    assert not np.array_equal(here, there[1:])
