"""The desk's answer in sentences: each follows by rule from the numbers of its runs, in both languages."""

from dataclasses import replace

import numpy as np
import pytest

from app.briefing.page import page
from app.web.answered import answer_told, brief_of, outcomes_told, summary_of
from app.web.cards import indicator_card
from app.web.desk import Desk
from app.web.moves import Change, DeskTrigger
from app.web.simulations import Answer
from app.web.words import Words
from scenarios.plan import indicators
from tests.app.briefing.made_up import TARGETS, ensemble_of, values_of

EN, ZH = Words("en"), Words("zh")
DESK = Desk().with_change("bond_market_access", Change(0.9, "2022-01", 12))


def runs_of(shares, gain=0.0, runs=20, kinds=("simulation",)):
    """Runs of a desk in which shares of the runs meet each target, `gain` targets above those of the baseline."""
    return ensemble_of({"desk": values_of(shares, runs, gain), "committed": values_of(shares, runs)}, kinds)


def told(words, shares, desk=DESK, **how):
    runs = runs_of(shares, **how)
    return answer_told(summary_of(runs, desk), outcomes_told(runs, desk), desk, words)


@pytest.mark.parametrize(
    ("shares", "english", "chinese"),
    [
        (dict.fromkeys(TARGETS, 1.0), "reaches all seven targets", "七项目标均可实现"),
        (dict.fromkeys(TARGETS, 0.0), "misses all seven targets", "七项目标均难以实现"),
        (dict.fromkeys(TARGETS, 0.5), "none of the seven targets with confidence; seven are open", "尚无一项可以断定"),
    ],
)
def test_the_headline_says_what_is_reached_missed_or_unclear(shares, english, chinese):
    in_english, in_chinese = (told(words, shares, runs=40)["headline"] for words in (EN, ZH))
    assert english in in_english and in_english.startswith("By 2025, the plan with changes")
    assert chinese in in_chinese and in_chinese[7:].startswith("调整后的")


@pytest.mark.parametrize(
    ("gain", "english", "chinese"),
    [
        (0.05, "raises", "增加"),
        (-0.05, "lowers", "减少"),
        (0.0, "has no effect on", "无影响"),
    ],
)
def test_what_was_changed_and_what_it_did_stand_beside_each_other(gain, english, chinese):
    both = [
        (told(EN, {}, gain=gain), english, "in equal monthly steps to 0.9"),
        (told(ZH, {}, gain=gain), chinese, "达到0.9"),
    ]
    for answer, effect, change in both:
        assert effect in answer["effects"] and change in answer["changed"][0]


@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        (217.0, "raises “REITs listed, value at issue” by CNY 217.00 bn (", "“REITs上市规模”增加2170.00亿元"),
        (-21.0, "lowers “REITs listed, value at issue” by CNY 21.00 bn (", "“REITs上市规模”减少210.00亿元"),
        (0.0, "has no effect on “REITs listed, value at issue”", "对“REITs上市规模”、"),
    ],
)
def test_the_outcome_that_a_moved_lever_aims_at_comes_first_among_its_effects(change, english, chinese):
    desk = Desk().with_change("reits_pilot", Change(1.0, "2022-01", 12))
    runs = with_outcome(runs_of({}), "reits_cap", change)
    for words, told in ((EN, english), (ZH, chinese)):
        effects = answer_told(summary_of(runs, desk), outcomes_told(runs, desk), desk, words)["effects"]
        assert told in effects
    in_brief = page(brief_of(Answer(desk, runs, 20, 20), EN, ""), "en")
    assert english in in_brief
    unmoved = answer_told(summary_of(runs, DESK), outcomes_told(runs, DESK), DESK, EN)
    assert "REITs" not in unmoved["effects"]


def with_outcome(runs, name, change):
    """The same runs with one more recorded indicator, on the desk `change` above the baseline's 100."""
    added = {
        scenario: np.full((*each.shape[:2], 1), 100.0 + (change if scenario == "desk" else 0.0))
        for scenario, each in runs.values.items()
    }
    values = {scenario: np.concatenate([each, added[scenario]], axis=2) for scenario, each in runs.values.items()}
    return replace(runs, values=values, columns=(*runs.columns, name))


def test_an_unmoved_desk_has_the_name_of_its_scenario_and_a_titled_one_its_title():
    assert told(EN, {}, Desk())["headline"].startswith("By 2025, the plan ")
    assert not told(EN, {}, Desk())["changed"]
    assert told(ZH, {}, Desk(title="开放方案"))["headline"][7:].startswith("开放方案下")


def test_a_replay_is_no_forecast_and_says_so_first():
    assert "not a forecast" in told(EN, {}, kinds=("conditional replay",))["cautions"][0]
    assert "不是预测" in told(ZH, {}, kinds=("conditional replay",))["cautions"][0]


@pytest.mark.parametrize(
    ("gain", "runs", "said"),
    [
        (0.05, 20, "+5.00 percentage points"),
        (0.0, 20, "no effect against The plan"),
        (0.05, 6, "too few pairs of runs to compare with The plan"),
    ],
)
def test_a_card_has_its_change_with_an_interval_or_says_that_there_is_none(gain, runs, said):
    """A gain of 5 % of the target of 5 % is 0.25 points; the share of financing rises by 5 % of its 85 %."""
    indicator = next(each for each in indicators() if each.id == "direct_financing_share")
    summary = summary_of(runs_of({indicator.id: 1.0}, gain=gain, runs=runs), DESK)
    card = indicator_card(indicator, summary, "The plan", EN, chosen=False)
    expected = said.replace("+5.00", f"+{5.0 * TARGETS[indicator.id]:.2f}")
    assert expected in card["change"]
    assert card["verdict"] == ("likely" if runs >= 8 else "too few runs")
    assert f"met in {runs} of {runs} runs" in card["share"]


@pytest.mark.parametrize("words", [EN, ZH])
def test_the_brief_of_the_desk_is_the_page_of_the_report_with_its_link(words):
    given = Answer(DESK, runs_of({}, gain=0.05), 20, 20)
    made = page(brief_of(given, words, "http://127.0.0.1/?seed=1"), words.language)
    assert "http://127.0.0.1/?seed=1" in made
    assert answer_told(summary_of(given.ensemble, DESK), {}, DESK, words)["headline"] in made
    assert made.count('class="sheet"') == 4


def test_a_desk_with_automatic_rules_alone_is_described_by_them_in_the_language_of_its_brief():
    rule = DeskTrigger("foreign_bond_share", "below", 0.03, 6, "bond_market_access", 0.9, 12)
    desk, runs = Desk(triggers=(rule,)), runs_of({})
    runs = replace(runs, scenarios={**runs.scenarios, "desk": desk.scenario()})
    for words, said in ((EN, "for 6 months: "), (ZH, "连续6个月低于3 %")):
        made = page(brief_of(Answer(desk, runs, 20, 20), words, ""), words.language)
        assert said in made and "Changed on the policy desk" not in made
    noted = replace(desk, note="四月方案")
    runs = replace(runs, scenarios={**runs.scenarios, "desk": noted.scenario()})
    assert "四月方案" in page(brief_of(Answer(noted, runs, 20, 20), ZH, ""), "zh")
