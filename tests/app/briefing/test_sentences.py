"""Sentences made by rule from numbers."""

import pytest

from app.briefing import sentences
from app.briefing.words import Wording
from sim.closing.indicators import PLAN_INDICATORS
from tests.app.briefing.made_up import summary_of

EN, ZH = Wording("en"), Wording("zh")
SHARES = {
    "turnover_total": 1.0,
    "direct_financing": 0.25,
    "direct_financing_share": 0.8,
    "foreign_bond_share": 0.0,
    "panda_cumulative": 1.0,
    "shanghai_price_influence": 0.5,
    "leading_fintech_count": 0.5,
}


def test_the_headline_names_what_is_reached_and_what_is_missed():
    summary = summary_of(SHARES, runs=40)
    assert sentences.headline(summary, EN) == (
        "By 2025, the plan reaches the targets for market turnover and cumulative Panda bonds and misses the target "
        "for the share of bonds held by foreign investors."
    )
    assert sentences.headline(summary, ZH) == (
        "到2025年，“十四五”规划情景下，金融市场交易总额和熊猫债累计发行规模的目标可以实现；"
        "境外投资者持债余额占比的目标难以实现。"
    )


def test_what_is_less_sure_is_named_by_how_sure_it_is():
    assert sentences.less_sure(summary_of(SHARES, runs=40), EN) == (
        "Likely to be reached: Shanghai's share of direct financing. Open: the influence of “Shanghai Prices” and the "
        "number of leading fintech firms. Unlikely to be reached: direct financing."
    )


@pytest.mark.parametrize("runs", [8, 20])
def test_all_or_none_of_few_runs_are_not_yet_reached_or_missed(runs):
    summary = summary_of({**dict.fromkeys(PLAN_INDICATORS, 0.0), "turnover_total": 1.0}, runs=runs)
    assert "neither reaches nor misses any of the seven targets" in sentences.headline(summary, EN)
    assert "尚无一项可以断定能否实现" in sentences.headline(summary, ZH)
    assert sentences.less_sure(summary, EN).startswith("Likely to be reached: market turnover. Unlikely to be reached:")
    assert sentences.less_sure(summary, ZH).startswith("较有可能实现：金融市场交易总额。较难实现：")


def test_without_a_sure_target_the_headline_says_so():
    told = sentences.headline(summary_of(dict.fromkeys(PLAN_INDICATORS, 0.5)), EN)
    assert told == "By 2025, the plan neither reaches nor misses any of the seven targets with confidence."


def test_below_eight_runs_there_is_no_verdict_and_no_effect():
    summary = summary_of(SHARES, runs=7, gain=0.1)
    assert sentences.headline(summary, EN) == "Too few runs for a verdict: 7 finished, at least 8 needed."
    told = sentences.supporting(summary, EN)
    assert told == ["Too few pairs of runs for effects: 7, at least 8 needed."]


@pytest.mark.parametrize(
    ("gain", "told"),
    [
        (0.1, "raises "),
        (-0.1, "lowers "),
        (0.0, "has no effect on "),
    ],
)
def test_an_effect_is_a_rise_a_fall_or_none(gain, told):
    found = sentences.effects(summary_of(SHARES, gain=gain), "plan", EN)
    assert found.startswith(f"Against policy as committed by 2020, the plan {told}")
    assert ("the share of bonds held by foreign investors by 0.50 percentage points (0.50 to 0.50)" in found) == (
        gain != 0
    )
    assert ("95 % intervals" in found) == (gain != 0.0)


def test_a_fall_has_its_size_without_a_sign_because_the_verb_has_it():
    assert "\N{MINUS SIGN}" not in sentences.effects(summary_of(SHARES, gain=-0.1), "plan", EN)


def test_a_replay_is_called_no_forecast_first():
    summary = summary_of(SHARES, kinds=("conditional replay",))
    assert sentences.qualifications(summary, EN) == [
        "Conditional replay, not a forecast: external conditions follow history after 2020."
    ]
    assert sentences.qualifications(summary_of(SHARES), EN) == []


def test_all_targets_at_once_and_the_redline_are_counted_in_runs():
    told = sentences.supporting(summary_of(dict.fromkeys(PLAN_INDICATORS, 0.6), broken=3), EN)
    assert "All seven targets are met at once in 12 of 20 runs." in told
    assert told[-1] == "The redline of systemic risk is broken in 3 of 20 runs by the end of 2025."
    kept = sentences.supporting(summary_of(SHARES), EN)
    assert "In none of the 20 runs are all seven targets met at once." in kept
    assert kept[-1] == "The redline of systemic risk is broken in none of the 20 runs by the end of 2025."


def test_one_scenario_alone_has_a_question_and_no_comparison():
    summary = summary_of(SHARES, names=("plan",))
    assert "against" not in sentences.question(summary, EN)
    assert not any("Against" in each for each in sentences.supporting(summary, EN))
    assert "与" not in sentences.question(summary, ZH)
