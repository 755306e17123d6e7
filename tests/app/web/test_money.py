"""Money is written in one way in each language: CNY bn and CNY trn, 亿元 and 万亿元."""

import re

import pytest

from app.briefing.amounts import factor
from app.briefing.money import in_english
from app.briefing.words import Wording
from app.briefing.words import catalogue as of_the_brief
from app.web import charts
from app.web.named import unit_name
from app.web.recorded_units import definition, recorded_unit
from app.web.words import Words, catalogue, data_in_chinese
from calibration.observations import annual_observations
from scenarios.baseline import observations
from scenarios.parameters import parameter_table
from scenarios.plan import indicators, levers, secondary_indicators
from sim.closing.dictionary import dictionary, unit_of
from sim.closing.indicators import PLAN_INDICATORS

OTHER_ENGLISH = re.compile(r"\b(?:trn|bn|mn|trillion|billion|million) (?:yuan|US dollars)\b")
OTHER_CHINESE = re.compile(r"十亿|10亿|CNY|USD|\b(?:trn|bn)\b")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("trn yuan per year", "CNY trn a year"),
        ("bn yuan since 2020-01", "CNY bn since 2020-01"),
        ("billion yuan", "CNY bn"),
        ("bn US dollars per year", "USD bn a year"),
        ("3.25 over 100.7 trn yuan at the end", "3.25 over CNY 100.7 trn at the end"),
        ("mn yuan per entrant", "CNY m per entrant"),
        ("listings per year", "listings per year"),
    ],
)
def test_units_of_the_data_in_english(data, shown):
    assert in_english(data) == shown


def test_every_unit_and_definition_of_cards_charts_and_tables_has_the_way_of_its_language():
    english, chinese = Words("en"), Words("zh")
    for words, other in ((english, OTHER_ENGLISH), (chinese, OTHER_CHINESE)):
        shown = [recorded_unit(id, words).text for id in dictionary() if id not in PLAN_INDICATORS]
        shown += [charts.shown_unit(id, words) for id in dictionary()]
        shown += [definition(each, words) for each in dictionary().values()]
        shown += [unit_name(each, words) for each in indicators()] + [
            charts.change_unit(each, words) for each in indicators()
        ]
        shown += [words.of_data(f"lever_measured.{each.id}", each.natural_unit) for each in levers()]
        shown += [Wording(words.language).unit(each.id) for each in indicators()]
        assert [text for text in shown if other.search(text)] == []
    units = {each.unit for each in (*parameter_table(), *observations().values(), *annual_observations())}
    assert [unit for unit in units if OTHER_ENGLISH.search(english.of_data(f"unit.{unit}", unit))] == []


def test_no_text_of_the_app_or_the_brief_has_another_way():
    for texts in (catalogue(), of_the_brief()):
        assert {key: text for key, (text, _) in texts.items() if OTHER_ENGLISH.search(text)} == {}
        assert {key: text for key, (_, text) in texts.items() if OTHER_CHINESE.search(text)} == {}
    # Parameters are listed as their file has them, and sources as their publications.
    shown = {key: text for key, text in data_in_chinese().items() if not key.startswith(("unit.", "source."))}
    assert {key: text for key, text in shown.items() if re.search("十亿|10亿", text)} == {}


def test_billions_are_written_in_units_of_a_tenth_in_chinese_whatever_plan_has_them():
    billions = [each for each in dictionary() if unit_of(each).startswith(("bn yuan", "bn US dollars"))]
    assert len(billions) > 10
    for id in billions:
        assert factor(id, Wording("zh")) == charts.factor(id, Words("zh")) == 10.0
        assert factor(id, Wording("en")) == charts.factor(id, Words("en")) == 1.0
    own = next(each for each in secondary_indicators() if each.id == "reits_cap")
    assert recorded_unit(own.id, Words("zh")).text == "亿元"
