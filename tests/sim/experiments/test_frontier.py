"""The frontier of growth and resilience."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from app.cli import command_line
from scenarios.errors import InputError
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import thresholds
from sim.experiments.frontier import POLICIES, efficient, expected_shortfall, frontier, told, variants
from sim.experiments.pictures import lie_together
from sim.experiments.requests import ensemble_requests
from tests.sim.experiments.fabricated import fabricated


def test_the_shortfall_is_the_mean_of_the_worst():
    assert expected_shortfall(np.arange(1.0, 21.0), 0.1) == 19.5
    assert expected_shortfall(np.array([3.0, 1.0]), 0.1) == 3.0
    assert expected_shortfall(np.array([[1.0, 2.0], [5.0, 4.0]]), 0.1).tolist() == [2.0, 5.0]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_only_points_that_another_one_beats_are_off_the_frontier(seed, count):
    dice = np.random.default_rng(seed)
    growth, first, second = dice.integers(0, 4, (3, count)).astype(float)
    kept = efficient(growth, first, second)
    assert kept.any()
    for i in range(count):
        beaten = any(
            growth[j] >= growth[i]
            and first[j] <= first[i]
            and second[j] <= second[i]
            and (growth[j], first[j], second[j]) != (growth[i], first[i], second[i])
            for j in range(count)
        )
        assert kept[i] == (not beaten)


def test_variants_change_one_lever_of_the_base():
    plan = sim.Scenario(name="plan", policy="plan")
    made = variants(plan, ["reits_pilot"], 0.9)
    assert made["reits_pilot"].name == "plan + reits_pilot"
    assert set(made["reits_pilot"].levers) == {"reits_pilot"} and made["reits_pilot"].policy == "plan"
    with pytest.raises(InputError, match="did you mean 'reits_pilot'"):
        variants(plan, ["reits_pilo"], 1.0)


LINES = (*PLAN_INDICATORS, "systemic_risk", "redline_broken")


def ensemble_of(met, risk, broken):
    """Runs of 2020-2025 by scenario: targets met, highest index of risk and whether the redline is broken, by run."""
    outcomes = []
    for request in ensemble_requests(list(met), runs=len(next(iter(met.values())))):
        name, run = request.scenario.name, request.run
        made = fabricated(request, LINES, 72)
        made.values[:] = 0.0
        for place, target in enumerate(PLAN_INDICATORS[: met[name][run]]):
            made.values[:, place] = 2.0 * thresholds()[target]
        made.values[40, LINES.index("systemic_risk")] = risk[name][run]
        made.values[5, LINES.index("systemic_risk")] = 99.0  # of 2020, which does not count
        made.values[41, LINES.index("redline_broken")] = float(broken[name][run])
        outcomes.append(made)
    return sim.Ensemble.of_outcomes(outcomes)


def test_targets_risk_and_the_price_of_resilience():
    calm, wild = [0.5] * 9 + [1.0], [1.0] * 9 + [3.0]
    found = told(
        ensemble_of(
            {"plan": [4] * 10, "committed": [3] * 10, "frozen": [2] * 10},
            {"plan": wild, "committed": calm, "frozen": wild},
            {"plan": [1] + [0] * 9, "committed": [0] * 10, "frozen": [1] * 10},
        ),
        "plan",
        {"committed": "some_lever"},
    )
    table = found.table.set_index("scenario")
    assert table["targets"].tolist() == [4.0, 3.0, 2.0] and table["broken"].tolist() == [0.1, 0.0, 1.0]
    assert table["shortfall"].tolist() == [3.0, 1.0, 3.0]
    assert table.loc["committed", ["targets_change", "shortfall_change", "price"]].tolist() == [-1.0, -2.0, 0.5]
    assert table.loc["committed", "change_high"] < 0.0
    assert table["efficient"].tolist() == [True, True, False]
    assert np.isnan(table.loc["frozen", "price"])
    assert found.cheapest == "some_lever"


def test_at_least_eight_ready_policies_are_compared():
    assert len(POLICIES) >= 8 and len(set(POLICIES)) == len(POLICIES)


@pytest.mark.slow
def test_the_command_compares_policies_and_levers_and_draws_them(capsys, tmp_path):
    picture, table = tmp_path / "frontier.png", tmp_path / "frontier.csv"
    asked = ["frontier", "plan", "committed", "--lever", "macroprudential_framework", "--runs", "1", "--scale", "0.02"]
    assert command_line([*asked, "--workers", "1", "--json", "--plot", str(picture), "--out", str(table)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["scenario"] for row in answer["frontier"]] == ["plan", "committed", "plan + macroprudential_framework"]
    assert answer["cheapest_lever"] == "" and picture.stat().st_size > 10_000
    assert table.read_text(encoding="utf-8").count("\n") == 4
    assert command_line([*asked, "--workers", "1"]) == 0
    assert "Cheapest lever for resilience" in capsys.readouterr().out
    assert command_line(["frontier", "--lever", "macroprudental_framework"]) == 2
    assert "did you mean" in capsys.readouterr().err


def test_runs_of_the_base_alone_are_a_frontier_of_one(short):
    found = frontier([short("plan")], base=short("plan"), levers=(), runs=1, workers=1)
    assert found.table["efficient"].tolist() == [True] and found.cheapest == ""
    assert found.table["shortfall_change"].tolist() == [0.0]


def test_points_that_lie_together_share_a_label_and_no_others():
    chain = [[0.0, 0.0], [0.9, 0.0], [1.8, 0.0]]  # each near the next one
    groups = lie_together(np.array([*chain, [5.0, 5.0], [5.0, 6.5]]))
    assert sorted(sorted(group.tolist()) for group in groups) == [[0, 1, 2], [3], [4]]
    assert [group.tolist() for group in lie_together(np.zeros((1, 2)))] == [[0]]
