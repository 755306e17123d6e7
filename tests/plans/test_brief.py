"""The brief under a plan of the user's own: its question, targets, names and years, in English and Chinese."""

import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import sim
from app.briefing.of_store import brief_of_store
from app.briefing.page import page
from app.briefing.words import Wording
from app.cli import command_line
from scenarios.plan import secondary_indicators, shipped_plan
from sim.experiments.attribution import Attribution, outcomes_of

HERE = Path(__file__).parent


class Texts(HTMLParser):
    """The texts of a page, without its style sheet."""

    def __init__(self):
        super().__init__()
        self.inside, self.found = [], []

    def handle_starttag(self, tag, _):
        self.inside.append(tag)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, text):
        if text.strip() and "style" not in self.inside:
            self.found.append(text.strip())


def told(made):
    reader = Texts()
    reader.feed(made)
    return " ".join(" ".join(reader.found).split())


@pytest.fixture(scope="module")
def store(tmp_path_factory, short):
    """Eight pairs of short runs under the plan to 2030, and the same under one with observations of its own."""
    made = tmp_path_factory.mktemp("briefs")
    asked = [short(name) for name in ("plan", "committed")]
    own = Path(shutil.copytree(HERE / "centre_2030", made / "own"))
    sim.ensemble(asked, runs=8, draws=0, plan=own, workers=1, store=made / "plain")
    shutil.copy(HERE / "harbour" / "baseline.csv", own)
    sim.ensemble(asked, runs=8, draws=0, plan=own, workers=1, store=made / "city")
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_text_is_of_the_plan_and_none_of_that_of_the_package(store, language):
    text = told(page(brief_of_store(store / "plain"), language))
    for wrong in ("14th", "十四五", "2025", "seven", "七项", "23 count"):
        assert wrong not in text, text[max(0, text.find(wrong) - 80) : text.find(wrong) + 80]
    here = {
        "en": (
            "Would the plan meet the targets of the plan “A made-up plan to 2030” for 2030",
            "Target 2030",
            "The four targets and the redline",
            "All four",
            "Leading fintech firms with a seat in the city",
            "Values are those of 2021, the last whole year of the scenario; the targets are those of 2030.",
            "about 3,400",
            "at least 8.00",
            "at least 60.0",
            "RMB share of cross-border receipts and payments %",
            "made up to show the form",
        ),
        "zh": (
            "规划情景能否实现《2030年虚拟规划》2030年的目标",
            "2030年目标",
            "四项指标与红线",
            "四项全部",
            "在本市设有总部的头部金融科技企业",
            "跨境收付人民币占比",
            "目标为2030年目标",
        ),
    }
    for each in here[language]:
        assert each in text, each


def test_the_chinese_answer_has_no_english_words(store):
    brief = brief_of_store(store / "plain")
    text = told(page(brief, "zh", short=True)).replace(brief.commands[0], "")
    for name in ("REITs", "QFLP", "QDLP", "RCEP"):
        text = text.replace(name, "")
    assert re.findall(r"[A-Za-z]{3,}", text) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_definitions_are_those_of_the_plan_and_of_the_model_in_the_language_of_the_brief(store, language):
    text = told(page(brief_of_store(store / "plain"), language))
    own = {
        "en": "at least that of the country's hundredth at the end of 2020.",
        "zh": "规模、资本与能力综合得分不低于2020年末全国第100名的本市企业数。",
    }
    of_model = {
        "en": next(each.model_measure for each in secondary_indicators() if each.id == "rmb_cross_border_share"),
        "zh": "贸易与证券投资跨境收付中的人民币比重。",
    }
    for texts in (own, of_model):
        assert texts[language] in text
        assert texts[{"en": "zh", "zh": "en"}[language]] not in text


def test_a_definition_of_the_plans_own_without_a_chinese_text_is_shown_as_it_is(centre_2030):
    named = replace(centre_2030.indicators[-1], definition="Payments in yuan over all payments.")
    plan = replace(centre_2030, indicators=(*centre_2030.indicators[:-1], named))
    assert Wording("zh", plan=plan).definition(named.id) == named.definition
    usual = shipped_plan().indicators[0]
    translated = replace(usual, definition_zh="全市场成交额。")
    plan = replace(plan, indicators=(translated, named))
    assert Wording("zh", plan=plan).definition(usual.id) == "全市场成交额。"
    assert Wording("en", plan=plan).definition(usual.id) == Wording("en").definition(usual.id)


def test_observations_of_the_plans_own_are_named_and_those_of_shanghai_are_gone(store):
    brief = brief_of_store(store / "city")
    assert brief.wide == {} and brief.observed["turnover_total"] == {2020: pytest.approx(1856.6)}
    text = told(page(brief, "en"))
    assert "1,857" in text and "10 of 63: hypothetical 10" in text
    assert "10 of 63 observations of 2020 are the plan's own" in text
    assert "a simulator of an international financial centre" in text
    plain = brief_of_store(store / "plain")
    assert plain.observed["turnover_total"][2020] == pytest.approx(2274.8) and len(plain.observed["turnover_total"]) > 3
    assert "simulator of Shanghai" in told(page(plain, "en"))


def test_the_attribution_names_the_groups_of_the_plan(store, centre_2030):
    whole = brief_of_store(store / "plain")
    effects = {name: replace(each, verdict="better") for name, each in whole.summary.effects["plan"].items()}
    parts = np.random.default_rng(1).normal(1.0, 0.1, (2, 3, len(outcomes_of(whole.summary.scenarios["plan"]))))
    split = Attribution(
        ("links", "technology"),
        parts,
        parts.sum(axis=0),
        parts * 0.9,
        outcomes=outcomes_of(whole.summary.scenarios["plan"]),
    )
    summary = replace(whole.summary, effects={"plan": effects}).with_attribution(split, 0.02)
    text = told(page(replace(whole, summary=summary), "zh"))
    assert "市场互联互通" in text and "科技" in text and "links" not in text
    assert [each.id for each in centre_2030.groups] == ["links", "technology"]


def test_the_command_writes_it_in_both_languages(store, tmp_path, capsys):
    for language, asked in (("en", "A made-up plan to 2030"), ("zh", "2030年虚拟规划")):
        out = tmp_path / f"{language}.html"
        assert command_line(["report", str(store / "plain"), "-o", str(out), "--language", language]) == 0
        assert "2021" in capsys.readouterr().out
        assert asked in out.read_text(encoding="utf-8")
