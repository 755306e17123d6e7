"""Sentences made by rule from numbers."""

from dataclasses import replace

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


def test_the_headline_counts_the_targets_and_names_what_is_reached_missed_and_unlikely():
    summary = summary_of(SHARES, runs=40)
    assert sentences.headline(summary, EN) == (
        "By 2025, the plan reaches two of the seven targets (market turnover and cumulative Panda bonds) and misses "
        "one (the share of bonds held by foreign investors); one is likely to be reached; two are open; one is "
        "unlikely to be reached (direct financing). None of the 40 runs meets all seven at once."
    )
    assert sentences.headline(summary, ZH) == (
        "到2025年，“十四五”规划情景下，七项目标中两项可以实现（金融市场交易总额和熊猫债累计发行规模），"
        "一项难以实现（境外投资者持债余额占比）；一项较有可能实现；两项尚难判断；一项较难实现（直接融资额）。"
        "40次运行中，七项指标无一次全部达标。"
    )


def test_what_is_likely_or_open_is_named_after_the_headline():
    assert sentences.less_sure(summary_of(SHARES, runs=40), EN) == (
        "Likely to be reached: Shanghai's share of direct financing. Open: the influence of “Shanghai Prices” and the "
        "number of leading fintech firms."
    )


@pytest.mark.parametrize("runs", [8, 20])
def test_all_or_none_of_few_runs_are_not_yet_reached_or_missed(runs):
    summary = summary_of({**dict.fromkeys(PLAN_INDICATORS, 0.0), "turnover_total": 1.0}, runs=runs)
    english, chinese = (sentences.headline(summary, each) for each in (EN, ZH))
    begun = "reaches none of the seven targets with confidence; one is likely to be reached; six are unlikely to be "
    assert begun in english and english.endswith(f"None of the {runs} runs meets all seven at once.")
    assert "七项目标中尚无一项可以断定实现；一项较有可能实现；六项较难实现（直接融资额、" in chinese
    assert sentences.less_sure(summary, EN) == "Likely to be reached: market turnover."
    assert sentences.less_sure(summary, ZH) == "较有可能实现：金融市场交易总额。"


@pytest.mark.parametrize(
    ("share", "english", "chinese"),
    [
        (
            1.0,
            "the plan reaches all seven targets. 40 of 40 runs meet all seven at once.",
            "七项目标均可实现。40次运行中，40次七项指标全部达标。",
        ),
        (
            0.0,
            "the plan misses all seven targets. None of the 40 runs meets all seven at once.",
            "七项目标均难以实现。40次运行中，七项指标无一次全部达标。",
        ),
        (
            0.5,
            "the plan reaches none of the seven targets with confidence; seven are open. 20 of 40 runs meet all seven "
            "at once.",
            "七项目标中尚无一项可以断定实现；七项尚难判断。40次运行中，20次七项指标全部达标。",
        ),
        (
            0.025,
            "seven are unlikely to be reached (market turnover,",
            "40次运行中，仅1次七项指标全部达标。",
        ),
    ],
)
def test_targets_that_are_all_alike_are_counted_once(share, english, chinese):
    summary = summary_of(dict.fromkeys(PLAN_INDICATORS, share), runs=40)
    assert english in sentences.headline(summary, EN)
    assert chinese in sentences.headline(summary, ZH)


@pytest.mark.parametrize(
    ("share", "english", "chinese"),
    [
        (1.0, "reaches its only target (market turnover).", "唯一的目标（金融市场交易总额）可以实现。"),
        (0.8, "is likely to reach its only target", "较有可能实现。"),
        (0.5, "leaves its only target open", "尚难判断。"),
        (0.2, "is unlikely to reach its only target", "较难实现。"),
        (0.0, "misses its only target", "难以实现。"),
    ],
)
def test_a_plan_of_one_target_is_not_counted(share, english, chinese):
    summary = summary_of({"turnover_total": share}, runs=40)
    one = {name: {"turnover_total": each["turnover_total"]} for name, each in summary.outlooks.items()}
    alone = replace(summary, outlooks=one)
    assert english in sentences.headline(alone, EN)
    assert sentences.headline(alone, ZH).endswith(chinese)
    assert sentences.less_sure(alone, EN) == ""


def test_below_eight_runs_there_is_no_verdict_and_no_effect():
    summary = summary_of(SHARES, runs=7, gain=0.1)
    assert sentences.headline(summary, EN) == "Too few runs for a verdict: 7 finished, at least 8 needed."
    told = sentences.supporting(summary, EN, {})
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
    found = sentences.effects(summary_of(SHARES, gain=gain), "plan", EN, {})
    assert found.startswith(f"Against policy as committed by 2020, the plan {told}")
    assert ("the share of bonds held by foreign investors by 0.50 percentage points (0.50 to 0.50)" in found) == (
        gain != 0
    )
    assert ("95 % intervals" in found) == (gain != 0.0)


def test_a_fall_has_its_size_without_a_sign_because_the_verb_has_it():
    assert "\N{MINUS SIGN}" not in sentences.effects(summary_of(SHARES, gain=-0.1), "plan", EN, {})


def test_a_replay_is_called_no_forecast_first():
    summary = summary_of(SHARES, kinds=("conditional replay",))
    assert sentences.qualifications(summary, EN) == [
        "Conditional replay, not a forecast: external conditions follow history after 2020."
    ]
    assert sentences.qualifications(summary_of(SHARES), EN) == []


def test_runs_that_break_the_redline_are_counted():
    broken = sentences.supporting(summary_of(dict.fromkeys(PLAN_INDICATORS, 0.6), broken=3), EN, {})
    assert broken[-1] == "The redline of systemic risk is broken in 3 of 20 runs by the end of 2025."
    kept = sentences.supporting(summary_of(SHARES), EN, {})
    assert kept[-1] == "The redline of systemic risk is broken in none of the 20 runs by the end of 2025."


def test_one_scenario_alone_has_a_question_and_no_comparison():
    summary = summary_of(SHARES, names=("plan",))
    assert "against" not in sentences.question(summary, EN)
    assert not any("Against" in each for each in sentences.supporting(summary, EN, {}))
    assert "与" not in sentences.question(summary, ZH)
