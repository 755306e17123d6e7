"""A name belongs to one content: what is printed takes the name of its file, what was set stands beside the name."""

import numpy as np
import pytest

from app.cli import command_line
from app.commands.compare import compared
from app.reports.compare import Comparison
from app.terminal.answer import answer
from app.terminal.asked import committed_beside, scenario_asked
from scenarios import Scenario, load
from scenarios.calendar import month_ordinal
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble
from sim.experiments.requests import ensemble_requests
from sim.experiments.stored_design import content_of, head_of


def printed(capsys, *arguments):
    assert command_line(arguments) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", ["plan", "us_rates_up"])
def test_a_scenario_that_is_printed_into_a_file_is_called_like_the_file(capsys, tmp_path, name):
    file = tmp_path / "own.yaml"
    file.write_text(printed(capsys, "scenarios", name))
    assert load(file).name == "own"
    assert load(file).content_hash() == load(name).content_hash()
    (tmp_path / "named.yaml").write_text("name: mine\nextends: plan\n")
    (tmp_path / "copy.yaml").write_text(printed(capsys, "scenarios", str(tmp_path / "named.yaml")))
    assert (load(tmp_path / "named.yaml").name, load(tmp_path / "copy.yaml").name) == ("mine", "copy")


def test_what_was_set_is_told_beside_the_name_and_changes_no_hash():
    asked = scenario_asked(
        "plan",
        ["reits_pilot=0.9@2023-01"],
        ["us_yield=1@2022-01"],
        macro="adverse",
        scale="0.1",
        parameters="prior_2020",
    )
    assert asked.name == "plan"
    assert asked.label == (
        "plan with reits_pilot=0.9@2023-01, macro adverse, parameters prior_2020, scale 0.1, shock us_yield=1@2022-01"
    )
    assert asked.content_hash() == asked.model_copy(update={"settings": ()}).content_hash()
    assert Scenario(**asked.plain()) == asked == Scenario(**content_of(asked), **head_of(asked))
    assert committed_beside(asked).label == "committed"
    assert scenario_asked("plan", [], [], macro=None, scale=None) == load("plan")
    in_python = ensemble_requests(["plan"], runs=1, draws=0, levers={"reits_pilot": {"2023-01": 0.9}}, scale=0.1)[0]
    assert in_python.scenario.label == "plan with scale 0.1, reits_pilot={'2023-01': 0.9}"
    struck = load("plan").with_changes(macro="adverse", shocks=[{"name": "us_yield"}])
    assert struck.label == "plan with macro adverse, shock us_yield"


def test_a_child_of_a_file_does_not_inherit_what_was_set(tmp_path):
    (tmp_path / "parent.yaml").write_text("settings: [reits_pilot=0.9]\nlevers: {reits_pilot: 0.9}\n")
    (tmp_path / "child.yaml").write_text("extends: parent.yaml\n")
    assert load(tmp_path / "parent.yaml").label == "parent with reits_pilot=0.9"
    assert load(tmp_path / "child.yaml").label == "child"


def test_a_comparison_tells_what_was_set_in_each_scenario(capsys):
    asked = [scenario_asked("plan", ["reits_pilot=0.9"], [], macro=None, scale=None), load("committed")]
    pairings = {
        each.name: [request.pairing for request in ensemble_requests([each], runs=9, draws=0)] for each in asked
    }
    generator = np.random.default_rng(1)
    months = 12 * 6
    values = {each.name: generator.random((9, months, len(PLAN_INDICATORS))) for each in asked}
    scenarios = {each.name: each for each in asked}
    found = Ensemble(values, tuple(PLAN_INDICATORS), month_ordinal("2020-01"), tuple(range(9)), scenarios, pairings)
    told = compared(found, "committed")
    assert told["settings"] == {"plan": ["reits_pilot=0.9"]}
    answer(Comparison(told), json=False, quiet=False)
    assert "Scenario plan with reits_pilot=0.9." in capsys.readouterr().out


def test_check_opens_the_files_that_a_scenario_names(capsys, tmp_path, monkeypatch):
    (tmp_path / "files").mkdir()
    file, drivers = tmp_path / "files" / "mine.yaml", tmp_path / "files" / "drivers.csv"
    file.write_text("policy: plan\nmacro: drivers.csv\n")
    drivers.write_text("month,usdcny,us10y_pct,vix,csi300_close,cn10y_pct\n2021-01,6.5,1.1,25,5350,3.2\n")
    monkeypatch.chdir(tmp_path)
    assert load(file).content_hash() in printed(capsys, "check", "files/mine.yaml")
    drivers.write_text(drivers.read_text() + "2021-02,x,1.1,25,5350,3.2\n2021-13,6.5,1.1,25,5350,3.2\n")
    assert command_line(["check", "files/mine.yaml"]) == 2
    assert [line.partition(": ")[2].partition(": ")[0] for line in capsys.readouterr().err.splitlines()] == [
        "files/drivers.csv:3",
        "files/drivers.csv:4",
    ]
    drivers.unlink()
    assert command_line(["run", "files/mine.yaml"]) == 2
    assert "files/mine.yaml:2: macro: 'drivers.csv': no such file" in capsys.readouterr().err
