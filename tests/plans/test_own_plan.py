"""A plan of the user's own: read with care, part of the scenario, never under the key of the plan of the package."""

import json

import numpy as np
import pytest

import sim
from app.cli import command_line
from scenarios import plan as of_package
from scenarios.calendar import PLAN_END, month_ordinal
from scenarios.errors import InputError
from scenarios.loader import load, parse_scenario
from scenarios.parameters import parameter_set
from scenarios.schema import Scenario
from sim.experiments.attribution import outcomes_of, players_of
from sim.experiments.effects import by_agents, by_formulas
from sim.experiments.repeating import repeated
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store


def test_the_year_of_the_targets_of_the_package_is_data():
    assert of_package.shipped_plan().end == PLAN_END
    assert load("plan").plan is of_package.shipped_plan() and load("plan").plan.digest == ""


def test_a_plan_has_its_own_targets_measures_and_goals(centre_2030):
    assert (centre_2030.target_year, centre_2030.end) == (2030, "2030-12")
    assert list(centre_2030.targets) == [
        "turnover_total",
        "foreign_bond_share",
        "leading_fintech_count",
        "rmb_cross_border_share",
    ]
    # Around counts from 97.5 % of the target, as in the plan of the package.
    assert centre_2030.met_from["turnover_total"] == 0.975 * 3400.0
    assert centre_2030.met_from["foreign_bond_share"] == 0.08
    names = {each.id: each.name for each in centre_2030.indicators}
    assert names["leading_fintech_count"].endswith("in the city")
    assert names["turnover_total"] == "Combined market turnover"
    assert [each.id for each in centre_2030.measures] == ["A1", "A2"]
    assert [each.id for each in centre_2030.goals] == ["open"]


def test_levers_follow_their_paths_to_the_target_year_and_the_others_rest(centre_2030):
    asked = load("plan").with_plan(centre_2030)
    first, last = month_ordinal("2021-01"), month_ordinal("2030-12")
    course = dict(zip((each.id for each in asked.all_levers), asked.intensities(first, last).T, strict=True))
    assert course["connect_capacity"][-1] == 0.9 and course["offshore_yuan_window"][-1] == pytest.approx(0.8)
    # The path begins with the month that it names.
    window = course["offshore_yuan_window"]
    assert not window[: month_ordinal("2023-01") - first].any() and window[month_ordinal("2023-01") - first] > 0.0
    moved = {name for name, values in course.items() if np.ptp(values) > 0.0}
    # What was announced by 2020 goes on.
    assert moved == {"connect_capacity", "fintech_hub", "offshore_yuan_window", "index_inclusion"}
    committed = load("committed").with_plan(centre_2030).intensities(first, last)
    usual = load("committed").intensities(first, last)
    np.testing.assert_array_equal(committed[:, : usual.shape[1]], usual)
    stretch = load("stretch").with_plan(centre_2030).intensities(last, last)[0]
    assert stretch[list(course).index("connect_capacity")] == pytest.approx(0.95)


def test_a_plan_that_extends_that_of_the_package_changes_what_it_gives_and_nothing_else(folder):
    head = '[plan]\nname = "more"\ntitle = "More"\ntarget_year = 2028\nbasis = "made up"\nextends = "shanghai_14"\n'
    (folder / "plan.toml").write_text(head, encoding="utf-8")
    for name in ("levers", "measures", "goals", "groups"):
        (folder / f"{name}.toml").unlink()
    found = sim.load_plan(folder)
    assert (found.levers, found.measures, found.goals) == (
        of_package.levers(),
        of_package.measures(),
        of_package.goals(),
    )
    assert found.target_year == 2028 and len(found.indicators) == 4


def test_a_scenario_holds_the_plan_and_needs_the_folder_no_more(folder):
    asked = load("plan").with_plan(folder)
    again = Scenario.from_plain(json.loads(json.dumps(asked.plain())))
    assert again == asked and again.content_hash() == asked.content_hash() != load("plan").content_hash()
    assert again.plan.levers == asked.plan.levers and again.end == "2030-12"
    written = folder.parent / "written.yaml"
    written.write_text(asked.to_yaml(), encoding="utf-8")
    assert load(written) == asked
    with pytest.raises(InputError, match="centre_2030"):
        Scenario.from_plain({**load("plan").plain(), "plan": str(folder)})
    with pytest.raises(InputError, match="centre_2030"):
        parse_scenario("extends: plan\nplan: centre_2030\n", "sent.yaml")


def test_a_scenario_file_names_the_folder_relative_to_itself(folder, tmp_path, monkeypatch):
    parent, child = tmp_path / "parent.yaml", tmp_path / "child.yaml"
    parent.write_text("extends: plan\nplan: centre_2030\n", encoding="utf-8")
    child.write_text("extends: parent.yaml\nlevers: {offshore_yuan_window: {2026-01: 1.0}}\n", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load(parent).plan == load(child).plan == sim.load_plan(folder)
    assert load(parent).end == load(child).end == "2030-12"
    assert load(child).with_policy_of(load("committed")).plan.name == "centre_2030"
    parent.write_text("extends: plan\nend: 2027-06\nplan: centre_2030\n", encoding="utf-8")
    assert load(parent).end == "2027-06"
    child.write_text("extends: plan\nplan: nowhere\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"child.yaml:2: plan: .*nowhere"):
        load(child)


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("plan", "target_year = 2030", "target_year = 2040", "plan.toml:5: plan.target_year: 2040 is outside the"),
        ("plan", "target_year = 2030", 'target_year = "2030"', "plan.toml:5: plan.target_year: "),
        ("plan", 'basis = "hyp', 'base = "hyp', "plan.toml:6: plan.base: unknown field 'base'; did you mean 'basis'?"),
        ("plan", '"centre_2030"', '"shanghai_14"', "plan.toml:2: plan.name: 'shanghai_14' is the plan of the package"),
        ("plan", "[plan]", '[plan]\nextends = "shanghai_15"', "unknown plan 'shanghai_15'; did you mean 'shanghai_14"),
        ("plan", "[plan]", "[plna]", "plan.toml:1: plna: unknown table 'plna'; did you mean 'plan'?"),
        ("indicators", '"turnover_total"', '"turnover_totel"', "indicators.toml:2: indicator.turnover_totel.id: unk"),
        ("indicators", "3400.0", "3.4e6", "indicators.toml:3: indicator.turnover_total.target_value: "),
        ("indicators", "0.08", "8.0", "indicators.toml:8: indicator.foreign_bond_share.target_value: "),
        ("indicators", 'qualifier = "around"', 'qualifier = "about"', "indicators.toml:4: indicator.turnover_total."),
        ("indicators", "3400.0", 'inf\nunit = "bn"', "indicators.toml:3: indicator.turnover_total.target_value: inf"),
        ("indicators", "3400.0", '3400.0\nunit = "bn"', "indicators.toml:4: indicator.turnover_total.unit: "),
        ("indicators", "3400.0", "3400.0\nvalue_2020 = 1.0", "value_2020 of this indicator is set by the model"),
        ("indicators", "value_2020 = 0.48\n", "", "indicator.rmb_cross_border_share.value_2020: is missing"),
        ("levers", "0.85, 0.9]", "0.9]", "levers.toml:4: lever.connect_capacity.path_plan: the path has 10 points"),
        ("levers", "0.85, 0.9]", "0.85, 1.9]", "levers.toml:4: lever.connect_capacity.path_plan.10: 1.9 is outside"),
        ("levers", "[0.45,", "[0.5,", "levers.toml:4: lever.connect_capacity.path_plan: the path begins at 0.5"),
        ("levers", '"fintech_hub"', '"index_inclusion"', "levers.toml:11: lever.index_inclusion.path_plan: the lever"),
        ("levers", '"fx_conversion_friction"', '"fx_friction"', "unknown channel 'fx_friction'"),
        ("levers", "beta = -0.3", "beta = -0.9", "has no beta between beta_min and beta_max"),
        ("levers", 'start = "2023-01"', 'start = "2024-06"', "levers.toml:22: lever.offshore_yuan_window.start: the"),
        ("levers", 'start = "2023-01"', "start = 2023-01-01", "levers.toml:22: lever.offshore_yuan_window.start: "),
        ("levers", 'note = "The', 'notes = "The', "levers.toml:6: lever.connect_capacity.notes: unknown field 'notes'"),
        ("levers", '"fintech_hub"', '"connect_capacity"', "'connect_capacity' is there twice"),
        ("measures", '"offshore_yuan_window"', '"offshore_window"', "instruments.1.lever: unknown lever"),
        ("measures", '"bond_connect"', '"bond_conect"', "unknown component 'bond_conect'; did you mean 'bond_co"),
        ("goals", '"capital_flow_volatility"', '"flow_volatility"', "goals.toml:6: goal.open.tests.1.indicator: unk"),
        ("goals", "at_most = 1.5", "at_least = 1.0, at_most = 1.5", "goals.toml:6: goal.open.tests.1: "),
        ("goals", "[[goal]]", "[[goal]", "goals.toml: is no TOML: "),
        ("groups", '"technology"', '"technolgy"', "groups.toml:7: group.technolgy.id: no lever is in the group"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_with_file_and_line(folder, file, before, after, told):
    path = folder / f"{file}.toml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        sim.load_plan(folder)
    assert told in str(refused.value)


def test_a_folder_that_is_none_and_a_file_that_no_plan_has_are_named(folder):
    (folder / "lever.toml").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"lever.toml: a plan has no file 'lever.toml'; did you mean 'levers.toml'\?"):
        sim.load_plan(folder)
    (folder / "lever.toml").unlink()
    (folder / "plan.toml").unlink()
    with pytest.raises(InputError, match=r"the folder has no plan\.toml"):
        sim.load_plan(folder)
    with pytest.raises(InputError, match="is no folder of a plan"):
        sim.load_plan(folder / "plan.toml")


def test_effects_of_its_levers_are_drawn_and_all_other_draws_stay(centre_2030):
    asked = load("plan").with_plan(centre_2030)
    usual, own = parameter_set("posterior_2020").draw(3), asked.set_of_parameters().draw(3)
    added = ("offshore_yuan_window", "fx_conversion_friction")
    assert dict(usual) == dict(own) and {**usual.betas, added: own.betas[added]} == own.betas
    assert -0.6 <= own.betas[added] <= -0.1
    assert by_agents(added[0], asked) or by_formulas(added[0], asked)


def test_attribution_splits_among_the_groups_of_the_plan(centre_2030):
    target = load("plan").with_plan(centre_2030)
    players = players_of(target, target.with_policy_of(load("committed")), "group")
    assert players == {"links": ["connect_capacity", "offshore_yuan_window"], "technology": ["fintech_hub"]}
    assert outcomes_of(target) == (*centre_2030.indicator_ids, "systemic_risk")


def test_triggers_and_budgets_know_its_levers(centre_2030):
    name = "offshore_yuan_window"
    trigger = {"indicator": "foreign_bond_share", "below": 0.05, "months": 6, "lever": name, "to": 0.9}
    asked = {**load("plan").plain(), "triggers": [trigger], "budget": {"unit": "mn", "a_year": {name: 3.0}}}
    with pytest.raises(InputError, match="unknown lever 'offshore_yuan_window'"):
        Scenario(**asked)
    assert Scenario(**{**asked, "own_plan": centre_2030.plain()}).triggers[0].lever == name


def test_targets_alone_change_no_number_and_yet_the_key(folder, short):
    (folder / "levers.toml").unlink()
    (folder / "measures.toml").unlink()
    (folder / "groups.toml").unlink()
    head = (folder / "plan.toml").read_text(encoding="utf-8")
    (folder / "plan.toml").write_text(f'{head}extends = "shanghai_14"\n', encoding="utf-8")
    usual, own = sim.run(short()), sim.run(short(), plan=folder)
    assert usual.indicators.equals(own.indicators)
    assert usual.scenario.content_hash() != own.scenario.content_hash()
    assert own.provenance["plan"]["name"] == "centre_2030" and len(own.provenance["plan"]["digest"]) == 16
    assert usual.provenance["plan"] | {"digest": ""} == of_package.shipped_plan().told
    assert "centre_2030" in own.provenance["information_until"]["policy"]
    table = own.targets()
    assert list(table["target_2030"]) == [3400.0, 0.08, 80.0, 0.6] and set(table["year"]) == {2021}
    assert own.target_year_told == "2021 (last whole year; the scenario ends 2021-12)"
    assert list(usual.targets().columns) == [
        name.replace("2030", "2025") for name in table.columns
    ] and len(usual.targets()) == 7  # fmt: skip


@pytest.mark.slow
def test_it_goes_to_workers_and_stores_and_is_repeated_without_its_folder(folder, short, tmp_path):
    asked = [short(name) for name in ("plan", "committed")]
    usual = ensemble_requests(asked, runs=2)
    requests = ensemble_requests(asked, runs=2, plan=folder)
    assert {each.key for each in usual}.isdisjoint(each.key for each in requests)
    alone = sim.ensemble(asked, runs=2, plan=folder, workers=1)
    stored = sim.ensemble(asked, runs=2, plan=str(folder), workers=2, store=tmp_path / "store")
    for name in alone.values:
        np.testing.assert_array_equal(alone.values[name], stored.values[name])
    (line,) = [line for line in stored.conditions.lines if line.startswith("Plan of the user's own")]
    assert line == f"Plan of the user's own: {requests[0].scenario.plan.identity}."
    chances = stored.probability_of_target()
    assert list(chances["indicator"].unique()) == [*requests[0].scenario.plan.indicator_ids, "all"]
    assert list(stored.difference("plan", "committed")["indicator"]) == list(requests[0].scenario.plan.indicator_ids)
    assert list(stored.goals("plan").index) == ["open"] and set(stored.regret()["indicator"]) == {
        *requests[0].scenario.plan.indicator_ids,
        "all",
    }
    for file in folder.iterdir():
        file.unlink()
    assert repeated(Store.open(tmp_path / "store"), requests[0].key).same


def test_the_command_line_takes_a_folder_and_refuses_a_wrong_one(folder, tmp_path, capsys):
    scenario = tmp_path / "short.yaml"
    scenario.write_text("extends: plan\nscale: 0.02\nend: 2021-12\n", encoding="utf-8")
    assert command_line(["run", str(scenario), "--plan", str(folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["provenance"]["plan"]["name"] == "centre_2030" and answer["year"] == 2021
    assert [(row["id"], row["target_2030"]) for row in answer["indicators"]][1] == ("foreign_bond_share", 0.08)
    assert answer["conditions"]["plans"] == [f"centre_2030 ({answer['provenance']['plan']['digest']})"]
    assert command_line(["run", str(scenario), "--plan", str(folder)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "2021 (last whole year; the scenario ends 2021-12) against the plan" in shown and "plan centre_2030" in shown
    file = folder / "levers.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("0.85, 0.9]", "0.9]"), encoding="utf-8")
    for command in ("run", "batch", "attribute", "effects", "forecast", "goals"):
        words = [] if command == "effects" else [str(scenario)]
        assert command_line([command, *words, "--plan", str(folder)]) == 2
        error = capsys.readouterr().err
        assert "levers.toml:4: lever.connect_capacity.path_plan" in error and "Traceback" not in error


def test_the_lists_show_what_the_plan_has(folder, capsys):
    def listed(*words):
        assert command_line([*words, "--plan", str(folder)]) == 0
        return capsys.readouterr().out

    answer = json.loads(listed("indicators", "--json"))
    assert [each["target_value"] for each in answer["indicators"]] == [3400.0, 0.08, 80.0, 0.6]
    assert "rmb_cross_border_share" not in {each["id"] for each in answer["secondary"]}
    assert "target 2030" in listed("indicators")
    assert "Window for yuan held abroad" in " ".join(listed("levers").split())
    detail = " ".join(listed("measures", "A2").split())
    assert "A second home for technology firms" in detail and "none: a plan of your own" in detail
    assert command_line(["levers", "--plan", str(folder.parent / "nowhere")]) == 2
    assert "is no folder of a plan" in capsys.readouterr().err
