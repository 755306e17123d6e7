"""What stands on the desk: links, files, changes, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.web.adaptive import told
from app.web.desk import LARGEST_FILE, MOST_TRIGGERS, Change, Desk, DeskTrigger, opened_scenario
from app.web.words import Words
from scenarios import InputError, load
from scenarios.calendar import month_ordinal
from scenarios.plan import lever_ids, secondary_indicators

LEVERS = st.sampled_from(lever_ids())
CHANGES = st.builds(
    Change,
    value=st.integers(0, 100).map(lambda hundredths: hundredths / 100),
    start=st.sampled_from(["2021-01", "2022-06", "2025-12"]),
    months=st.integers(0, 59),
)
TRIGGERS = st.builds(
    DeskTrigger,
    side=st.sampled_from(["below", "above"]),
    threshold=st.floats(0.0, 1e4),
    months=st.integers(1, 60),
    lever=LEVERS,
    to=st.floats(0.0, 1.0),
    cooldown=st.integers(1, 120),
)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(LEVERS, CHANGES, max_size=6),
    st.lists(TRIGGERS, max_size=3),
    st.sampled_from(["plan", "frozen", "opening"]),
    st.integers(1, 200),
    st.sampled_from(["drawn", "central"]),
    st.text(max_size=120),
)
def test_a_link_brings_back_the_whole_desk(changes, triggers, preset, runs, parameters, title):
    desk = Desk(preset=preset, runs=runs, parameters=parameters, title=title, triggers=tuple(triggers))
    for lever, change in changes.items():
        desk = desk.with_change(lever, change)
    again = Desk.from_query(desk.query())
    assert again == desk
    assert again.scenario().content_hash() == desk.scenario().content_hash()


def test_a_link_carries_an_opened_file():
    desk = Desk(file="extends: plan\nlevers:\n  reits_pilot: 0.9\n").with_change("fintech_hub", Change(0.7))
    again = Desk.from_query(desk.query())
    assert again.scenario().content_hash() == desk.scenario().content_hash()
    assert again.scenario().levers["reits_pilot"] == desk.scenario().levers["reits_pilot"]


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


def test_a_plain_desk_is_a_plain_address():
    assert Desk().query() == ""
    assert Desk.from_query("lang=zh") == Desk()


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
    ("query", "told"),
    [
        ("preset=plam", "plan"),
        ("runs=100000", "200"),
        ("runs=many", "runs"),
        ("scale=7", "0.05"),
        ("lever.reits_pilto=0.5@2022-01~12", "reits_pilot"),
        ("lever.reits_pilot=7@2022-01~12", "0 to 1"),
        ("lever.reits_pilot=nan@2022-01~12", "0 to 1"),
        ("lever.reits_pilot=0.5@2031-01~12", "2025-12"),
        ("lever.reits_pilot=0.5", "lever.reits_pilot"),
        ("presett=plan", "preset"),
        ("file=notbase64!", "file"),
        ("trigger=foreign_bond_share~below~0.03", "trigger"),
        ("trigger=foreign_bond_share~about~0.03~6~fintech_hub~0.9~12", "trigger"),
        ("trigger=foreign_bond_share~below~nan~6~fintech_hub~0.9~12", "below"),
        ("trigger=foreign_bond_shar~below~0.03~6~fintech_hub~0.9~12", "foreign_bond_share"),
        ("trigger=foreign_bond_share~below~0.03~6~fintech_hubb~0.9~12", "fintech_hub"),
        ("trigger=foreign_bond_share~below~0.03~600~fintech_hub~0.9~12", "60"),
        ("macro=/etc/passwd.csv", "neutral"),
    ],
)
def test_a_bad_link_is_refused_and_says_why(query, told):
    with pytest.raises(InputError) as error:
        Desk.from_query(query)
    assert told in "; ".join(str(problem) for problem in error.value.problems)


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
    ],
)
def test_a_bad_file_is_refused_and_no_other_file_is_read(text, told):
    with pytest.raises(InputError) as error:
        opened_scenario(text)
    assert told in "; ".join(str(problem) for problem in error.value.problems)


def test_a_link_that_unpacks_without_end_is_refused():
    import base64
    import zlib

    bomb = base64.urlsafe_b64encode(zlib.compress(b"#" * 50_000_000, 9)).decode()
    with pytest.raises(InputError):
        Desk.from_query(f"file={bomb}")


def test_the_saved_file_runs_the_desk_on_the_command_line(tmp_path):
    desk = Desk(preset="opening", scale=0.05).with_change("fintech_hub", Change(0.8))
    file = tmp_path / "desk.yaml"
    file.write_text(desk.scenario().to_yaml(), encoding="utf-8")
    assert load(file).content_hash() == desk.scenario().content_hash()
    assert "--draws 8" in desk.command_line()


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
    watched = next(each for each in secondary_indicators() if each.id == "msme_credit")
    assert told(other, Words("en")).startswith(f"{watched.name} above 9 {watched.unit} for 1 months")
    assert "调至1" in told(other, Words("zh"))
