"""The redline over runs: what policy does to its signals, and how results and ensembles tell it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sim
from agents.redline import Signal
from sim.closing.indicators import REDLINE_INDICATORS
from sim.component import Month
from sim.experiments.requests import ensemble_requests
from sim.month import MONTH, simulate_month
from sim.redline.state import SystemicRisk
from tests.sim.experiments.fabricated import fabricated

LINES = tuple(REDLINE_INDICATORS.values())


def at_start(policy, central, **levers):
    scenario = sim.Scenario(name="risk", policy=policy, levers=levers, scale=0.05, end="2022-12")
    return sim.FinancialCenter(scenario, rng=2, parameters=central)


def centre(policy, central, **levers):
    made = at_start(policy, central, **levers)
    made.run_to_end()
    return made


@pytest.fixture(scope="module")
def frozen(central):
    return centre("frozen", central)


def test_a_tighter_macroprudential_framework_lowers_the_signals_of_capital_and_contagion(frozen, central):
    tight = centre("frozen", central, macroprudential_framework=1.0)
    before, after = (each.state(SystemicRisk).deviations for each in (frozen, tight))
    for signal in (Signal.CAPITAL_SHORTFALL, Signal.DEBTRANK, Signal.CONCENTRATION):
        assert after[signal] < before[signal] - 0.1, signal.name
    assert tight.records[-1]["systemic_risk"] < frozen.records[-1]["systemic_risk"] - 0.2


def test_signals_are_recorded_from_the_first_month_and_judged_after_the_base_year(frozen):
    table = frozen.indicators
    assert (table[["capital_shortfall", "debtrank", "liquidity_coverage"]] > 0.0).all(axis=None)
    assert not table.loc[:"2020-12", ["systemic_risk", *LINES]].any(axis=None)
    assert table.loc["2021-01":, "systemic_risk"].all()


def test_the_margin_spiral_is_measured_and_moves_nothing_else_of_a_run(frozen, central):
    """The same run by a month without the step records the same numbers to the bit."""
    without = at_start("frozen", central)
    month = Month(step for step in MONTH if step.name != "margin_spiral_is_measured")
    while without.month < without.last_month:
        simulate_month(without.states, month=month)
    assert len(month) == len(MONTH) - 1
    usual, other = frozen.indicators, without.indicators
    falls = usual.loc["2021-01":, "margin_spiral"]
    assert (falls >= 0.0).all() and falls.mean() > 0.0 and falls.max() < 100.0
    measured = other.pop("margin_spiral").loc["2021-01":]
    assert measured.nunique() == 1
    pd.testing.assert_frame_equal(usual.drop(columns="margin_spiral"), other, check_exact=True)


@pytest.fixture(scope="module")
def result(short):
    return sim.run(short("committed"), seed=1)


def with_months(result, warned, crossed):
    """The result with a warning and a broken redline in some months."""
    table = result.indicators.copy()
    for name, months in zip(LINES, (warned, crossed), strict=True):
        table[name] = [float(f"{month:%Y-%m}" in months) for month in table.index]
    return replace(result, indicators=table)


def test_a_result_tells_months_and_the_first_one(result):
    told = with_months(result, ["2021-03", "2021-04", "2021-07"], ["2021-04"]).redline()
    assert told.loc["early warning"].tolist() == ["redline_warning", 3, "2021-03"]
    assert told.loc["redline"].tolist() == ["redline_broken", 1, "2021-04"]
    assert with_months(result, [], []).redline()["first_month"].tolist() == ["", ""]
    assert with_months(result, [], ["2021-04"]).annual().loc[2021, "redline_broken"] == 1.0


def ensemble_of(broken):
    """An ensemble of 2020-2022 whose runs break the redline in the years given, with a warning in each year."""
    outcomes = []
    for request, years in zip(ensemble_requests(["plan"], runs=len(broken)), broken, strict=True):
        made = fabricated(request, LINES, 36)
        months = np.arange(36) // 12 + 2020
        made.values[:, 0] = months > 2020
        made.values[:, 1] = np.isin(months, years) & (np.arange(36) % 12 == 5)
        outcomes.append(made)
    return sim.Ensemble.of_outcomes(outcomes)


def test_an_ensemble_gives_the_probability_by_year_and_since_2021():
    told = ensemble_of([[2021], [2021, 2022], [2022], [], [], [], [], []]).redline()
    assert told["scenario"].unique().tolist() == ["plan"] and told["runs"].unique().tolist() == [8]
    lines = told.set_index(["line", "year"])
    assert lines.loc[("redline", 2021), ["in_year", "by_year"]].tolist() == [0.25, 0.25]
    assert lines.loc[("redline", 2022), ["in_year", "by_year"]].tolist() == [0.25, 0.375]
    assert lines.loc[("redline", 2022), "standard_error"] == pytest.approx(np.sqrt(0.375 * 0.625 / 8))
    assert lines.loc[("early warning", 2021), "by_year"] == 1.0
    assert 2020 not in told["year"].to_list()


def test_runs_that_did_not_record_the_redline_have_no_rows():
    made = [fabricated(each, ("turnover_total",), 36) for each in ensemble_requests(["plan"], runs=2)]
    assert sim.Ensemble.of_outcomes(made).redline().empty


@pytest.mark.slow
def test_a_joint_shock_breaks_the_redline_for_longer_than_all_its_parts_together():
    scenario = sim.Scenario(name="joint", policy="committed", scale=0.1, end="2023-06")
    year, half = ({"from": "2022-01", "to": f"2022-{end}"} for end in ("12", "06"))
    joint = [
        {"name": "equity", **half, "size": -0.5},
        {"name": "world_volatility", **half, "size": 1.0},
        {"name": "default_rate", **year, "size": 8.0},
        {"name": "china_yield", **year, "size": 2.0},
        {"name": "small_bank_failure", "month": "2022-03", "size": 0.5},
    ]

    def months(shocks):
        return sim.run(scenario.with_shocks(shocks), seed=2).redline().loc["redline", "months"]

    assert months(joint) > sum(months([single]) for single in joint)
