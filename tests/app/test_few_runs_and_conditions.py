"""Too few runs give no interval, verdict, weight or light, and everything that reports says what it rests on."""

import json

import numpy as np
import pandas as pd
import pytest

import sim
from app.cli import command_line
from app.commands.compare import compared
from app.reports.compare import Comparison
from app.terminal.answer import answer
from calibration.calibrate import Calibration
from calibration.diagnostics import identification, least_runs
from calibration.past_runs import searched
from calibration.scores import LEVELS, inside
from calibration.weighing import least_for_weight
from scenarios.calendar import month_ordinal
from scenarios.drivers import DRIVERS, Drivers
from scenarios.loader import load
from scenarios.plan import goals
from sim.closing.indicators import PLAN_INDICATORS
from sim.evidence.stylised_facts import facts, summary
from sim.experiments.attribution import OUTCOMES, Attribution
from sim.experiments.ensemble import Ensemble
from sim.experiments.goals import lights
from sim.experiments.least_runs import (
    LEAST_FOR_INTERVAL,
    LEAST_FOR_WEIGHT,
    error_of_share,
    quantiles_known,
    standard_error,
)
from sim.experiments.pairing import Pairing
from sim.experiments.run_conditions import conditions_of

FIRST = month_ordinal("2020-01")
FEW = LEAST_FOR_INTERVAL - 1


def ensemble_of(runs, macro="neutral", kind="simulation"):
    rng = np.random.default_rng(1)
    values = {name: rng.uniform(1.0, 9.0, (runs, 72, len(PLAN_INDICATORS))) for name in ("plan", "committed")}
    scenarios = {name: load(name).with_macro(macro) for name in values}
    pairings = {name: tuple(Pairing(run, "p", macro, 1.0, (), "", "m") for run in range(runs)) for name in values}
    return Ensemble(
        values, tuple(PLAN_INDICATORS), FIRST, tuple(range(runs)), scenarios, pairings, kinds=frozenset({kind})
    )


def shown(ensemble, capsys):
    told = compared(ensemble, "committed")
    answer(Comparison(told), json=False, quiet=False)
    return told, capsys.readouterr().out


@pytest.mark.parametrize("runs", [1, 2, FEW])
def test_a_comparison_of_few_runs_has_no_interval_and_no_error_and_says_so(runs, capsys):
    told, printed = shown(ensemble_of(runs), capsys)
    for row in told["effects"]:
        assert np.isnan([row["low"], row["high"], row["pairing"]]).all() and np.isfinite(row["median"])
    assert np.isnan([row["standard_error"] for row in told["targets"]]).all()
    assert f"too few runs ({runs}; from {LEAST_FOR_INTERVAL} on)" in printed
    assert any("too few runs" in line for line in told["warnings"])


def test_a_comparison_of_enough_runs_has_them_and_warns_of_nothing(capsys):
    told, printed = shown(ensemble_of(LEAST_FOR_INTERVAL), capsys)
    assert np.isfinite([[row["low"], row["high"]] for row in told["effects"]]).all()
    # "8 of 8" leaves room for a miss: its error is not zero.
    assert all(row["standard_error"] > 0.0 for row in told["targets"])
    assert told["warnings"] == [] and "too few" not in printed


def test_errors_and_quantiles_need_runs():
    assert np.isnan(error_of_share(3, FEW)) and np.isnan(standard_error(np.arange(float(FEW))))
    assert error_of_share(4, 16) == pytest.approx(np.sqrt(0.25 * 0.75 / 16))
    assert 0.0 < error_of_share(0, 400) < 0.01 and error_of_share(400, 400) == pytest.approx(error_of_share(0, 400))
    few, enough = (quantiles_known(np.arange(float(runs)), (0.05, 0.5, 0.95)) for runs in (FEW, LEAST_FOR_INTERVAL))
    assert np.isnan(few[0]) and np.isnan(few[2]) and few[1] == 3.0 and np.isfinite(enough).all()
    assert all(inside(np.arange(float(FEW)), 1.0, level) is None for level in LEVELS)
    assert inside(np.arange(20.0), 10.0, 0.5) is True


def test_goals_of_few_runs_have_no_light():
    for runs, said in ((0, {"no run"}), (FEW, {"too few runs"}), (LEAST_FOR_INTERVAL, {"green", "amber", "red"})):
        table = lights(lambda indicator, year, runs=runs: np.full(runs, 0.5), 2025, goals())  # noqa: ARG005
        assert set(table["light"]) - {"not modelled"} <= said
        assert set(table.loc[table["light"] != "not modelled", "runs"]) == {runs}


def test_facts_of_few_runs_do_not_pass_or_fail():
    few, enough = (summary({fact.id: np.ones(runs) for fact in facts()}) for runs in (FEW, LEAST_FOR_INTERVAL))
    assert few[["passed", "p05", "p95"]].isna().all(axis=None) and few["median"].notna().all()
    assert enough["passed"].notna().all()


def test_parts_of_few_seeds_have_no_standard_error():
    for runs in (2, LEAST_FOR_INTERVAL):
        parts = np.random.default_rng(1).normal(size=(2, runs, len(OUTCOMES)))
        table = Attribution(("a", "b"), parts, parts.sum(axis=0), parts).table
        assert table["standard_error"].isna().all() == (runs == 2)


def test_few_runs_have_no_weight(monkeypatch):
    from calibration import weighing

    rng = np.random.default_rng(1)
    assert least_for_weight(15) == 30 and least_for_weight(1) == LEAST_FOR_WEIGHT
    moments = len(weighing.moments())
    monkeypatch.setattr(weighing, "moment_matrix", lambda runs: rng.normal(size=(len(runs), moments)))

    class Store:
        def of(self, requests, *_):
            return list(requests)

    for runs in (1, 2, LEAST_FOR_WEIGHT - 1, LEAST_FOR_WEIGHT):
        table = weighing.weighed("group", {"one": [0] * runs, "other": [1] * runs}, [0, 1], Store(), 1)
        assert (table["runs"] == runs).all()
        if runs < LEAST_FOR_WEIGHT:
            assert table[["weight", "log_score"]].isna().all(axis=None)
        else:
            assert table["weight"].sum() == pytest.approx(1.0)


def test_a_fit_to_few_runs_identifies_nothing():
    points = np.full((50, len(searched())), 0.5) + 0.01 * np.random.default_rng(1).normal(size=(50, len(searched())))
    assert least_runs() > 32
    assert set(identification(points, 32)["verdict"]) == {"too few runs"}
    known = identification(points, least_runs())
    assert set(known["verdict"]) == {"identified"}
    fit = Calibration(points, identification(points, 32), *[pd.DataFrame()] * 5, (), {})
    assert fit.identified == ()


def test_a_replay_is_labelled_wherever_runs_are_compared(capsys):
    told, printed = shown(ensemble_of(9, "realised", "conditional replay"), capsys)
    assert told["conditions"]["kind"] == ["conditional replay"]
    assert "Conditional replay: driven by a world after 2020 that nobody could know then" in printed
    told, printed = shown(ensemble_of(9), capsys)
    assert told["conditions"]["kind"] == ["simulation"] and "replay" not in printed


def drivers_to(last, columns=DRIVERS):
    months = [f"{year}-{month:02d}" for year in range(2021, 2036) for month in range(1, 13)]
    row = dict.fromkeys(columns, 5.0)
    return Drivers.of_values({month: row for month in months if month <= last})


def test_drivers_of_a_file_that_end_early_are_no_replay_and_are_said_to_be_drawn():
    whole = conditions_of([load("plan").with_macro(drivers_to("2025-12"))])
    assert whole.kind == ("conditional replay",) and whole.drivers_drawn == ()
    part = conditions_of([load("plan").with_macro(drivers_to("2022-12"))])
    assert part.kind == ("drivers given in part",)
    assert "usdcny from 2023-01" in part.drivers_drawn
    assert any("usdcny from 2023-01" in line and "drawn" in line for line in part.lines)
    one = conditions_of([load("plan").with_macro(drivers_to("2025-12", ("vix",)))])
    assert "usdcny from 2021-01" in one.drivers_drawn and not any("vix" in each for each in one.drivers_drawn)


def test_what_a_run_says_of_its_drivers_is_what_the_conditions_say():
    small = type(load("plan"))(**{**load("plan").plain(), "scale": 0.05, "end": "2021-12"})
    scenario = small.with_macro(drivers_to("2021-06", ("vix", "us10y_pct")))
    provenance = sim.run(scenario, seed=1).provenance
    conditions = conditions_of([scenario])
    assert (provenance["kind"],) == conditions.kind == ("drivers given in part",)
    assert tuple(provenance["drivers_drawn"]) == conditions.drivers_drawn


def test_observations_carried_forward_are_named_with_the_month():
    scenario = load("plan")
    long = type(scenario)(**{**scenario.plain(), "end": "2030-12", "macro": "realised"})
    (line,) = [line for line in conditions_of([long]).lines if "carried forward" in line]
    assert "vix from 2026-01" in line
    whole = conditions_of([type(scenario)(**{**scenario.plain(), "macro": "realised"})])
    assert not any("vix" in each for each in whole.carried_forward)


def test_scale_interactions_and_versions_are_said():
    small = type(load("plan"))(**{**load("plan").plain(), "scale": 0.1})
    pairings = [Pairing(1, "p", "neutral", 0.1, ("peers",), "", model) for model in ("one", "other")]
    conditions = conditions_of([small], pairings=pairings)
    told = " ".join(conditions.lines)
    assert "Scale 0.1" in told and "Interactions off: peers" in told and "2 versions of the model" in told
    assert conditions.as_dict()["scale"] == [0.1] and conditions.as_dict()["notes"] == list(conditions.lines)


ROW = {"lever": "reits_pilot", "intensity": 1.0, "change": 0.5, "indicator": "turnover_total", "effect": 1.0,
       "low": float("nan"), "high": float("nan"), "expected": "+", "verdict": "too few runs",
       "through_agents": float("nan"), "runs": 2, "year": 2025}  # fmt: skip


@pytest.mark.parametrize("json_asked", [False, True])
def test_effects_and_attribution_say_scale_and_that_runs_are_few(monkeypatch, capsys, json_asked):
    monkeypatch.setattr("sim.experiments.effects.effects", lambda *_, **__: pd.DataFrame([ROW]))
    parts = np.ones((1, 2, len(OUTCOMES)))
    monkeypatch.setattr(
        "sim.experiments.attribution.attribute",
        lambda *_, **__: Attribution(("openness",), parts, parts.sum(axis=0), parts),
    )
    for command in (["effects", "reits_pilot"], ["attribute", "plan"]):
        assert command_line([*command, "--runs", "2", "--scale", "0.1", *(["--json"] if json_asked else [])]) == 0
        printed = capsys.readouterr().out
        if json_asked:
            told = json.loads(printed)
            assert told["conditions"]["scale"] == [0.1] and "too few runs (2;" in told["warnings"][0].lower()
        else:
            assert "Scale 0.1" in printed and "too few runs (2; from 8 on)" in printed.lower()
            assert "nan" not in printed.lower().replace("finan", "")


def test_facts_decisions_and_stress_say_what_they_rest_on(monkeypatch, capsys):
    monkeypatch.setattr(sim, "stylised_facts", lambda *_, **__: summary({fact.id: np.ones(2) for fact in facts()}))
    moved = {"change": 1.0, "decisions": 0.5, "trends": 0.4, "macro": 0.1, "decisions_error": np.nan}
    moved |= {"trends_error": np.nan, "macro_error": np.nan, "runs": 2, "year": 2025, "decisions_share": 0.5}
    table = pd.DataFrame([{"indicator": "turnover_total", **moved}]).set_index("indicator")
    monkeypatch.setattr(sim, "what_moves", lambda *_, **__: table)
    columns = ["largest_bank_assets_share", "worst_equity_loss_share", "mean_equity_loss_share"]
    columns += ["worst_failed_assets_share", "worst_rounds", "events_share", "loss_to_event_pct"]
    tested = pd.DataFrame([{"scenario": "plan", "month": "2025-12", **dict.fromkeys(columns, 0.5)}] * 2)
    monkeypatch.setattr("sim.evidence.stress.stress", lambda *_, **__: tested)
    for command in ("facts", "decisions", "stress"):
        assert command_line([command, "plan", "--runs", "2", "--scale", "0.1"]) == 0
        printed = capsys.readouterr().out
        assert "Scale 0.1" in printed and "Too few runs (2; from 8 on)" in printed
        assert "nan" not in printed.lower().replace("finan", "").replace("dominan", "").replace("rank", "")
        assert command_line([command, "plan", "--runs", "2", "--scale", "0.1", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["conditions"]["scale"] == [0.1] and told["warnings"] and told[command]
