"""A dated setting leaves the time before it alone: the scenario's own path stays in force until its first date.

What comes after is held against an oracle that is written month by month from the documented rules.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.terminal.asked import scenario_asked
from app.web.desk import Desk
from app.web.moves import Change
from scenarios import InputError, Scenario, load, parse_settings, plan
from scenarios.calendar import BASELINE, month_ordinal, month_text
from scenarios.yaml_tree import write_yaml
from sim.experiments.requests import ensemble_requests
from sim.experiments.robust_search import Choice, Objective, Search

FIRST, LAST = BASELINE + 1, month_ordinal("2025-12")
MONTHS = [month_text(month) for month in range(FIRST, LAST + 1)]
ARMS = plan.ARMS
LEVERS = {lever.id: lever for lever in plan.levers()}
WITH_PARTS = [lever for lever in LEVERS.values() if lever.components]

MONTH = st.sampled_from(MONTHS)
LEVEL = st.integers(0, 100).map(lambda hundredths: hundredths / 100)
STEPS = st.dictionaries(MONTH, LEVEL, min_size=1, max_size=3)
RAMP = STEPS.map(lambda dates: {"ramp": dates})
HELD = st.dictionaries(MONTH, LEVEL, min_size=2, max_size=4).map(lambda dates: {"ramp": {**dates, min(dates): "keep"}})
PULSE = st.tuples(MONTH, MONTH, LEVEL).map(
    lambda pulse: {"pulse": {"from": min(pulse[:2]), "to": max(pulse[:2]), "value": pulse[2]}}
)


@st.composite
def switches(draw):
    dates = sorted(draw(st.sets(MONTH, min_size=1, max_size=3)))
    pieces = {}
    for date in dates:
        later = st.sampled_from([month for month in MONTHS if month >= date])
        pieces[date] = draw(LEVEL | st.sampled_from(ARMS) | st.dictionaries(later, LEVEL, min_size=1, max_size=2))
    return {"switch": pieces}


def parts_of(lever):
    return st.dictionaries(
        st.sampled_from([part.id for part in lever.components]), LEVEL | STEPS | HELD | PULSE, min_size=1, max_size=3
    ).map(lambda parts: {"components": parts})


DATED = STEPS | HELD | PULSE | switches()
WHOLE = LEVEL | st.sampled_from(ARMS) | RAMP | DATED


def paths_of(lever):
    return WHOLE | parts_of(lever) if lever.components else WHOLE


def first_date(path):
    """The first month that a setting names; before it nothing may change."""
    ((kind, inner),) = list(path.items())[:1]
    if kind == "pulse":
        return inner["from"]
    if kind in ("ramp", "switch"):
        return min(inner)
    return min(path)


# --- the oracle: months as numbers 0 (2020-12), 1, 2, ...; before is what is in force where a path does not hold


def after(month):
    return month_ordinal(month) - BASELINE


def followed(path, before, arms, start=1):
    """Intensity of every month under a path of a file."""
    if isinstance(path, str):
        return [before[at] if at < start else arms[path][at] for at in range(len(before))]
    if not isinstance(path, dict):
        return [before[at] if at < start else path for at in range(len(before))]
    if "ramp" in path:
        dates = {after(month): value for month, value in path["ramp"].items()}
        held = [at for at, value in dates.items() if value == "keep"]
        anchor = held[0] if held else start - 1
        knots = [(anchor, before[anchor]), *sorted((at, value) for at, value in dates.items() if value != "keep")]
        return [before[at] if at <= anchor else between(knots, at) for at in range(len(before))]
    if "pulse" in path:
        low, high = after(path["pulse"]["from"]), after(path["pulse"]["to"])
        return [path["pulse"]["value"] if low <= at <= high else was for at, was in enumerate(before)]
    if "switch" in path:
        for month, piece in sorted(path["switch"].items()):
            before = followed(piece, before, arms, after(month))
        return before
    dates = {after(month): value for month, value in path.items()}
    return [dates[max(on)] if (on := [date for date in dates if date <= at]) else was for at, was in enumerate(before)]


def between(knots, at):
    for (left, low), (right, high) in pairwise(knots):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return knots[-1][1]


def oracle(lever, policy, generations):
    """Intensities of a lever in a scenario whose paths, one a generation of files, lie on top of one another."""
    arms = {arm: [lever.intensity(arm, BASELINE + at) for at in range(LAST - BASELINE + 1)] for arm in ARMS}
    below, parts = arms[policy], {}
    for path in generations:
        if isinstance(path, dict) and "components" in path:
            for part, piece in path["components"].items():
                parts.setdefault(part, []).append(piece)
        else:
            below, parts = followed(path, with_parts(lever, below, parts), arms), {}
    return with_parts(lever, below, parts)


def with_parts(lever, below, parts):
    """The lever where some components go their own way and the others go with the lever, from 2020 to 2025."""
    total = list(below)
    rise = lever.intensity_2025_plan - lever.intensity_2020
    for part in lever.components:
        if part.id not in parts:
            continue
        way = [min(max((level - lever.intensity_2020) / rise, 0.0), 1.0) if rise else 0.0 for level in below]
        was = [part.i2020 + (part.i2025 - part.i2020) * share for share in way]
        goes = was
        for piece in parts[part.id]:
            goes = followed(piece, goes, {})
        total = [level + part.weight * (new - old) for level, new, old in zip(total, goes, was, strict=True)]
    return [min(max(level, 0.0), 1.0) for level in total] if parts else total


def intensities(scenario):
    return scenario.intensities(BASELINE, LAST)


def column(lever):
    return list(LEVERS).index(lever)


@st.composite
def cases(draw):
    lever = draw(st.sampled_from([*LEVERS.values(), *WITH_PARTS]))
    policy = draw(st.sampled_from(ARMS))
    generations = draw(st.lists(paths_of(lever), max_size=3))
    return lever, policy, generations, draw(DATED | parts_of(lever) if lever.components else DATED)


def family(folder, policy, lever, generations):
    """A scenario file for each generation, each over the one before; the last one is returned."""
    heads = {"policy": policy}
    file = folder / "0.yaml"
    file.write_text(write_yaml(heads))
    for number, path in enumerate(generations, start=1):
        child = folder / f"{number}.yaml"
        child.write_text(write_yaml({"extends": file.name, "levers": {lever.id: path}}))
        file = child
    return file


def of_parts(path):
    return isinstance(path, dict) and "components" in path


def parts_on_both_sides_of_a_whole(generations):
    """Whether a part is set, then the whole lever, then a part again.

    The oracle takes the level of the whole lever for that of its other parts, and would count the first part twice in
    the months before the whole lever moves.
    """
    kinds = [of_parts(path) for path in generations]
    return any(kinds[:at].count(True) and kinds[at + 1 :].count(True) for at, parts in enumerate(kinds) if not parts)


def test_a_part_that_is_set_before_and_after_the_whole_lever_counts_once():
    part = {"components": {"interbank_access": 0.0}}
    lever = LEVERS["bond_market_access"]
    scenario = load("frozen")
    for path in (part, {"2021-02": 0.0}, part):
        scenario = scenario.with_levers({lever.id: path})
    weight = next(each for each in lever.components if each.id == "interbank_access")
    level = lever.intensity_2020 - weight.weight * weight.i2020
    assert intensities(scenario)[:3, column(lever.id)].tolist() == pytest.approx([lever.intensity_2020, level, 0.0])


@given(cases())
@settings(max_examples=100, deadline=None)
def test_before_its_first_date_a_setting_changes_nothing_and_after_it_what_the_rules_say(tmp_path_factory, case):
    lever, policy, generations, setting = case
    assume(not parts_on_both_sides_of_a_whole([*generations, setting]))
    folder = tmp_path_factory.mktemp("family")
    without = load(family(folder, policy, lever, generations))
    in_a_file = load(family(folder, policy, lever, [*generations, setting]))
    in_python = without.with_levers({lever.id: setting})
    assert in_a_file.levers == in_python.levers
    written = folder / "written.yaml"
    written.write_text(in_a_file.to_yaml())
    assert load(written) == in_a_file and load(written).content_hash() == in_a_file.content_hash()

    before, with_it = intensities(without), intensities(in_a_file)
    np.testing.assert_allclose(before[:, column(lever.id)], oracle(lever, policy, generations), atol=1e-12)
    np.testing.assert_allclose(with_it[:, column(lever.id)], oracle(lever, policy, [*generations, setting]), atol=1e-12)
    assert np.array_equal(np.delete(before, column(lever.id), axis=1), np.delete(with_it, column(lever.id), axis=1))
    if "components" not in setting:
        until = after(first_date(setting))
        assert np.array_equal(before[:until], with_it[:until])


@given(cases(), MONTH)
@settings(max_examples=50, deadline=None)
def test_a_fork_keeps_the_scenarios_own_path_before_its_month_whatever_its_form(tmp_path_factory, case, month):
    lever, policy, generations, _ = case
    scenario = load(family(tmp_path_factory.mktemp("family"), policy, lever, generations))
    forked = scenario.with_levers({lever.id: 0.37}, after=month)
    before, then = intensities(scenario)[:, column(lever.id)], intensities(forked)[:, column(lever.id)]
    assert np.array_equal(before[: after(month)], then[: after(month)])
    assert set(then[after(month) :]) == {0.37}
    stepped = intensities(scenario.with_levers({lever.id: {MONTHS[-1]: 0.81}}, after=month))[:, column(lever.id)]
    assert np.array_equal(stepped[:-1], before[:-1]) and stepped[-1] == 0.81
    ramp = {"ramp": {MONTHS[-1]: 0.81}}
    if month < MONTHS[-1]:
        ramped = intensities(scenario.with_levers({lever.id: ramp}, after=month))[:, column(lever.id)]
        knots = [(after(month) - 1, before[after(month) - 1]), (after(MONTHS[-1]), 0.81)]
        expected = [was if at < after(month) else between(knots, at) for at, was in enumerate(before)]
        np.testing.assert_allclose(ramped, expected, atol=1e-12)


def own(folder, text="policy: plan\nlevers: {bond_market_access: 0.9, reits_pilot: {2021-07: 0.6, 2024-01: 0.2}}\n"):
    file = folder / "own.yaml"
    file.write_text(text)
    return file


def at(scenario, lever, month):
    return intensities(scenario)[after(month), column(lever)]


def test_every_way_of_setting_a_date_keeps_what_was_before(tmp_path):
    file = own(tmp_path)
    setting = {"bond_market_access": {"2023-07": 0.3}}
    child = tmp_path / "child.yaml"
    child.write_text(write_yaml({"extends": "own.yaml", "levers": setting}))
    search = Search(load(file), (Choice("bond_market_access", 0.0, 1.0, "2023-01", "2023-12"),),
                    (Objective("effort", "mean", False),))  # fmt: skip
    ways = {
        "with_levers": load(file).with_levers(setting),
        "--set": scenario_asked(str(file), ["bond_market_access=0.3@2023-07"], [], macro=None, scale=None),
        "ensemble": ensemble_requests([file], runs=1, draws=0, levers=setting)[0].scenario,
        "a child file": load(child),
        "a search": search.policy([0.3, 6.0]),
        "a fork": load(file).with_levers({"bond_market_access": 0.3}, after="2023-07"),
        "the desk": Desk(file=file.read_text(), changes={"bond_market_access": Change(0.3, "2023-07", 0)}).scenario(),
    }
    for way, scenario in ways.items():
        path = [at(scenario, "bond_market_access", month) for month in ("2021-01", "2023-06", "2023-07", "2025-12")]
        assert path == [0.9, 0.9, 0.3, 0.3], way


def test_outside_a_pulse_and_beside_a_component_the_scenarios_own_path_goes_on(tmp_path):
    scenario = load(own(tmp_path))
    pulsed = scenario.with_levers({"reits_pilot": {"pulse": {"from": "2022-01", "to": "2022-12", "value": 1}}})
    months = ("2021-06", "2021-12", "2022-06", "2023-01", "2024-01")
    assert [at(pulsed, "reits_pilot", month) for month in months] == [
        at(scenario, "reits_pilot", "2021-06"), 0.6, 1.0, 0.6, 0.2
    ]  # fmt: skip
    lever = LEVERS["derivatives_expansion"]
    first, second = lever.components[:2]
    both = load("committed").with_levers({lever.id: {"components": {first.id: 1.0}}})
    both = both.with_levers({lever.id: {"components": {second.id: {"2023-01": 1.0}}}})
    at_once = load("committed").with_levers({lever.id: {"components": {first.id: 1.0, second.id: {"2023-01": 1.0}}}})
    assert both == at_once


def test_a_path_that_starts_with_an_arm_or_a_number_replaces_all_of_the_parents(tmp_path):
    scenario = load(own(tmp_path))
    without = load(own(tmp_path, "policy: plan\nlevers: {bond_market_access: 0.9}\n"))
    for path in (0.5, "plan", {"ramp": {"2023-01": 0.5}}, {"2021-01": 0.5}, {"switch": {"2021-01": "plan"}}):
        assert scenario.with_levers({"reits_pilot": path}) == without.with_levers({"reits_pilot": path})


def test_a_whole_path_is_the_same_on_any_arm(tmp_path):
    target = load(own(tmp_path, "policy: plan\nlevers: {reits_pilot: {2024-01: 0.9}}\n"))
    for lever in ("reits_pilot", "bond_market_access"):
        moved = load("frozen").with_levers({lever: target.whole_path(lever)})
        assert np.array_equal(intensities(moved)[:, column(lever)], intensities(target)[:, column(lever)])


# --- settings of one lever on the command line

SETTINGS = {
    ("reits_pilot=0.5", "reits_pilot=0.8@2023-01"): {"2021-01": 0.5, "2023-01": 0.8},
    ("reits_pilot=0.8@2023-01", "reits_pilot=0.5"): {"2021-01": 0.5, "2023-01": 0.8},
    ("reits_pilot=0.5", "reits_pilot=0.5"): 0.5,
    ("reits_pilot=0.5", "reits_pilot=5e-1"): 0.5,
    ("reits_pilot=0.5@2021-01", "reits_pilot=0.5"): 0.5,
    ("reits_pilot=1@2022-01", "reits_pilot=1.0@2022-01"): {"2022-01": 1.0},
    ("reits_pilot=plan", "reits_pilot=0.8@2023-01"): {"switch": {"2021-01": "plan", "2023-01": 0.8}},
    ("reits_pilot=plan@2022-01", "reits_pilot=0.8@2023-01"): {"switch": {"2022-01": "plan", "2023-01": 0.8}},
    ("reits_pilot=0.2@2022-01", "reits_pilot=plan@2023-01"): {"switch": {"2022-01": 0.2, "2023-01": "plan"}},
}


@pytest.mark.parametrize("texts", SETTINGS)
def test_settings_that_do_not_contradict_each_other_go_together(texts):
    (path,) = parse_settings(texts).values()
    assert path == SETTINGS[texts]
    load("committed").with_levers({"reits_pilot": path})


def test_a_lever_and_its_components_can_be_set_together():
    lever = LEVERS["derivatives_expansion"]
    part, other = (each.id for each in lever.components[:2])
    texts = [f"{lever.id}.{part}=0.9", f"{lever.id}=0.4@2022-01", f"{lever.id}.{other}=0.8@2023-01"]
    texts += [f"{lever.id}.{part}=1@2024-01"]
    scenario = load("committed").with_levers(parse_settings(texts))
    steps = [{"2022-01": 0.4}, {"components": {part: {"2021-01": 0.9, "2024-01": 1.0}, other: {"2023-01": 0.8}}}]
    found = intensities(scenario)[:, column(lever.id)]
    np.testing.assert_allclose(found, oracle(lever, "committed", steps), atol=1e-12)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("reits_pilot=0.5", "reits_pilot=0.6"),
        ("reits_pilot=0.5", "reits_pilot=plan"),
        ("reits_pilot=0.5", "reits_pilot=0.6@2021-01"),
        ("reits_pilot=0.5@2022-01", "reits_pilot=0.6@2022-01"),
        ("derivatives_expansion.fx_and_rmb=0.5@2022-01", "derivatives_expansion.fx_and_rmb=0.6@2022-01"),
    ],
)
def test_two_values_for_one_month_contradict_each_other(first, second):
    with pytest.raises(InputError) as caught:
        parse_settings([first, second])
    (problem,) = caught.value.problems
    assert f"contradicts {first}" in problem.message and problem.value == second


ITEM = st.tuples(st.sampled_from([None, *MONTHS[::7]]), LEVEL | st.sampled_from(ARMS))


@given(st.lists(ITEM, min_size=1, max_size=5), st.sampled_from(ARMS))
@settings(max_examples=150, deadline=None)
def test_the_order_of_settings_does_not_matter_and_the_latest_date_holds(items, policy):
    texts = [f"reits_pilot={value}" + (f"@{month}" if month else "") for month, value in items]
    by_month = {}
    for month, value in items:
        by_month.setdefault(month or MONTHS[0], set()).add(value)
    if any(len(values) > 1 for values in by_month.values()):
        with pytest.raises(InputError, match="contradicts"):
            parse_settings(texts)
        return
    found = Scenario(name="x", policy=policy).with_levers(parse_settings(texts))
    assert found == Scenario(name="x", policy=policy).with_levers(parse_settings(reversed(texts)))
    lever, path = LEVERS["reits_pilot"], intensities(found)[:, column("reits_pilot")]
    for place, level in enumerate(path):
        dates = [month for month in by_month if after(month) <= place]
        (value,) = by_month[max(dates)] if dates else (policy,)
        wanted = lever.intensity(value, BASELINE + place) if isinstance(value, str) else value
        assert math.isclose(level, wanted, abs_tol=1e-12)
