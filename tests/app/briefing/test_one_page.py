"""The one-page brief: what is changed, the two charts that it has room for, and the record below them."""

from dataclasses import replace
from html import unescape

import pytest

from app.briefing.brief import Brief
from app.briefing.changes_told import changes_told
from app.briefing.one_page import LONGEST_LINK, charts_shown
from app.briefing.page import page
from app.briefing.words import Wording
from app.web.answered import brief_of
from app.web.desk import Desk
from app.web.moves import Change, Operation
from app.web.simulations import Answer
from app.web.words import Words
from scenarios.loader import load
from scenarios.plan import levers
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.summary import Summary
from tests.app.briefing.made_up import PROVENANCE, ensemble_of, summary_of, values_of

EN, ZH = Wording("en"), Wording("zh")
TALENT = "talent_programme"


def start_of(lever):
    return next(each.intensity_2020 for each in levers() if each.id == lever)


def brief_between(scenario, baseline):
    """A brief of two scenarios whose runs are alike."""
    values = {"mine": values_of({}, 8), "theirs": values_of({}, 8)}
    named = {"mine": scenario, "theirs": baseline}
    return Brief(Summary.of(ensemble_of(values, scenarios=named), provenance=PROVENANCE))


def desk_brief(desk, words, link=""):
    runs = ensemble_of(
        {"desk": values_of({}, 8), "committed": values_of({}, 8)},
        scenarios={"desk": desk.scenario(), "committed": desk.baseline_scenario()},
    )
    return brief_of(Answer(desk, runs, 8, 8), words, link)


def test_levers_are_listed_with_both_intensities_and_the_month():
    frozen = load("frozen")
    paths = {"reits_pilot": {"2022-07": 0.9}, TALENT: {"2023-01": 0.9, "2024-01": start_of(TALENT)}}
    brief = brief_between(frozen.with_changes(levers=paths), frozen)
    english, chinese = (changes_told(brief, each, 4) for each in (EN, ZH))
    before = f"{start_of('reits_pilot'):.2f}"
    assert english[0] == f"REITs pilot: intensity 0.90 at the end of 2025 instead of {before}, from 2022-07 on"
    assert chinese[0] == f"基础设施REITs试点：2025年末力度0.90（对照为{before}），自2022-07起"
    gap = f"+{0.9 - start_of(TALENT):.2f}"
    assert english[1].startswith(f"Talent: from 2023-01 to 2023-12 other intensity, by {gap} at most; ")
    assert chinese[1].startswith(f"金融人才：2023-01至2023-12力度不同，相差最多{gap}；")
    assert len(english) == len(chinese) == 2


def test_levers_beyond_the_room_are_counted_and_none_is_lost():
    brief = brief_between(load("plan"), load("frozen"))
    told, whole = (changes_told(brief, EN, most) for most in (4, 99))
    assert told == [*whole[:4], f"Besides: {len(whole) - 4} further levers are moved"]


def test_rules_and_shocks_are_changes_too_and_no_change_is_said_to_be_none():
    frozen = load("frozen")
    rule = {"indicator": "foreign_bond_share", "below": 0.03, "lever": "bond_market_access", "to": 0.9, "months": 6}
    adaptive = type(frozen)(**{**frozen.as_given(), "name": "mine", "triggers": [rule]})
    assert changes_told(brief_between(adaptive, frozen), EN, 4) == ["Automatic rules: 1; 0 under theirs"]
    shaken = frozen.with_shocks([{"name": "small_bank_failure", "month": "2022-06", "size": 0.3}])
    assert changes_told(brief_between(shaken, frozen), EN, 4) == ["Shock: A small bank fails, 2022-06"]
    (chinese,) = changes_told(brief_between(shaken, frozen), ZH, 4)
    assert chinese.startswith("冲击：") and chinese.endswith("，2022-06") and "bank" not in chinese
    assert changes_told(brief_between(frozen, frozen), EN, 4) == ["No lever has another path than under theirs"]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            (
                "REITs pilot: on the path of the starting scenario until 2022-01",
                "in equal monthly steps to 1 in 2023-01",
                "Bond market access for foreigners: from 2022-01 on 24 months later",
                "levers that the starting scenario moves away from policy as committed by 2020",
            ),
        ),
        (
            "zh",
            ("基础设施REITs试点：2022-01及以前沿用起点情景", "2023-01达到1", "推迟24个月", "项政策杠杆沿用起点情景"),
        ),
    ],
)
def test_the_desk_lists_its_changes_in_its_own_words_and_counts_the_rest(language, told):
    desk = Desk().with_change("reits_pilot", Change(1.0, "2022-01", 12))
    desk = desk.with_change("bond_market_access", Operation("delay", "2022-01", 24))
    made = unescape(page(desk_brief(desk, Words(language)), language, short=True))
    for each in told:
        assert each in made


def test_without_a_baseline_nothing_is_called_a_change():
    alone = Brief(summary_of(names=("plan",)))
    assert changes_told(alone, EN, 4) == []
    assert "What is changed" not in page(alone, "en", short=True)


@pytest.mark.parametrize(
    ("most", "less"), [("leading_fintech_count", "foreign_bond_share"), ("foreign_bond_share", "leading_fintech_count")]
)
def test_the_charts_are_those_of_the_largest_effect_and_of_the_nearest_miss(most, less):
    summary = summary_of({**dict.fromkeys(PLAN_INDICATORS, 0.9), most: 0.4, less: 0.2}, gain=0.05)
    twice = replace(summary.effects["plan"]["turnover_total"], median=0.1 * summary.plan.targets["turnover_total"])
    found = charts_shown(replace(summary, effects={"plan": {**summary.effects["plan"], "turnover_total": twice}}))
    assert found == [("page.largest_effect", "turnover_total"), ("page.nearest_miss", most)]


def test_without_an_effect_or_a_miss_the_targets_that_the_fewest_runs_meet_are_drawn():
    missed = charts_shown(summary_of({**dict.fromkeys(PLAN_INDICATORS, 0.9), "foreign_bond_share": 0.4}))
    assert missed[0] == ("page.nearest_miss", "foreign_bond_share") and missed[1][0] == "page.least_sure"
    met = charts_shown(summary_of({**dict.fromkeys(PLAN_INDICATORS, 1.0), "panda_cumulative": 0.8}))
    assert met[0] == ("page.least_sure", "panda_cumulative") and met[1][0] == "page.least_sure" and met[0] != met[1]


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ("8 of them in pairs", "seeds 0 to 7", "100 % of the issuers", "fitted to 2016-2020")),
        ("zh", ("其中8次与对照情景配对", "随机种子0至7", "全模型的100%", "按2016—2020年数据拟合")),
    ],
)
def test_the_record_has_version_seeds_pairs_scale_parameters_and_the_link(language, parts):
    link = "http://127.0.0.1:8765/?lever.reits_pilot=1@2022-01~12&runs=8"
    brief = desk_brief(Desk(), Words(language), link)
    made = page(brief, language, short=True)
    record = unescape(made[made.index('class="record-line"') :])
    assert f'<a href="{link}">{link}</a>' in record
    for each in (*parts, "2020-12", "2021-07", *brief.summary.provenance["version"]):
        assert each in record
    assert made.count("<figure") == 2 and made.count('class="sheet"') == 1


def test_a_link_without_room_gives_way_to_the_command():
    made = page(desk_brief(Desk(), Words("en"), "http://127.0.0.1/?" + "x" * LONGEST_LINK), "en", short=True)
    assert "x" * 40 not in made and "lujiazui batch desk.yaml --against committed" in made
