import math
import pickle
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenarios
from scenarios import InputError, Scenario, load, plan, shock_kinds
from scenarios.calendar import BASELINE, month_text
from scenarios.yaml_tree import DEEPEST, LARGEST_BYTES, parse_yaml, write_yaml

LEVERS = st.sampled_from(plan.lever_ids())
INTENSITY = st.floats(0, 1) | st.integers(0, 1)
MONTH = st.integers(BASELINE + 1, BASELINE + 60).map(month_text)
DATED = st.dictionaries(MONTH, INTENSITY, min_size=1, max_size=4)
PULSE = st.tuples(MONTH, MONTH, INTENSITY).map(lambda p: {"from": min(p[:2]), "to": max(p[:2]), "value": p[2]})
PIECE = (
    INTENSITY
    | st.sampled_from(plan.ARMS)
    | DATED
    | DATED.map(lambda d: {"ramp": d})
    | PULSE.map(lambda p: {"pulse": p})
)
PATH = PIECE | st.dictionaries(MONTH, INTENSITY | st.sampled_from(plan.ARMS), min_size=1).map(lambda d: {"switch": d})
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40) | st.sampled_from(
    [
        "2021-07",
        "1e-3",
        "null",
        "~",
        "yes",
        "no",
        ".nan",
        "inf",
        "007",
        "a: b",
        "# c",
        "- d",
        "'",
        '"',
        "{",
        "two\nlines",
        " x ",
    ]
)
SHOCK = st.sampled_from(list(shock_kinds().values())).flatmap(
    lambda kind: st.fixed_dictionaries(
        {"name": st.just(kind.name)},
        optional={
            "month": MONTH,
            "size": st.floats(kind.low, kind.high),
        },
    )
)
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "usdcny": st.floats(5, 9),
        "us10y_pct": st.floats(-1, -1e-3) | st.floats(1, 9) | st.just(-0.0),
        "vix": st.floats(15, 30) | st.integers(15, 30),
        "csi300_close": st.floats(3e3, 7e3),
        "cn10y_pct": st.integers(2, 10),
    },
)
MACRO = st.sampled_from([{}, {"macro": "neutral"}, {"macro": "realised"}, {"macro": "adverse"}]) | st.dictionaries(
    MONTH, GIVEN, min_size=1, max_size=5
).filter(lambda months: any(months.values())).map(lambda months: {"drivers": months})
SCENARIO = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXT,
        "author": TEXT,
        "description": TEXT,
        "policy": st.sampled_from(plan.ARMS),
        "scale": st.floats(0.01, 10) | st.integers(1, 10),
        "end": st.sampled_from(["2025-12", "2030-06", "2035-12"]),
        "levers": st.dictionaries(LEVERS, PATH, max_size=5),
        "shocks": st.lists(SHOCK, max_size=3, unique_by=lambda shock: shock["name"].partition("_")[0]),
    },
).flatmap(lambda content: MACRO.map(lambda macro: content | macro))


def write(folder: Path, text: str | bytes, name: str = "my.yaml") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def problems_of(folder: Path, text: str | bytes) -> list[str]:
    file = write(folder, text)
    with pytest.raises(InputError) as caught:
        load(file)
    return [line.removeprefix(f"{folder}/") for line in str(caught.value).splitlines()]


# --- what works


@given(SCENARIO)
@settings(max_examples=150, deadline=None)
def test_a_scenario_survives_being_written_and_read(tmp_path_factory, content):
    scenario = Scenario(name="again", **content)
    file = write(tmp_path_factory.mktemp("round"), scenario.to_yaml(), "other.yaml")
    assert load(file) == scenario
    assert load(file).content_hash() == scenario.content_hash()
    assert hash(load(file)) == hash(scenario)
    assert load(file).to_yaml() == scenario.to_yaml()


@given(
    st.recursive(
        TEXT | st.booleans() | st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=12,
    )
)
@settings(max_examples=200, deadline=None)
def test_plain_data_survive_being_written_and_read(data):
    assert parse_yaml(write_yaml({"data": data}), "x").data == {"data": data}


@pytest.mark.parametrize("name", scenarios.names())
def test_every_ready_scenario_loads_with_its_header_and_round_trips(name, tmp_path):
    scenario = load(name)
    assert scenario.name == name
    assert scenario.title and scenario.description
    assert scenario.author == "Lujiazui developers"
    assert load(write(tmp_path, scenario.to_yaml())) == scenario


def test_the_ready_scenarios_are_the_arms_one_for_each_flagship_lever_and_the_hypothetical_shocks():
    assert scenarios.names()[:4] == ["frozen", "committed", "plan", "stretch"]
    flagship = {"bond_market_access", "panda_bond_framework", "star_registration_reform", "headquarters_incentives"}
    struck = {name for name in scenarios.names() if load(name).shocks}
    assert flagship | {"opening", "reits", "green", "fintech", "city_only"} == set(scenarios.names()[4:]) - struck
    assert struck == {
        "us_rates_up",
        "more_government_bonds",
        "hard_landing",
        "decoupling",
        "bond_fund_run",
        "small_bank_default",
    }
    for name in struck:
        assert load(name).title.endswith("(hypothetical)")
        assert load(name).description.startswith("Hypothetical. The plan, ")
        assert load(name).policy == "plan" and not load(name).levers
    assert len({load(name).content_hash() for name in scenarios.names()}) == len(scenarios.names())


def test_a_flagship_scenario_moves_its_lever_and_the_committed_schedule_only():
    moved = load("reits").intensities(BASELINE, BASELINE + 60)
    committed = load("committed").intensities(BASELINE, BASELINE + 60)
    changed = (moved != committed).any(axis=0)
    assert [lever for lever, change in zip(plan.lever_ids(), changed, strict=True) if change] == ["reits_pilot"]


def test_city_only_holds_every_lever_the_city_decides_at_least_in_part():
    city = {lever.id for lever in plan.levers() if lever.municipal_handle in ("own", "shared")}
    assert set(load("city_only").levers) == city


def test_a_scenario_passes_through_load_and_cannot_change():
    scenario = load("plan")
    assert load(scenario) is scenario
    with pytest.raises(ValueError, match="frozen"):
        scenario.policy = "frozen"
    with pytest.raises(TypeError):
        scenario.levers["reits_pilot"] = 1.0


def test_a_scenario_can_be_copied_pickled_and_used_as_a_key():
    scenario = load("opening").with_levers({"reits_pilot": {"ramp": {"2023-01": 0.5}}}, after="2022-01")
    assert pickle.loads(pickle.dumps(scenario)) == scenario == deepcopy(scenario)
    assert {scenario: 1}[deepcopy(scenario)] == 1


def test_the_content_hash_sees_what_is_asked_and_not_how_it_is_called():
    assert Scenario(name="a", title="x", policy="plan").content_hash() == load("plan").content_hash()
    changes = [
        {"policy": "stretch"},
        {"scale": 2.0},
        {"macro": "adverse"},
        {"end": "2030-12"},
        {"levers": {"reits_pilot": 0.1}},
        {"shocks": [{"name": "us_yield"}]},
        {"shocks": [{"name": "us_yield", "size": 2}]},
        {"shocks": [{"name": "us_yield", "month": "2022-01"}]},
    ]
    hashes = {Scenario(name="a", **{"policy": "plan", **change}).content_hash() for change in [{}, *changes]}
    assert len(hashes) == len(changes) + 1


def test_the_order_of_levers_and_dates_in_a_file_does_not_matter(tmp_path):
    one = write(tmp_path, "levers: {reits_pilot: {2022-01: 0.2, 2023-01: 0.3}, fintech_hub: plan}", "one.yaml")
    two = write(tmp_path, "levers: {fintech_hub: plan, reits_pilot: {2023-01: 0.3, 2022-01: 0.2}}", "two.yaml")
    assert load(one).content_hash() == load(two).content_hash()


def test_dates_stay_text_and_numbers_may_be_written_in_science_notation(tmp_path):
    file = write(tmp_path, "levers:\n  reits_pilot:\n    2021-07: 1e-3\n")
    assert load(file).levers["reits_pilot"].plain() == {"2021-07": 0.001}


@pytest.mark.parametrize(
    "raw",
    [b"\xef\xbb\xbfpolicy: plan\n", b"policy: plan\r\nscale: 1\r\n", b"policy: plan", b"---\npolicy: plan\n...\n"],
)
def test_byte_order_marks_line_endings_and_document_marks_do_no_harm(tmp_path, raw):
    assert load(write(tmp_path, raw)).content_hash() == load("plan").content_hash()


def test_line_numbers_are_right_with_windows_line_endings(tmp_path):
    assert problems_of(tmp_path, b"policy: plan\r\n\r\nscale: 301\r\n") == [
        "my.yaml:3: scale: 301 is outside the range (from 0.01 to 300)"
    ]


def test_a_file_takes_its_name_from_the_file_unless_it_says_otherwise(tmp_path):
    assert load(write(tmp_path, "policy: plan", "bold.yaml")).name == "bold"
    assert load(write(tmp_path, "{policy: plan, name: shy}", "bold.yaml")).name == "shy"


# --- extends


def test_a_scenario_inherits_what_it_does_not_say(tmp_path):
    write(
        tmp_path, "policy: plan\nscale: 2\ntitle: Parent\nlevers: {reits_pilot: 0.2, fintech_hub: 0.3}", "parent.yaml"
    )
    child = load(write(tmp_path, "extends: parent.yaml\nlevers: {reits_pilot: 0.4}\nmacro: adverse"))
    assert (child.policy, child.scale, child.macro, child.title) == ("plan", 2.0, "adverse", "")
    assert {lever: path.plain() for lever, path in child.levers.items()} == {"fintech_hub": 0.3, "reits_pilot": 0.4}


def test_a_scenario_may_extend_a_ready_one(tmp_path):
    child = load(write(tmp_path, "extends: opening\nlevers: {reits_pilot: plan}"))
    assert set(child.levers) == {*load("opening").levers, "reits_pilot"}


def test_extending_in_a_circle_is_refused(tmp_path):
    write(tmp_path, "extends: my.yaml", "other.yaml")
    (problem,) = problems_of(tmp_path, "policy: plan\nextends: other.yaml")
    assert problem.endswith("extends: 'my.yaml' extends this file in turn")
    assert problems_of(tmp_path, "extends: my.yaml") == ["my.yaml:1: extends: 'my.yaml' extends this file in turn"]


def test_extending_many_files_in_turn_is_refused(tmp_path):
    for place in range(25):
        write(tmp_path, f"extends: file{place + 1}.yaml", f"file{place}.yaml")
    write(tmp_path, "policy: plan", "file25.yaml")
    with pytest.raises(InputError, match="extends too many files"):
        load(tmp_path / "file0.yaml")
    assert load(tmp_path / "file10.yaml").policy == "plan"


def test_a_missing_parent_is_named_with_the_line_that_wants_it(tmp_path):
    assert problems_of(tmp_path, "policy: plan\nextends: gone.yaml\nscale: 301") == [
        "my.yaml:2: extends: 'gone.yaml': no such file (a path relative to this file)",
        "my.yaml:3: scale: 301 is outside the range (from 0.01 to 300)",
    ]
    assert problems_of(tmp_path, "extends: plam")[0].startswith(
        "my.yaml:1: extends: unknown scenario 'plam'; did you mean 'plan'?"
    )
    assert "is not a scenario" in problems_of(tmp_path, "extends: [plan]")[0]


def test_a_mistake_in_a_parent_is_told_with_the_parents_line(tmp_path):
    write(tmp_path, "policy: plan\nscale: 301", "parent.yaml")
    assert problems_of(tmp_path, "extends: parent.yaml") == [
        "parent.yaml:2: scale: 301 is outside the range (from 0.01 to 300)"
    ]


# --- what is refused


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = """\
polcy: plan
policy: plans
scale: true
macro: neutrl
end: 2023-06
levers:
  reits_pilot: 1.4
  reit_pilot: 0.3
  fintech_hub: {ramp: {2022-01: .nan, 2026-01: 0.5}}
  carbon_market: {plse: {from: 2022-01, to: 2022-02, value: 1}}
shocks: [{name: equity, mont: 2022-01}, {name: us_yeld, month: 2022-01}, {name: equity, size: -9}, 3]
policy: plan
"""
    told = problems_of(tmp_path, text)
    assert [line.split(": ")[0] for line in told] == [
        f"my.yaml:{n}" for n in (1, 2, 3, 4, 7, 8, 9, 9, 10, 11, 11, 11, 11, 12)
    ]
    assert "my.yaml:7: levers.reits_pilot: 1.4 is outside 0..1" in told
    unknown = (
        "my.yaml:8: levers.reit_pilot: unknown lever 'reit_pilot'; did you mean 'reits_pilot'? (see: lujiazui levers)"
    )
    assert unknown in told
    assert "my.yaml:9: levers.fintech_hub.ramp.2022-01: nan is outside 0..1" in told
    assert "my.yaml:9: levers.fintech_hub.ramp.2026-01: 2026-01 is outside 2021-01..2023-06" in told
    assert any(line.startswith("my.yaml:10:") and "did you mean 'pulse'?" in line for line in told)
    assert any(line.startswith("my.yaml:12: policy: 'policy' is given twice (first on line 2)") for line in told)
    assert any("did you mean 'policy'?" in line and line.startswith("my.yaml:1:") for line in told)
    assert any("did you mean 'neutral'?" in line for line in told)
    assert any("my.yaml:3: scale: True is not a number" in line for line in told)
    assert "my.yaml:11: shocks.3: 3 is not a shock such as {name: ..., month: 2022-03}" in told
    assert "my.yaml:11: shocks.1.name: unknown shock 'us_yeld'; did you mean 'us_yield'? (see: lujiazui shocks)" in told
    assert "my.yaml:11: shocks.2.size: -9.0 is outside -1.3..1 (-1.3 to 1 log)" in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("# only a comment\n", "is empty"),
        ("just words", "holds no keys"),
        ("[1, 2]", "holds no keys"),
        ("policy: plan\n---\npolicy: plan", "holds a second document"),
        ("policy: {", "not valid YAML"),
        ("policy: plan\n\tscale: 1", "not valid YAML"),
        ("policy: &a plan", "anchors and aliases are not allowed"),
        ("title: *a", "anchors and aliases are not allowed"),
        ("policy: !!python/object:os.system plan", "the tag"),
        ("!!map {policy: plan}", "the tag"),
        ("levers: {<<: {reits_pilot: 0.1}}", "unknown lever '<<'"),
        ("? [a, b]\n: 1", "a key must be text"),
        ("title: a\x07b", "not valid YAML"),
        ("title: 12", "12 is not text"),
        ("policy: [plan]", "is not allowed"),
        ("policy: Plan", "did you mean 'plan'?"),
        ("scale: 0", "outside the range"),
        ("scale: -1", "outside the range"),
        ("scale: .nan", "outside the range"),
        ("scale: .inf", "outside the range"),
        ("scale: 1e999", "outside the range"),
        ("scale: '1'", "is not a number"),
        ("scale:", "nothing is not a number"),
        ("start: 2020-01", "one of: 2021-01"),
        ("end: 2036-01", "not a month in 2021-01..2035-12"),
        ("end: 2020-12", "not a month in 2021-01..2035-12"),
        ("end: 2025", "is not text"),
        ("end: 2025-13", "not a month in"),
        ("macro: mine.xlsx", "unknown macro path"),
        ("parameters: posteror", "one of: posterior_2020, prior_2020"),
        ("levers: 3", "is not a set of levers"),
        ("levers: [reits_pilot]", "is not a set of levers"),
        ("levers: {reits_pilot: }", "nothing is not a number"),
        ("levers: {reits_pilot: true}", "True is not a number"),
        ("levers: {reits_pilot: -0.1}", "-0.1 is outside 0..1"),
        ("levers: {reits_pilot: .inf}", "inf is outside 0..1"),
        ("levers: {reits_pilot: " + "9" * 200 + "}", "a huge number is outside 0..1"),
        ("levers: {reits_pilot: planned}", "did you mean 'plan'?"),
        ("levers: {reits_pilot: {}}", "holds no dates"),
        ("levers: {reits_pilot: [0.1]}", "is not a number"),
        ("levers: {reits_pilot: {2020-12: 0.1}}", "2020-12 is outside 2021-01..2025-12"),
        ("levers: {reits_pilot: {2026-01: 0.1}}", "2026-01 is outside 2021-01..2025-12"),
        ("levers: {reits_pilot: {2021-7: 0.1}}", "'2021-7' is not a month"),
        ("levers: {reits_pilot: {2021-07: 0.1, 2021-07: 0.2}}", "given twice"),
        ("levers: {reits_pilot: {2021-07: plan}}", "'plan' is not a number"),
        ("levers: {reits_pilot: {ramp: 0.5}}", "holds no dates"),
        ("levers: {reits_pilot: {ramp: {2022-01: keep}}}", "holds no dates"),
        ("levers: {reits_pilot: {ramp: {2022-01: 0.1, 2023-01: keep}}}", "only the first date"),
        ("levers: {reits_pilot: {ramp: {2022-01: keep, 2023-01: keep}}}", "is not a number"),
        ("levers: {reits_pilot: {pulse: {from: 2022-01, to: 2021-01, value: 1}}}", "before it begins"),
        ("levers: {reits_pilot: {pulse: {from: 2022-01, value: 1}}}", "'to' is missing"),
        ("levers: {reits_pilot: {pulse: 1}}", "is not a pulse"),
        ("levers: {reits_pilot: {switch: plan}}", "holds no dates with paths"),
        ("levers: {reits_pilot: {switch: {2023-01: {2022-01: 0.5}}}}", "2022-01 is outside 2023-01..2025-12"),
        ("levers: {reits_pilot: {switch: {2023-01: {switch: {2024-01: 0.5}}}}}", "did you mean"),
        ("shocks: 3", "is not a list of shocks"),
        ("shocks: [{month: 2022-01}]", "shocks.0.name: is missing"),
        ("shocks: [{name: equity, month: 2026-01}]", "2026-01 is outside"),
        ("shocks: [{name: equity, month: 2020-12}]", "2020-12 is outside"),
        ("shocks: [{name: equity, month: 2022}]", "is not text"),
        ("shocks: [{name: equity, from: 2022-01}]", "a shock has a month, or from and to, or no date"),
        ("shocks: [{name: equity, from: 2022-02, to: 2022-01}]", "before it begins"),
        ("shocks: [{name: equty}]", "did you mean 'equity'?"),
        ("shocks: [{name: us_yield, size: 6.1}]", "6.1 is outside -4..6 (-4 to 6 pp)"),
        ("shocks: [{name: us_yield, size: .nan}]", "nan is outside -4..6"),
        ("shocks: [{name: us_yield, size: '2'}]", "shocks.0.size: '2' is not a number"),
        ("shocks: [{name: us_yield, size: true}]", "True is not a number"),
        ("end: 2021-12\nshocks: [{name: us_yield}]", "begins in 2022-01, after the end"),
        ("name: ''", "text of 1 to 200 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_line(tmp_path, text, message):
    told = problems_of(tmp_path, text)
    assert any(message in line for line in told), told
    assert all(line.startswith("my.yaml") for line in told)
    assert len(told) == 1


def test_files_that_cannot_be_read_are_refused_clearly(tmp_path):
    for path, message in (
        (tmp_path / "gone.yaml", "no such file"),
        (tmp_path, "is a folder"),
        (write(tmp_path, b"policy: \x00plan", "nul.yaml"), "is a binary file"),
        (write(tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "image.yaml"), "is a binary file"),
        (write(tmp_path, "policy: plan".encode("utf-16"), "wide.yaml"), "is UTF-16 text, not UTF-8"),
        (write(tmp_path, b"policy: plan\ntitle: \xff\xfe", "latin.yaml"), "latin.yaml:2: is not UTF-8 text"),
        (write(tmp_path, b"title: '" + b"x" * LARGEST_BYTES + b"'", "large.yaml"), "the file is too large"),
        (tmp_path / ("x" * 300 + ".yaml"), "cannot be read"),
        (tmp_path / "nul\0.yaml", "cannot be read"),
    ):
        with pytest.raises(InputError) as caught:
            load(path)
        assert message in str(caught.value)
        assert len(caught.value.problems) == 1


def test_deep_files_are_refused_before_anything_recurses(tmp_path):
    for text in ("[" * 5000, "title: " + "{a: " * 3000, "- " * 4000 + "x"):
        assert "too deep" in problems_of(tmp_path, text)[0] or "not valid YAML" in problems_of(tmp_path, text)[0]
    nested = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert "is not a set of levers" in problems_of(tmp_path, f"levers: {nested}")[0]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_no_file_breaks_the_loader(tmp_path_factory, raw):
    file = write(tmp_path_factory.mktemp("any"), raw)
    try:
        load(file)
    except InputError as error:
        assert str(error)


@pytest.mark.parametrize("source", ["plam", "", "Plan", "no such", "x" * 5000, "a\0b"])
def test_an_unknown_name_is_refused_with_where_to_look(source):
    with pytest.raises(InputError, match="unknown scenario"):
        load(source)


def test_the_nearest_ready_scenario_is_offered():
    with pytest.raises(InputError, match="did you mean 'plan'"):
        load("plam")


@pytest.mark.parametrize("source", [None, 3, {"policy": "plan"}])
def test_only_names_paths_and_scenarios_are_loaded(source):
    with pytest.raises(InputError, match="is not a scenario"):
        load(source)


def test_a_relative_path_without_a_suffix_is_a_file_if_it_exists(tmp_path, monkeypatch):
    write(tmp_path, "policy: stretch", "mine")
    monkeypatch.chdir(tmp_path)
    assert load("mine").policy == "stretch"
    assert load("./mine").policy == "stretch"


# --- changes in Python and on the command line


@pytest.mark.parametrize(
    "value", [1.4, -1, math.nan, math.inf, True, None, "0.5", [0.5], {"2019-01": 0.5}, {2022: 0.5}]
)
def test_with_levers_refuses_what_a_file_may_not_hold(value):
    with pytest.raises(InputError, match=r"^levers\.reits_pilot"):
        load("plan").with_levers({"reits_pilot": value})


def test_with_levers_tells_all_problems_at_once():
    with pytest.raises(InputError) as caught:
        load("plan").with_levers({"reit_pilot": 0.5, "fintech_hub": 2, "carbon_market": {"2022-13": 0.1}})
    keys = [problem.key for problem in caught.value.problems]
    assert keys == ["levers.reit_pilot", "levers.fintech_hub", "levers.carbon_market.2022-13"]
    assert caught.value.problems[0].nearest == "reits_pilot"


def test_with_levers_leaves_the_scenario_it_starts_from_alone():
    scenario = load("plan")
    changed = scenario.with_levers({"reits_pilot": 0.9})
    assert "reits_pilot" not in scenario.levers
    assert changed.content_hash() != scenario.content_hash()
    assert changed.with_levers({}) == changed


@pytest.mark.parametrize("after", ["2020-12", "2026-01", "soon", 2022])
def test_a_fork_must_lie_inside_the_horizon(after):
    with pytest.raises(InputError, match=r"2021-01\.\.2025-12"):
        load("plan").with_levers({"reits_pilot": 0.9}, after=after)


def test_a_fork_may_not_rewrite_its_past():
    with pytest.raises(InputError, match=r"2022-06 is outside 2023-01\.\.2025-12"):
        load("plan").with_levers({"reits_pilot": {"2022-06": 0.5}}, after="2023-01")


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("reits_pilot=0.5@2022-01", ("reits_pilot", {"2022-01": 0.5})),
        ("reits_pilot=1", ("reits_pilot", 1)),
        (" reits_pilot = 5e-1 @ 2022-01 ", ("reits_pilot", {"2022-01": 0.5})),
        ("reits_pilot=plan", ("reits_pilot", "plan")),
        ("reits_pilot=plan@2022-01", ("reits_pilot", {"switch": {"2022-01": "plan"}})),
    ],
)
def test_a_setting_reads_as_a_lever_and_a_path(text, setting):
    assert scenarios.parse_setting(text) == setting
    lever, path = setting
    assert lever in load("frozen").with_levers({lever: path}).levers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reits_pilot", "is not a setting"),
        ("=0.5", "is not a setting"),
        ("reits_pilot=", "is not a setting"),
        ("reits_pilot=0.5@", "is not a setting"),
        ("reit_pilot=0.5", "did you mean 'reits_pilot'"),
        ("reits_pilot=1.5", "1.5 is outside 0..1"),
        ("reits_pilot=nan", "nan is outside 0..1"),
        ("reits_pilot=true", "is not a number"),
        ("reits_pilot={2022-01: 1}", "is not a value"),
        ("reits_pilot={", "not valid YAML"),
        ("reits_pilot=high", "is not a path"),
        ("reits_pilot=0.5@2022", "is not a month"),
        ("reits_pilot=0.5@2019-01", "is outside"),
    ],
)
def test_a_wrong_setting_is_refused_clearly(text, message):
    with pytest.raises(InputError) as caught:
        scenarios.parse_setting(text)
    assert message in str(caught.value)
    assert str(caught.value).startswith("--set")


def test_several_dated_settings_of_a_lever_make_one_path():
    settings_given = ["reits_pilot=0.5@2022-01", "fintech_hub=plan", "reits_pilot=0.6@2023-01"]
    assert scenarios.parse_settings(settings_given) == {
        "reits_pilot": {"2022-01": 0.5, "2023-01": 0.6},
        "fintech_hub": "plan",
    }


def test_settings_that_contradict_each_other_are_refused_all_at_once():
    with pytest.raises(InputError) as caught:
        scenarios.parse_settings(["reits_pilot=0.5", "reits_pilot=0.6@2021-01", "fintech_hub=2"])
    assert len(caught.value.problems) == 2
    assert "contradicts reits_pilot=0.5" in str(caught.value)
