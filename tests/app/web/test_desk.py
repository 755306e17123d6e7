"""What stands on the desk: files, changes of levers, worlds, and what is refused."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from app.web import session
from app.web.adaptive import told
from app.web.changes import changed
from app.web.desk import LARGEST_FILE, MOST_TRIGGERS, Desk, opened_scenario
from app.web.lever_groups import AUTHORITIES, change_of, lever_rows, set_rows
from app.web.moves import Change, DeskTrigger, Operation
from app.web.words import Words
from scenarios import InputError, load
from scenarios.calendar import month_ordinal
from scenarios.plan import lever_ids
from scenarios.user_files import decoded
from sim.closing.dictionary import dictionary
from tests.app.web.desks import desks


def test_triggers_follow_those_of_the_opened_file():
    own = "triggers:\n  - {indicator: leading_fintech_count, below: 30, lever: fintech_hub, to: 1.0}\n"
    desk = Desk(file=f"extends: plan\n{own}", triggers=(DeskTrigger(), DeskTrigger(side="above", threshold=0.05)))
    assert [str(trigger) for trigger in desk.scenario().triggers] == [
        "leading_fintech_count below 30 for 1 months: fintech_hub to 1",
        "foreign_bond_share below 0.03 for 6 months: bond_market_access to 0.9",
        "foreign_bond_share above 0.05 for 6 months: bond_market_access to 0.9",
    ]
    assert not desk.baseline_scenario().triggers
    with pytest.raises(InputError, match="too many triggers"):
        Desk(triggers=(DeskTrigger(),) * (MOST_TRIGGERS + 1))


def test_a_title_and_notes_go_into_the_file_and_change_no_run():
    desk = Desk(title="Opening, second draft", note="Asked for by the committee")
    text = desk.scenario().to_yaml()
    assert "Opening, second draft" in text and "Asked for by the committee" in text
    assert desk.scenario().content_hash() == Desk().scenario().content_hash()
    with pytest.raises(InputError, match="too long"):
        Desk(title="x" * 121)


def test_a_change_leaves_the_past_alone_and_arrives_in_time():
    desk = Desk().with_change("bond_market_access", Change(0.9, "2022-01", 12))
    place = lever_ids().index("bond_market_access")
    first = month_ordinal("2021-01")
    ours = desk.scenario().intensities(first, month_ordinal("2025-12"))[:, place]
    plan = load("plan").intensities(first, month_ordinal("2025-12"))[:, place]
    assert (ours[:12] == plan[:12]).all()
    assert (ours[24:] == 0.9).all()
    assert (ours[13:24] > plan[13:24]).all()


def test_a_change_at_once_and_one_back_to_the_preset():
    desk = Desk().with_change("reits_pilot", Change(0.5, "2023-01", 0))
    place = lever_ids().index("reits_pilot")
    path = desk.scenario().intensities(month_ordinal("2022-12"), month_ordinal("2023-01"))[:, place]
    assert path[0] != 0.5
    assert path[1] == 0.5
    assert desk.with_change("reits_pilot", None) == Desk()


def test_the_baseline_lives_in_the_same_world():
    desk = Desk(preset="us_rates_up", macro="adverse", scale=0.05)
    other = desk.baseline_scenario()
    assert other.macro == "adverse"
    assert other.scale == 0.05
    assert other.shocks == desk.scenario().shocks
    assert not other.levers


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("levers:\n  reits_pilto: 0.5\n", "reits_pilot"),
        ("extends: ../secret.yaml\n", "extends"),
        ("macro: /etc/drivers.csv\n", "macro"),
        ("scale: [1\n", "scenario.yaml"),
        ("", "empty"),
        ("!!python/object:os.system {}\n", "scenario.yaml"),
        ("# " + "x" * LARGEST_FILE, "too large"),
        ("extends: plan\nend: 2026-06\n", "2025-12"),
        ("extends: plan\nend: 2035-12\n", "2025-12"),
        ("extends: plan\nscale: 0.3\n", "0.05, 0.1, 0.2, 1"),
        ("extends: plan\nparameters: prior_hindsight\n", "realised"),
    ],
)
def test_a_bad_file_is_refused_and_no_other_file_is_read(text, told):
    with pytest.raises(InputError) as error:
        opened_scenario(text)
    assert told in "; ".join(str(problem) for problem in error.value.problems)


SHORT = "extends: plan\nend: 2022-12\n"


def test_the_baseline_ends_when_the_opened_file_ends():
    assert Desk(file=SHORT).baseline_scenario().end == "2022-12"


def test_a_change_that_the_opened_file_has_no_room_for_is_refused_before_it_is_on_the_desk():
    with pytest.raises(InputError, match="2022-12"):
        Desk(file=SHORT).with_change("fintech_hub", Change(0.9, "2022-07", 24))


def test_the_budget_of_an_opened_file_holds_on_the_desk():
    text = "extends: committed\nbudget:\n  unit: mn yuan\n  a_year: {fintech_hub: 100}\n  cap: 50\n"
    desk = Desk(file=text)
    with pytest.raises(InputError, match="more than the cap"):
        desk.with_change("fintech_hub", Change(0.9))


def test_a_trigger_is_told_as_a_sentence_in_both_languages_whatever_it_watches():
    share, other = (
        Desk(
            file="extends: plan\ntriggers:\n"
            "  - {indicator: foreign_bond_share, below: 0.03, months: 6, lever: bond_market_access, to: 0.9}\n"
            "  - {indicator: msme_credit, above: 9, lever: fintech_hub, to: 1.0, cooldown: 3}\n"
        )
        .scenario()
        .triggers
    )
    assert "below 3 % for 6 months" in told(share, Words("en"))
    assert "低于3 %" in told(share, Words("zh"))
    assert told(share.model_copy(update={"until": "2023-05"}), Words("en")).endswith("; it acts until 2023-05")
    watched = dictionary()["msme_credit"]
    assert told(other, Words("en")).startswith(f"{watched.name} above 9 {watched.unit} for 1 months")
    assert watched.name_zh in told(other, Words("zh"))
    assert "调至1" in told(other, Words("zh"))


WORLDLY = "extends: plan\nmacro: adverse\nparameters: prior_2020\nscale: 0.2\n"


def test_opening_a_file_sets_the_choices_of_the_desk_and_each_can_be_chosen_back():
    desk = Desk(seed=5, runs=50, baseline="frozen").opening(WORLDLY)
    assert (desk.macro, desk.parameter_set, desk.scale) == ("adverse", "prior_2020", 0.2)
    assert (desk.seed, desk.runs, desk.baseline) == (5, 50, "frozen")
    back = replace(desk, macro="neutral", parameter_set="posterior_2020", scale=0.1)
    for scenario in (back.scenario(), back.baseline_scenario()):
        assert (scenario.macro, scenario.parameters, scenario.scale) == ("neutral", "posterior_2020", 0.1)


def test_a_saved_desk_that_is_opened_again_is_the_same_desk():
    first = Desk().opening(WORLDLY + "rival_centres: matching\n").with_change("fintech_hub", Change(0.9))
    again = Desk().opening(first.scenario().to_yaml())
    assert again.scenario().content_hash() == first.scenario().content_hash()
    assert (again.macro, again.parameter_set, again.scale) == (first.macro, first.parameter_set, first.scale)


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-16", "big5", "latin-1"])
def test_a_file_in_another_encoding_is_refused_and_no_letter_is_replaced(encoding):
    text = "extends: plan\ntitle: caf\u00e9\n" if encoding == "latin-1" else "extends: plan\ntitle: 上海金融中心\n"
    with pytest.raises(InputError, match="UTF-8"):
        decoded(text.encode(encoding), "mine.yaml")
    assert decoded(text.encode("utf-8-sig"), "mine.yaml") == text


STEPPED = "extends: committed\nlevers:\n  fintech_hub: {2021-01: 0.35, 2022-04: 0.5, 2023-11: 0.2}\n"
"""A file whose lever has a path of its own in the time before and after it is moved on the desk."""


def by_month(text):
    """Intensities of a file written by hand, 2021-01 to 2025-12."""
    return opened_scenario(text).intensities(month_ordinal("2021-01"), month_ordinal("2025-12"))


def on_the_desk(file, lever, change):
    desk = (Desk().opening(file) if file else Desk()).with_change(lever, change)
    return desk.scenario().intensities(month_ordinal("2021-01"), month_ordinal("2025-12"))


@pytest.mark.parametrize(
    ("file", "lever", "change", "by_hand"),
    [
        (
            "",
            "bond_market_access",
            Change(0.8, "2023-07", 24),
            "extends: plan\nlevers:\n  bond_market_access: {ramp: {2023-07: keep, 2025-07: 0.8}}\n",
        ),
        (
            "",
            "bond_market_access",
            Change(0.8, "2023-07", 0),
            "extends: plan\nlevers:\n  bond_market_access: {2023-07: 0.8}\n",
        ),
        (
            STEPPED,
            "fintech_hub",
            Change(0.9, "2022-07", 12),
            "extends: committed\nlevers:\n  fintech_hub:\n    switch:\n      2021-01: 0.35\n      2022-04: 0.5\n"
            "      2022-07: {ramp: {2022-07: 0.5, 2023-07: 0.9}}\n",
        ),
        (
            STEPPED,
            "fintech_hub",
            Change(0.9, "2022-07", 0),
            "extends: committed\nlevers:\n  fintech_hub: {2021-01: 0.35, 2022-04: 0.5, 2022-07: 0.9}\n",
        ),
        (
            STEPPED,
            "fintech_hub",
            Change(0.9, "2021-01", 10),
            "extends: committed\nlevers:\n  fintech_hub: {ramp: {2021-01: 0.35, 2021-11: 0.9}}\n",
        ),
        (
            STEPPED,
            "fintech_hub",
            Change(0.9, "2025-06", 24),
            "extends: committed\nlevers:\n  fintech_hub:\n    switch:\n      2021-01: 0.35\n      2022-04: 0.5\n"
            "      2023-11: 0.2\n      2025-06: {ramp: {2025-06: 0.2, 2025-12: 0.9}}\n",
        ),
    ],
)
def test_a_change_on_the_desk_is_the_file_that_one_writes_by_hand(file, lever, change, by_hand):
    assert on_the_desk(file, lever, change) == pytest.approx(by_month(by_hand), abs=1e-12)


def test_a_delay_as_one_means_it_differs_from_a_move_after_the_plans_own_way():
    """The plan goes on before the month in which the desk moves a lever; the sentence says so, and with what."""
    change = Change(0.8, "2023-07", 24)
    moved = on_the_desk("", "bond_market_access", change)
    delayed = by_month(
        "extends: plan\nlevers:\n  bond_market_access:\n"
        "    switch: {2021-01: committed, 2023-07: {ramp: {2025-07: 0.8}}}\n"
    )
    assert not (moved == delayed).all()
    desk = Desk().with_change("bond_market_access", change)
    place = lever_ids().index("bond_market_access")
    held = moved[month_ordinal("2023-07") - month_ordinal("2021-01"), place]
    assert f"{held:.2f}" in changed("bond_market_access", desk, Words("en"))
    assert f"{held:.2f}" in changed("bond_market_access", desk, Words("zh"))


NUMBERS = re.compile(r"\d{4}-\d{2}|\d\.\d+|(?<![\d.])[01](?![\d.])")


@settings(max_examples=25, deadline=None)
@given(desk=desks())
def test_the_sentence_of_a_change_says_what_is_simulated(desk):
    """Its months and intensities, read out of the sentence again, are those of the scenario that runs."""
    first = month_ordinal("2020-12")
    simulated = desk.scenario().intensities(first, month_ordinal("2025-12"))
    own = desk.start().intensities(first, month_ordinal("2025-12"))
    for lever, change in desk.changes.items():
        place = lever_ids().index(lever)
        if isinstance(change, Operation):
            continue
        for words in (Words("en"), Words("zh")):
            said = NUMBERS.findall(changed(lever, desk, words).replace(words(f"lever.{lever}"), ""))
            months = [month_ordinal(each) for each in said if "-" in each]
            held, reached = (float(each) for each in said if "-" not in each)
            start, end = months[0], months[-1]
            assert (start, end) == (month_ordinal(change.start), month_ordinal(change.end))
            before = start - 1 if len(months) == 1 else start
            assert held == pytest.approx(simulated[before - first, place], abs=0.0051)
            assert (simulated[: before - first + 1, place] == own[: before - first + 1, place]).all()
            assert simulated[end - first :, place] == pytest.approx(reached, abs=1e-9)


def test_the_budget_is_asked_of_all_changes_together():
    text = "extends: committed\nlevers: {fintech_hub: 0.9}\nbudget:\n  unit: mn yuan\n"
    text += "  a_year: {fintech_hub: 100, reits_pilot: 100}\n  cap: 500\n"
    lowered = {"fintech_hub": Change(0.0, "2021-01", 0), "reits_pilot": Change(0.9, "2021-01", 0)}
    for order in (list(lowered), list(lowered)[::-1]):
        desk = replace(Desk().opening(text), changes={lever: lowered[lever] for lever in order})
        assert sum(desk.scenario().costs().values()) <= 500


@pytest.mark.parametrize(
    ("operation", "by_hand"),
    [
        (Operation("delay", "2022-01", 12), "{2021-01: 0.35, 2022-01: 0.35, 2023-04: 0.5, 2024-11: 0.2}"),
        (Operation("delay", "2021-01", 24), "{2021-01: 0.2, 2023-01: 0.35, 2024-04: 0.5, 2025-11: 0.2}"),
        (Operation("forward", "2022-01", 12), "{2021-01: 0.35, 2022-01: 0.5, 2022-11: 0.2}"),
        (Operation("hold", "2022-06", 0), "{2021-01: 0.35, 2022-04: 0.5}"),
    ],
)
def test_an_operation_is_the_file_that_one_writes_by_hand(operation, by_hand):
    """The lever rests at the intensity of 2020 before the file's first step; delayed steps come later, and so on."""
    written = by_month(f"extends: committed\nlevers:\n  fintech_hub: {by_hand}\n")
    start = lever_value_2020("fintech_hub")
    made = on_the_desk(STEPPED, "fintech_hub", operation)
    if operation.start == "2021-01":  # before the first delayed step the lever waits where 2020 left it
        written[:24, lever_ids().index("fintech_hub")] = start
    assert made == pytest.approx(written, abs=1e-6)


def lever_value_2020(lever):
    return load("frozen").intensities(month_ordinal("2021-01"), month_ordinal("2021-01"))[0, lever_ids().index(lever)]


def test_a_cancelled_lever_follows_what_was_committed_and_no_other_lever_moves():
    made = on_the_desk("", "index_inclusion", Operation("cancel", "2022-03", 0))
    by_hand = by_month("extends: plan\nlevers:\n  index_inclusion: {switch: {2022-03: committed}}\n")
    assert (made == by_hand).all()


@pytest.mark.parametrize("months", [6, 24])
def test_the_plans_own_ramp_is_delayed_and_brought_forward_by_whole_months(months):
    place, first = lever_ids().index("bond_market_access"), month_ordinal("2021-01")
    plan = load("plan").intensities(first, month_ordinal("2025-12"))[:, place]
    late = on_the_desk("", "bond_market_access", Operation("delay", "2022-01", months))[:, place]
    soon = on_the_desk("", "bond_market_access", Operation("forward", "2022-01", months))[:, place]
    assert late[12 + months :] == pytest.approx(plan[12:-months], abs=1e-6)
    assert late[12 : 12 + months] == pytest.approx(plan[11], abs=1e-6)
    assert soon[12:-months] == pytest.approx(plan[12 + months :], abs=1e-6)
    assert soon[-months:] == pytest.approx(plan[-1], abs=1e-6)
    assert (late[:12] == plan[:12]).all() and (soon[:12] == plan[:12]).all()


def test_events_of_a_page_that_is_behind_the_desk_undo_nothing():
    """Two fields of a row are changed before the answer to the first is on the page."""
    desk, lever = Desk(), "bond_market_access"
    for event in ({"kind": "delay"}, {"months": 24}, {"start": "2022-01"}):
        desk = desk.with_change(lever, change_of({"lever": lever, **event}, desk))
    assert desk.changes[lever] == Operation("delay", "2022-01", 24)
    desk = desk.with_change(lever, change_of({"lever": lever, "kind": "move", "value": 0.9}, desk))
    assert desk.changes[lever] == Change(0.9, "2022-01", 24)
    desk = desk.with_change(lever, change_of({"lever": lever, "kind": "hold"}, desk))
    assert desk.changes[lever] == Operation("hold", "2022-01", 0)
    assert change_of({"lever": lever, "kind": "forward"}, desk) == Operation("forward", "2022-01", 12)


@pytest.mark.parametrize("event", [{"lever": "no_lever"}, {"lever": "reits_pilot", "kind": "double"}])
def test_an_event_of_no_lever_or_no_operation_is_refused(event):
    with pytest.raises(ValueError, match=r"no_lever|double"):
        change_of(event, Desk())


def test_an_operation_after_the_end_of_the_opened_file_is_refused():
    with pytest.raises(InputError, match="2022-12"):
        Desk(file=SHORT).with_change("fintech_hub", Operation("hold", "2023-06", 0))


def test_the_baseline_can_be_the_plan_the_start_and_the_last_setting():
    moved = Desk(preset="committed", baseline="start").with_change("reits_pilot", Change(0.9))
    committed = load("committed")
    assert moved.baseline_scenario().levers == committed.levers and moved.baseline_scenario().name == "start"
    assert replace(moved, baseline="plan").baseline_scenario().policy == "plan"
    opened = Desk().opening(STEPPED).with_change("fintech_hub", Change(0.9))
    assert replace(opened, baseline="start").baseline_scenario().levers == opened_scenario(STEPPED).levers
    further = replace(moved.with_change("fintech_hub", Change(0.8)), baseline="last", before=moved.policy)
    assert further.baseline_scenario().levers == moved.scenario().levers
    assert further.baseline_scenario().name == "last"


def test_the_last_setting_is_that_before_the_last_change_of_policy():
    session.desk.value, session.past.value = Desk(), ()
    first = Desk().with_change("reits_pilot", Change(0.9))
    session.put(first)
    session.put(replace(first, baseline="last"))
    assert session.desk.value.before == Desk().policy
    session.put(session.desk.value.with_change("fintech_hub", Change(0.8)))
    assert session.desk.value.before == first.policy
    session.put(replace(session.desk.value, seed=5))
    assert session.desk.value.before == first.policy


@pytest.mark.parametrize("language", ["en", "zh"])
def test_levers_are_found_by_names_channels_and_who_decides_in_either_language(language):
    rows = lever_rows(Desk(), Words(language))
    for wanted, lever in (
        ("reits", "reits_pilot"),
        ("基础设施reits", "reits_pilot"),
        ("panda", "panda_bond_framework"),
        ("pension", "long_term_capital"),
        ("养老金", "long_term_capital"),
        ("tax", "bond_market_access"),
    ):
        assert lever in [row["id"] for row in rows if wanted in row["words"]]
    assert {row["handle"] for row in rows} == set(AUTHORITIES)
    planned = {lever: found["planned"] for lever, found in set_rows(Desk(), Words(language)).items()}
    assert all(row["low"] <= planned[row["id"]] + 1e-9 for row in rows if row["id"] != "macroprudential_framework")


def test_a_last_setting_with_dates_after_the_end_of_an_opened_file_is_no_baseline():
    """The setting before it is, and a desk that names such a baseline itself is refused."""
    session.desk.value, session.past.value = Desk(), ()
    first = Desk(baseline="last").with_change("reits_pilot", Change(0.4, start="2021-06", months=6))
    late = replace(first, changes={"reits_pilot": Change(0.9, start="2021-01", months=55)})
    short = "extends: plan\nend: 2023-12\n"
    for each in (first, late):
        session.put(each)
    session.put(session.desk.value.opening(short))
    opened = session.desk.value
    assert (opened.baseline, opened.before) == ("last", first.policy)
    assert opened.baseline_scenario().end == "2023-12"
    with pytest.raises(InputError, match=r"2025-08 is outside 2021-01\.\.2023-12"):
        replace(opened, before=late.policy)
