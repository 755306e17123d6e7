"""Ensembles: pairing, quantiles, differences, chances of targets, bad requests."""

from dataclasses import replace

import numpy as np
import pytest

import sim
from scenarios.errors import InputError
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import thresholds
from sim.experiments.intervals import interval
from sim.experiments.least_runs import LEAST_FOR_INTERVAL
from sim.experiments.requests import ensemble_requests


@pytest.fixture(scope="module")
def ensemble(outcomes):
    return sim.Ensemble.of_outcomes(outcomes)


def test_runs_of_a_pair_share_draws_and_parameters_and_another_run_has_its_own(short):
    asked = ensemble_requests([short("plan"), short("committed")], runs=4, draws=2, seed=5)
    by_run = {run: [request for request in asked if request.run == run] for run in range(4)}
    for pair in by_run.values():
        assert pair[0].seed == pair[1].seed and pair[0].parameters is pair[1].parameters
        assert pair[0].key != pair[1].key
    assert by_run[0][0].parameters is by_run[2][0].parameters is not by_run[1][0].parameters
    assert len({request.seed for request in asked}) == 4
    smaller = ensemble_requests([short("plan"), short("committed")], runs=2, draws=2, seed=5)
    assert {request.key for request in smaller} < {request.key for request in asked}


def test_every_run_draws_its_own_parameters_unless_told_otherwise(short):
    drawn = ensemble_requests([short("plan")], runs=3)
    assert len({request.parameters.hash for request in drawn}) == 3
    central = ensemble_requests([short("plan")], runs=3, draws=0)
    assert {request.draw for request in central} == {None}
    mine = central[0].parameters.replace(peer_bound=1.0)
    own = ensemble_requests([short("plan")], runs=2, parameters=mine)
    assert {request.parameters for request in own} == {mine}


def test_the_key_is_the_address_of_all_that_decides_a_run(requests, short):
    request = requests[0]
    others = [
        ensemble_requests([short("plan")], runs=1, draws=0, seed=2)[0],
        ensemble_requests([short("plan")], runs=1, draws=1)[0],
        ensemble_requests([short("plan", end="2022-06")], runs=1, draws=0)[0],
        ensemble_requests([short("plan")], runs=1, draws=0, interactions_off=("peers",))[0],
        ensemble_requests([short("plan")], runs=1, draws=0, levers={"reits_pilot": 0.9})[0],
    ]
    assert len({request.key, *(other.key for other in others)}) == 6
    assert ensemble_requests([short("plan")], runs=1, draws=0)[0].key == request.key


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"scenarios": []}, "no scenario is given"),
        ({"scenarios": ["plan", "plan"]}, "two scenarios have the name 'plan'"),
        ({"runs": 0}, "0 is not a number of runs"),
        ({"runs": 2.5}, "2.5 is not a number of runs"),
        ({"runs": 10**7}, "too many"),
        ({"draws": -1}, "-1 is not a number of draws"),
        ({"seed": -3}, "not a seed"),
        ({"parameters": "posterio"}, "unknown parameter set 'posterio'"),
        ({"interactions_off": ["peer"]}, "did you mean 'peers'"),
        ({"levers": {"reit_pilot": 0.5}}, "did you mean 'reits_pilot'"),
        ({"scenarios": ["plann"]}, "plan"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_runs(how, message):
    with pytest.raises(InputError, match=message):
        ensemble_requests(**{"scenarios": ["plan"], "runs": 2, **how})


def test_the_annual_table_is_that_of_single_runs(ensemble, requests):
    table = ensemble.annual(["turnover_total", "panda_cumulative"])
    single = requests[0].execute().annual()
    here = table[(table["scenario"] == "plan") & (table["run"] == 0)].pivot(
        index="year", columns="indicator", values="value"
    )
    np.testing.assert_allclose(here["turnover_total"], single["turnover_total"])
    assert (here["panda_cumulative"] == single["panda_cumulative"]).all()
    assert set(ensemble.annual()["indicator"]) == set(single.columns)


def test_quantiles_lie_in_order_and_among_the_runs(ensemble):
    table = ensemble.quantiles("foreign_bond_share", q=(0.05, 0.5, 0.95))
    assert list(table.columns) == [0.05, 0.5, 0.95]
    assert (table.diff(axis=1).iloc[:, 1:] >= 0.0).all().all()
    monthly = ensemble.quantiles("foreign_bond_share", monthly=True)
    assert len(monthly) == 2 * 24
    assert table.loc[("plan", 2021), 0.5] == np.median(ensemble.yearly("plan", "foreign_bond_share")[:, -1])


def test_the_difference_of_a_scenario_with_itself_is_nothing(outcomes):
    twin = sim.Ensemble.of_outcomes(outcomes)
    # Three runs and a made-up copy of each with a seed of its own: eight is the least that has an interval.
    runs = tuple(range(9))
    values = dict.fromkeys("ab", np.tile(twin.values["plan"], (3, 1, 1)))
    own = tuple(replace(each, seed=run) for run, each in enumerate(twin.pairings["plan"] * 3))
    same = sim.Ensemble(values, twin.columns, twin.first_month, runs, {}, dict.fromkeys("ab", own))
    table = same.difference("a", "b")
    assert (table[["median", "low", "high"]] == 0.0).all().all()
    assert list(table["indicator"]) == list(PLAN_INDICATORS)


def test_pairing_needs_fewer_runs_than_independent_seeds(ensemble):
    table = ensemble.difference("plan", "committed").set_index("indicator")
    assert table.loc["foreign_bond_share", "runs"] == 3
    here, there = ensemble.of_pairs("plan", "committed", "foreign_bond_share")
    assert here.var() + there.var() > 10.0 * (here - there).var()


def test_intervals_hold_the_median_and_repeat():
    gaps = np.random.default_rng(1).normal(2.0, 1.0, 60)
    low, high = interval(gaps)
    assert low < np.median(gaps) < high and (low, high) == interval(gaps)
    for few in range(LEAST_FOR_INTERVAL):
        assert np.isnan(interval(np.full(few, 3.0))).all()
    assert interval(np.full(LEAST_FOR_INTERVAL, 3.0)) == (3.0, 3.0)


@pytest.mark.parametrize("level", [95, 1.0, 0.0, -0.5, float("nan")])
def test_a_level_that_is_none_is_refused_with_its_range(level, ensemble):
    with pytest.raises(InputError, match=r"above 0, below 1, such as 0\.95"):
        interval(np.arange(20.0), level)
    with pytest.raises(InputError, match="above 0, below 1"):
        ensemble.difference("plan", "committed", level=level)
    if not 0.0 <= level <= 1.0:
        with pytest.raises(InputError, match=r"0\.\.1, such as 0\.95"):
            ensemble.quantiles("turnover_total", [level])


def test_chances_count_runs_at_or_above_the_threshold(ensemble):
    table = ensemble.probability_of_target().set_index(["scenario", "indicator"])
    for name in PLAN_INDICATORS:
        share = (ensemble.yearly("plan", name)[:, -1] >= thresholds()[name]).mean()
        assert table.loc[("plan", name), "probability"] == share
    assert table.loc[("plan", "all"), "probability"] <= table.loc["plan"]["probability"].min()
    # The share of the country is above its target at the start; 700 bn of Panda bonds are not reached in a year.
    assert table.loc[("plan", "direct_financing_share"), "expected_month"] >= "2021-01"
    assert table.loc[("plan", "panda_cumulative"), "expected_month"] == ""


def test_the_best_scenario_of_a_run_has_no_regret(ensemble):
    table = ensemble.regret()
    assert (table["mean"] >= 0.0).all()
    best = table[table["indicator"] == "panda_cumulative"]["mean"].min()
    assert best == 0.0


def test_unknown_names_are_refused_with_the_nearest(ensemble):
    with pytest.raises(InputError, match="did you mean 'turnover_total'"):
        ensemble.quantiles("turnover_totl")
    with pytest.raises(InputError, match="use: leading_fintech_count"):
        ensemble.quantiles("leading_fintech_absolute")
    with pytest.raises(InputError, match="did you mean 'committed'"):
        ensemble.difference("plan", "comitted")
    assert "3 runs each" in repr(ensemble) and "probability" in ensemble._repr_html_()


def test_runs_that_share_a_number_and_nothing_else_are_no_pairs(outcomes):
    plan = [each for each in outcomes if each.request.scenario.name == "plan"]
    committed = [each for each in outcomes if each.request.scenario.name == "committed"]
    other_seeds = [replace(each, request=replace(each.request, seed=each.request.seed + 7)) for each in committed]
    apart = sim.Ensemble.of_outcomes([*plan, *other_seeds])
    with pytest.raises(InputError, match="no run of 'plan' is a pair with one of 'committed': they differ in seed"):
        apart.difference("plan", "committed")
    one_pair = sim.Ensemble.of_outcomes([*plan, committed[0], *other_seeds[1:]])
    assert (one_pair.difference("plan", "committed")["runs"] == 1).all()
