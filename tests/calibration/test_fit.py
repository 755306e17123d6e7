"""The fit on problems whose answer is known, and the kept runs of the past."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, qmc

from calibration.diagnostics import (
    correlations,
    explained,
    identification,
    influence,
    informative,
    moments_table,
    recovery,
    recovery_summary,
    values_at,
)
from calibration.earlier_years import level
from calibration.emulator import Emulator, negative_log_likelihood
from calibration.fit import Likelihood, effective, sampled, weights
from calibration.moments import Moment, moments, moments_of, observed_moments, tolerances
from calibration.past_runs import PastRequest, PastRun, PastRuns, parameters_at, searched
from scenarios.parameters import ParameterSet
from sim.base_year.base_year import YEAR_2020
from sim.experiments import requests as requests_module
from sim.experiments.store import Store

KNOWN = len(searched())
NOISE = 0.05


def toy_moments(points, rng):
    """Three moments: the first two parameters by themselves, bent, and the sum of the third and fourth."""
    exact = np.stack([points[:, 0], points[:, 1] ** 2, points[:, 2] + points[:, 3]], axis=1)
    return exact + NOISE * rng.standard_normal(exact.shape)


@pytest.fixture(scope="module")
def toy():
    points = qmc.Sobol(KNOWN, seed=1).random(128)
    return Emulator.fitted(points, toy_moments(points, np.random.default_rng(1)))


TOLERANCE = np.full(3, 0.05)
SHARES = np.full(3, 0.9)
TOLD = tuple(Moment(name, ("x",), "change", "2016", "2017", value, 0.05, "", "", "") for name, value in
             (("first", 0.3), ("square", 0.25), ("sum", 1.0)))  # fmt: skip


def test_the_emulator_finds_what_matters(toy):
    points = qmc.Sobol(KNOWN, seed=9).random(64)
    exact = np.stack([points[:, 0], points[:, 1] ** 2, points[:, 2] + points[:, 3]], axis=1)
    assert np.abs(toy.mean(points) - exact).max() < 0.15
    assert (toy.residuals().var(axis=0) < 0.2 * toy.values.var(axis=0)).all()
    assert toy.lengths[0, 0] < toy.lengths[0, 5]


def test_the_likelihood_of_an_emulator_is_that_of_a_normal_vector_and_its_gradient_that_of_differences():
    rng = np.random.default_rng(4)
    points, values = rng.random((30, 3)), rng.standard_normal(30)
    logs = np.log([0.8, 0.4, 1.5, 9.0, 0.2])
    value, gradient = negative_log_likelihood(logs, points, values)
    apart = (points[:, None, :] - points[None, :, :]) / np.exp(logs[1:4])
    covariance = 0.8 * np.exp(-0.5 * (apart**2).sum(axis=2)) + 0.2 * np.eye(30)
    assert value == pytest.approx(-multivariate_normal.logpdf(values, np.zeros(30), covariance))
    step = 1e-6
    for place in range(5):
        moved = [logs + sign * step * np.eye(5)[place] for sign in (1, -1)]
        up, down = (negative_log_likelihood(each, points, values)[0] for each in moved)
        assert gradient[place] == pytest.approx((up - down) / (2.0 * step), rel=1e-5, abs=1e-6)


def test_a_moment_of_which_the_emulator_explains_nothing_is_not_used(toy):
    rng = np.random.default_rng(1)
    values = np.column_stack([toy.values[:, 0], rng.standard_normal(128)])
    shares = explained(toy.points, values)
    assert shares[0] > 0.8 and shares[1] < 0.05
    assert informative(shares).tolist() == [True, False]
    assert informative(np.array([-0.2, 0.01])).tolist() == [True, True]  # too few runs for any
    told = moments_table(toy, toy.points, TOLD, TOLERANCE, np.array([0.9, 0.8, 0.0]), 128)
    assert told["used"].tolist() == [True, True, False] and told["explained"].tolist() == [0.9, 0.8, 0.0]
    table = influence(toy, Likelihood.of(toy, TOLERANCE), TOLD, np.array([True, True, False]))
    assert (table.loc["sum"] == 0.0).all() and table.loc["first"].abs().max() > 0.1


def test_residuals_are_those_of_an_emulator_that_has_not_seen_the_run(toy):
    left_out = np.array([17])
    expected = toy.without(left_out)
    standard_centre = np.median(toy.values, axis=0)
    # The closed form keeps the standardisation of all runs; one run of 128 moves it little.
    assert toy.residuals()[17] == pytest.approx(toy.values[17] - expected.mean(toy.points[left_out])[0], abs=0.02)
    assert standard_centre.shape == (3,)


@pytest.mark.slow
def test_the_posterior_finds_the_truth_and_leaves_the_rest_alone(toy):
    observed = np.array([0.3, 0.25, 1.0])
    drawn = sampled(toy, Likelihood.of(toy, TOLERANCE), observed)
    assert drawn.points[:, 0].mean() == pytest.approx(0.3, abs=0.06)
    assert drawn.points[:, 1].mean() == pytest.approx(0.5, abs=0.06)
    assert np.corrcoef(drawn.points[:, 2], drawn.points[:, 3])[0, 1] < -0.6
    table = identification(drawn.points).set_index("parameter")
    names = searched()
    assert table.loc[names[0], "verdict"] == "identified"
    assert table.loc[names[6], "verdict"] == "not identified"
    assert table.loc[names[6], "sd_ratio"] == pytest.approx(1.0, abs=0.12)
    assert correlations(drawn.points).loc[names[2], names[3]] < -0.6
    assert 0.2 < drawn.acceptance < 0.8
    moments_told = moments_table(toy, drawn.points, TOLD, TOLERANCE, SHARES, 128)
    assert moments_told["inside"].all()
    again = sampled(toy, Likelihood.of(toy, TOLERANCE), observed)
    assert np.array_equal(again.points, drawn.points)


@pytest.mark.slow
def test_an_observation_that_no_point_meets_is_told(toy):
    observed = np.array([0.3, 0.25, 3.5])
    drawn = sampled(toy, Likelihood.of(toy, TOLERANCE), observed)
    told = tuple(Moment(m.id, m.simulated, m.form, m.first, m.last, y, 0.05, "", "", "")
                 for m, y in zip(TOLD, observed, strict=True))  # fmt: skip
    table = moments_table(toy, drawn.points, told, TOLERANCE, SHARES, 128)
    assert list(table["inside"]) == [True, True, False]


@pytest.mark.slow
def test_known_parameters_come_back(toy):
    recovered = recovery(toy, TOLERANCE, 128)
    summary = recovery_summary(recovered).set_index("parameter")
    assert summary["coverage_90"].between(0.8, 1.0).all()
    assert (summary["uniform_p"] > 0.001).all()
    assert summary["width_ratio"].iloc[0] < 0.5 < summary["width_ratio"].iloc[6]
    assert recovered["points"].median() > 100.0


@pytest.mark.slow
def test_a_wrong_likelihood_is_caught_by_recovery(toy):
    """Tolerances told ten times too small make intervals too narrow: coverage falls."""
    right = recovery_summary(recovery(toy, TOLERANCE, 64)).set_index("parameter")["coverage_90"].iloc[0]
    narrow = Emulator(toy.points, toy.mean(toy.points), toy.lengths, toy.signal, toy.noise)
    rng = np.random.default_rng(0)
    grid = qmc.Sobol(KNOWN, seed=7).random(4096)
    likelihood = Likelihood(np.diag(np.full(3, 0.005**2)))
    expected, covered = toy.mean(grid), []
    for run in range(64):
        weight = weights(likelihood.log(expected, narrow.values[run] + 0.08 * rng.standard_normal(3)))
        order = np.argsort(grid[:, 0])
        low, high = grid[order, 0][np.searchsorted(np.cumsum(weight[order]), (0.05, 0.95)).clip(max=4095)]
        covered.append(low <= toy.points[run, 0] <= high)
    assert np.mean(covered) < 0.6 < right


def test_influence_names_the_moment_that_matters(toy):
    table = influence(toy, Likelihood.of(toy, TOLERANCE), TOLD)
    names = searched()
    assert table[names[0]].abs().idxmax() == "first"
    assert table[names[1]].abs().idxmax() == "square"


def test_weights_add_up_and_even_weights_all_count():
    assert weights(np.array([0.0, -1.0, -5.0])).sum() == pytest.approx(1.0)
    assert effective(np.full(50, 0.02)) == pytest.approx(50.0)


def test_growth_moments_are_those_of_the_levels():
    """What the moments say was observed is what the data say, where both hold the series."""
    levels = {
        "direct_financing": "direct_financing",
        "institutions": "institutions",
    }
    checked = 0
    for moment in moments():
        name = levels.get(moment.id.rsplit("_", 1)[0])
        if name is not None and moment.id[-4:].isdecimal():
            first, last = level(name, int(moment.first)), level(name, int(moment.last))
            wanted = last - first if moment.form == "change" else np.log(last / first)
            assert moment.observed == pytest.approx(wanted, abs=5e-4), moment.id
            checked += 1
    assert checked == 7
    assert len(observed_moments()) == len(tolerances()) == len(moments())


def run_of(seed=1):
    """A run in whose five years December holds 1 to 5, and the months before nothing."""
    index = pd.date_range("2016-01-31", periods=60, freq="ME", name="month")
    names = {name for moment in moments() for name in moment.simulated}
    table = pd.DataFrame(0.0, index=index, columns=sorted(names))
    table.loc[index.month == 12] = np.arange(1.0, 6.0)[:, None]
    table.loc["2019-06-30", "foreign_bond_holdings"] = 3.0
    table.loc["2016-05-31", "turnover_interbank_money"], table.loc["2017-05-31", "turnover_interbank_money"] = 2.0, 6.0
    months = ["2017-05-31", *(f"2017-{month}" for month in ("08-31", "09-30", "10-31", "11-30"))]
    table.loc[pd.DatetimeIndex(months), "turnover_interbank_money"] = 6.0
    months = ["2018-05-31", *(f"2018-{month}" for month in ("08-31", "09-30", "10-31", "11-30"))]
    table.loc[pd.DatetimeIndex(months), "turnover_interbank_money"] = [10.0, 11.0, 12.0, 13.0, 14.0]
    return PastRun(PastRequest((0.5,) * KNOWN, seed), table)


def test_moments_of_a_run_are_growth_and_changes():
    values = dict(zip([moment.id for moment in moments()], run_of().moments, strict=True))
    assert values["institutions_2018"] == 1.0
    assert values["foreign_holdings_2017"] == pytest.approx(np.log(2.0))
    assert values["foreign_holdings_2019_first_half"] == 0.0
    assert values["institution_level_2017"] == 2.0
    assert values["money_market_2017_may"] == pytest.approx(np.log(3.0))
    assert values["money_market_2018"] == pytest.approx(np.log(2.0))
    assert values["panda_issue_2019_2020"] == pytest.approx(np.log(4.5 / 2.5))
    assert moments_of.__doc__


def test_points_are_quantiles_of_the_priors():
    prior = ParameterSet.prior_2020().parameters
    middle = parameters_at((0.5,) * KNOWN, 1)
    for name in searched():
        assert middle[name] == pytest.approx(prior[name].quantile([0.5]))
    assert parameters_at((0.5,) * KNOWN, 2) != middle  # the others are drawn
    assert values_at(np.full((1, KNOWN), 0.5)).shape == (1, KNOWN)


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    """Runs of 2019-2020 in a store: a base year late enough to be quick, few issuers."""
    folder = tmp_path_factory.mktemp("past") / "runs"
    asked = [PastRequest((0.5,) * KNOWN, seed, base_year=2019, scale=0.05) for seed in (1, 2)]
    return folder, asked, PastRuns(folder).of(asked)


def test_runs_of_the_past_are_kept_in_the_experiment_store_under_the_months_meant(past):
    folder, asked, runs = past
    store = Store.open(folder)
    assert store.counts() == {"done": 2}
    months = store.query("select min(month) as first, max(month) as last from indicators").iloc[0]
    assert (f"{months['first']:%Y-%m}", f"{months['last']:%Y-%m}") == ("2019-01", "2020-12")
    assert [run.request for run in runs] == asked
    assert list(runs[0].annual.index) == [2019, 2020]
    assert set(store.runs["vintage"]) == {asked[0].run_request().base_year.digest}
    known = level("foreign_bond_holdings", 2019) / 1000.0
    assert runs[0].annual.loc[2019, "foreign_bond_holdings"] == pytest.approx(known, rel=3e-3)


def test_kept_runs_of_the_past_are_not_run_again_and_repeat_themselves(past, monkeypatch):
    folder, asked, runs = past
    key = asked[0].run_request().key
    repeated = Store.open(folder).request(key[:10])
    assert repeated.base_year == asked[0].run_request().base_year
    assert (repeated.execute().indicators.to_numpy() == runs[0].indicators.to_numpy()).all()
    monkeypatch.setattr(requests_module.RunRequest, "execute", None)
    again = PastRuns(folder).of(asked)
    assert all((one.indicators == other.indicators).all(axis=None) for one, other in zip(again, runs, strict=True))


def test_a_run_of_the_past_that_fails_is_left_out_told_and_not_tried_twice(past, monkeypatch):
    folder, asked, _ = past
    broken = PastRequest((0.4,) * KNOWN, 9, base_year=2019, scale=0.05)
    tried = []

    def fail(request):
        tried.append(request.seed)
        raise ArithmeticError("far out in the tails")

    monkeypatch.setattr(requests_module.RunRequest, "execute", fail)
    runs = PastRuns(folder)
    assert [run.request for run in runs.of([broken, *asked])] == asked
    assert runs.of([broken]) == []
    assert tried == [9] and "far out in the tails" in runs.failed[broken]


def test_a_past_with_other_dates_of_policy_or_other_data_is_another_run(past):
    _, asked, _ = past
    keys = {
        replace(asked[0], **change).run_request().key
        for change in (
            {},
            {"policy_shift": 6},
            {"conditional": False},
            {"base_year": 2018},
            {"scale": 0.1},
            {"seed": 5},
        )
    }
    assert len(keys) == 6
    same = asked[0].run_request()
    assert replace(same, base_year=YEAR_2020).key != same.key
    assert replace(same, base_year=YEAR_2020).shares_2020_with != same.shares_2020_with
