"""A plan of the user's own in sweeps, searches, stresses, goals, forks and the review of later observations."""

import json
import shutil
from pathlib import Path

import pytest

import sim
from app.cli import command_line
from scenarios.errors import InputError
from scenarios.loader import load
from sim.experiments.designs import read_design
from sim.experiments.robust_search import read_search

HERE = Path(__file__).parent


@pytest.fixture
def base(folder, tmp_path):
    """A small scenario file under the plan."""
    (tmp_path / "base.yaml").write_text(
        "extends: plan\nscale: 0.02\nend: 2021-12\nplan: centre_2030\n", encoding="utf-8"
    )
    assert folder.parent == tmp_path
    return tmp_path / "base.yaml"


@pytest.mark.usefixtures("base")
def test_a_sweep_and_a_search_take_its_lever_and_its_indicators(tmp_path):
    spec = tmp_path / "sweep.yaml"
    text = "kind: factorial\nlevels: 2\nscenario: base.yaml\nfactors: {offshore_yuan_window: [0.0, 1.0]}\n"
    spec.write_text(text, encoding="utf-8")
    requests = read_design(spec).requests()
    assert {each.scenario.plan.name for each in requests} == {"centre_2030"}
    month = 24263  # 2021-12
    place = [each.id for each in requests[0].scenario.all_levers].index("offshore_yuan_window")
    assert {float(each.scenario.intensities(month, month)[0, place]) for each in requests} == {0.0, 1.0}
    spec.write_text(text.replace("offshore_yuan_window", "offshore_yuan_windw"), encoding="utf-8")
    with pytest.raises(InputError, match="did you mean 'offshore_yuan_window'"):
        read_design(spec)
    wanted = tmp_path / "search.yaml"
    wanted.write_text(
        "scenario: base.yaml\nlevers: {offshore_yuan_window: [0.0, 1.0]}\n"
        "highest: {rmb_cross_border_share: mean}\nlowest: {effort: mean}\n",
        encoding="utf-8",
    )
    assert read_search(wanted).choices[0].lever == "offshore_yuan_window"


@pytest.mark.usefixtures("base")
def test_a_sweep_of_a_city_starts_from_its_observations(folder, tmp_path):
    shutil.copy(HERE / "harbour" / "baseline.csv", folder)
    spec = tmp_path / "sweep.yaml"
    spec.write_text(
        "kind: factorial\nlevels: 2\nscenario: base.yaml\nfactors: {offshore_yuan_window: [0.0, 1.0]}\n",
        encoding="utf-8",
    )
    assert {each.base_year.observed("institutions") for each in read_design(spec).requests()} == {900.0}


@pytest.mark.slow
def test_stress_and_goals_take_a_scenario_under_it(base, capsys):
    assert command_line(["stress", str(base), "--json"]) == 0
    assert "centre_2030" in capsys.readouterr().out
    assert command_line(["goals", str(base), "--runs", "1", "--workers", "1", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["conditions"]["plans"][0].startswith("centre_2030")


def test_a_fork_keeps_the_plan_and_its_observations(folder, short):
    shutil.copy(HERE / "harbour" / "baseline.csv", folder)
    result = sim.run(short(), plan=folder)
    branch = result.fork("2021-03", {"offshore_yuan_window": 1.0})  # its effects come after half a year
    assert branch.scenario.plan == result.scenario.plan and branch.base_year == result.base_year
    assert branch.indicators.loc[:"2021-02"].equals(result.indicators.loc[:"2021-02"])
    assert not branch.indicators.loc["2021-07":].equals(result.indicators.loc["2021-07":])


def test_a_parameter_file_and_a_plan_hold_at_once(folder, tmp_path, short):
    own = tmp_path / "mine.csv"
    own.write_text("id,value,unit,status,source\npeer_bound,0.3,x,judgement,me\n", encoding="utf-8")
    name = "offshore_yuan_window.fx_conversion_friction"
    own.write_text(own.read_text("utf-8") + f"{name},-0.5,log per unit of intensity,judgement,me\n", encoding="utf-8")
    asked = short().with_plan(folder).with_parameters(own)
    assert asked.values().betas[tuple(name.split("."))] == -0.5 and asked.values().peer_bound == 0.3
    with pytest.raises(InputError, match="offshore_yuan_window"):
        load("plan").with_parameters(own)
