"""A plan to 2035, the last year that targets can be of: run to its end, judged in it, compared and forecast."""

import json
import re

import numpy as np
import pytest

import sim
from app.cli import command_line
from scenarios.loader import load
from scenarios.whole_years import BASE_YEAR


@pytest.fixture
def to_2035(folder):
    """The plan with targets for 2035, whose paths stay where they were in 2030."""
    head, levers = folder / "plan.toml", folder / "levers.toml"
    head.write_text(head.read_text("utf-8").replace("target_year = 2030", "target_year = 2035"), "utf-8")
    longer = re.sub(r"(path_plan = \[.*, )([\d.]+)\]", r"\1\2, \2, \2, \2, \2, \2]", levers.read_text("utf-8"))
    levers.write_text(longer, "utf-8")
    return folder


def small(folder, name="plan"):
    return sim.Scenario(**{**load(name).plain(), "scale": 0.02}).with_plan(folder)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_to_2035_keeps_the_accounts_and_is_judged_in_its_year(to_2035):
    result = sim.run(small(to_2035), verify=True)
    assert result.scenario.end == "2035-12" and result.target_year == 2035
    assert str(result.indicators.index[-1])[:7] == "2035-12"
    assert result.largest_accounting_error < 1e-6
    months = result.indicators.loc["2021":, list(result.scenario.plan.indicator_ids)]
    assert len(months) == 180 and np.isfinite(months).all(axis=None) and (months > 0.0).all(axis=None)
    shares = months[["foreign_bond_share", "rmb_cross_border_share"]]
    assert (shares < 1.0).all(axis=None)
    assert list(result.targets()["target_2035"]) == [3400.0, 0.08, 80.0, 0.6]
    # Trends go on; nothing runs away or dies out in fifteen years.
    annual = result.annual()["turnover_total"]
    assert 0.3 < annual.loc[2035] / annual.loc[BASE_YEAR] < 10.0
    # The same years to 2025 as in a run that ends there: the horizon changes no draw.
    short = sim.run(sim.Scenario(**{**small(to_2035).as_given(), "end": "2025-12"}))
    assert result.indicators.loc[:"2025"].equals(short.indicators)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_plan_to_2035_is_compared_and_forecast(to_2035, tmp_path, capsys):
    pair = [small(to_2035, name) for name in ("plan", "committed")]
    ensemble = sim.ensemble(pair, runs=2, draws=0, workers=1)
    assert set(ensemble.difference("plan", "committed")["year"]) == {2035}
    scenario = tmp_path / "small.yaml"
    scenario.write_text("extends: plan\nscale: 0.02\nplan: centre_2030\n", encoding="utf-8")
    assert command_line(["forecast", str(scenario), "--runs", "2", "--workers", "1", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["quantiles"]
    assert {row["year"] for row in rows} == set(range(2021, 2036))
    assert {"rmb_cross_border_share", "turnover_total"} <= {row["indicator"] for row in rows}


def test_no_later_year_can_be_asked_for(to_2035):
    head = to_2035 / "plan.toml"
    head.write_text(head.read_text("utf-8").replace("target_year = 2035", "target_year = 2036"), "utf-8")
    with pytest.raises(sim.InputError, match="2036 is outside the range"):
        sim.load_plan(to_2035)
