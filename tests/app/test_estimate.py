"""`lujiazui estimate`: a table at once, JSON and files of all years, and one clear error for what is not covered."""

import json

import pandas as pd
import pytest

from app.reports.estimate import NO_ESTIMATE, Estimated
from scenarios import load, plan
from sim.experiments.step_responses import estimate, shipped_responses


def test_a_table_has_every_indicator_with_its_error_or_no_estimate(call):
    out = call("estimate", "plan", "--against", "committed").out
    for indicator in plan.indicators():
        assert indicator.id in out
    assert "Estimate without simulation: plan against committed, 2025" in out
    assert "interactions of levers are omitted" in out
    poor = (~shipped_responses().usable[:, -1]).sum()
    assert out.count(NO_ESTIMATE) == poor + 1  # and in the note below the table


def test_json_has_all_years_and_what_the_figures_rest_on(call):
    found = json.loads(call("estimate", "plan", "--set", "fintech_hub=0.9@2022-01", "--json").out)
    assert (found["scenario"], found["against"], found["year"]) == ("plan", "committed", 2025)
    assert found["settings"] == ["fintech_hub=0.9@2022-01"]
    assert found["measured"]["draws"] == shipped_responses().draws
    assert len(found["estimates"]) == 7 * 5
    asked = load("plan").with_levers({"fintech_hub": {"2022-01": 0.9}})
    own = estimate(asked, load("committed")).rows
    assert [each["estimate"] for each in found["estimates"]] == [each["estimate"] for each in own]


def test_the_table_is_written_as_a_file(call, tmp_path):
    out = tmp_path / "estimate.csv"
    call("estimate", "plan", "--out", str(out), "--quiet")
    table = pd.read_csv(out)
    assert list(table.columns[:2]) == ["indicator", "year"]
    assert len(table) == 7 * 5


def test_a_policy_against_itself_changes_nothing(call):
    lines = call("estimate", "committed", "--against", "committed", "--quiet").out.splitlines()
    assert {line.partition(" ")[2] for line in lines} <= {"0", NO_ESTIMATE}
    assert len(lines) == 7


@pytest.mark.parametrize(
    ("name", "key"),
    [("hard_landing", "shocks"), ("decoupling", "shocks"), ("us_rates_up", "shocks")],
)
def test_a_world_that_is_not_covered_is_refused_by_its_key(call, name, key):
    refused = call("estimate", name)
    assert refused.refused()
    assert f"{key}: an estimate without simulation does not cover" in refused.err
    assert len(refused.err.splitlines()) == 1


def test_a_file_with_another_macro_path_is_refused_by_its_key(call, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("extends: plan\nmacro: adverse\n")
    refused = call("estimate", str(path))
    assert refused.refused()
    assert "macro: an estimate without simulation does not cover the macro path adverse" in refused.err


def test_responses_of_another_model_are_said_to_be(monkeypatch):
    found = Estimated(load("plan"), load("committed"), estimate(load("plan"), load("committed")))
    monkeypatch.setattr("sim.experiments.step_responses.model_digest", lambda: "another")
    assert any("the model has changed since" in line for line in found.warnings)
    monkeypatch.setattr("sim.experiments.step_responses.model_digest", lambda: shipped_responses().model)
    assert found.warnings == []
