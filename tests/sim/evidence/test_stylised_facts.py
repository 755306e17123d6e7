"""Statistics of stylised facts on data whose answer is known, and the whole on a few small runs."""

import numpy as np
import pytest

import sim
from scenarios.errors import InputError
from sim.closing.indicators import PLAN_INDICATORS
from sim.evidence.probe import Opening, Probe
from sim.evidence.stylised_facts import (
    autocorrelation,
    correlation,
    dispersion,
    facts,
    herding,
    laplace_gain,
    ljung_box_p,
    seasonality,
    slope_t,
    stylised_facts,
    summary,
    tail_exponent,
    variance_ratio,
)
from sim.evidence.what_moves import PARTS, set_world


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_the_tail_of_a_pareto_law_is_found(rng):
    assert tail_exponent((1.0 - rng.random(20_000)) ** (-1.0 / 1.06)) == pytest.approx(1.06, abs=0.05)


def test_a_laplace_law_beats_a_normal_one_on_its_own_data_alone(rng):
    assert laplace_gain(rng.laplace(size=5_000)) > 0.05
    assert laplace_gain(rng.normal(size=5_000)) < -0.03


def test_autocorrelation_and_variance_ratio_of_known_series(rng):
    noise = rng.normal(size=20_000)
    path = np.zeros(20_000)
    for month in range(1, len(path)):
        path[month] = 0.5 * path[month - 1] + noise[month]
    assert autocorrelation(path) == pytest.approx(0.5, abs=0.02)
    assert variance_ratio(noise, 6) == pytest.approx(1.0, abs=0.1)
    assert variance_ratio(path, 6) > 2.0
    assert ljung_box_p(path[:60], 3) < 0.05 < ljung_box_p(noise[:60], 3)


def test_poisson_counts_are_not_dispersed_and_mixed_ones_are(rng):
    counts = rng.poisson(20.0, 5_000).astype(float)
    assert dispersion(counts) == pytest.approx(1.0, abs=0.06)
    assert dispersion(rng.poisson(rng.gamma(4.0, 5.0, 5_000)).astype(float)) > 2.0
    trend = np.linspace(10.0, 40.0, 5_000)
    assert dispersion(rng.poisson(trend).astype(float), trend) == pytest.approx(1.0, abs=0.06)


def test_independent_investors_do_not_herd_and_followers_do(rng):
    traded = np.full((200, 4), 60.0)
    alone = rng.binomial(60, 0.5, (200, 4)).astype(float)
    together = rng.binomial(60, rng.choice([0.3, 0.7], (200, 4))).astype(float)
    assert herding(np.stack([alone, traded], axis=1)) == pytest.approx(0.0, abs=0.01)
    assert herding(np.stack([together, traded], axis=1)) == pytest.approx(0.2 - 0.05, abs=0.02)
    assert np.isnan(herding(np.zeros((10, 2, 4))))


def test_a_season_is_found_where_there_is_one(rng):
    season = np.tile([1.0, 0.6, *np.ones(10)], 5)
    p_value, february = seasonality(season * np.exp(0.05 * rng.normal(size=60)))
    assert p_value < 1e-6 and february == pytest.approx(0.6, abs=0.05)
    assert seasonality(np.exp(0.05 * rng.normal(size=60)))[0] > 0.01


def test_a_slope_has_its_sign_and_what_does_not_move_has_no_correlation(rng):
    x = rng.normal(size=500)
    assert slope_t(x, -x + rng.normal(size=500)) < -10.0
    assert np.isnan(correlation(x, np.ones(500)))


def test_every_fact_has_a_band_a_basis_and_a_reason():
    assert len({fact.id for fact in facts()}) == len(facts()) == 25
    for fact in facts():
        assert fact.low < fact.high and fact.kind in ("emergent", "built in") and fact.basis and fact.why
    first = facts()[0]
    assert first.holds(1.0) and not first.holds(1.3) and not first.holds(float("nan"))


def test_a_fact_passes_when_the_median_run_lies_in_the_band():
    values = {fact.id: np.array([np.nan, *[1.0] * 6, *[5.0] * 3]) for fact in facts()}
    table = summary(values)
    assert (table["runs"] == 9).all() and table["p05"].notna().all()
    assert table.loc["size_tail_issuers", "passed"] and table.loc["size_tail_issuers", "inside"] == pytest.approx(2 / 3)
    assert not table.loc["foreign_flow_ac1", "passed"]


def test_facts_of_small_runs_and_bad_requests(short):
    table = sim.stylised_facts(short("plan", end="2022-12"), runs=2, workers=1)
    assert table["median"].notna().all()
    assert table[["p05", "p95", "passed"]].isna().all(axis=None)  # two runs say nothing of a range or a band
    assert table.loc["growth_kurtosis_issuers", "inside"] == 1.0
    with pytest.raises(InputError, match="did you mean 'peers'"):
        sim.stylised_facts("plan", runs=2, interactions_off=("peer",))


def test_the_parts_of_a_change_add_up_to_it(short):
    table = sim.what_moves(short("plan", end="2021-12"), runs=2, workers=1)
    assert list(table.index) == list(PLAN_INDICATORS)
    np.testing.assert_allclose(table[list(PARTS)].sum(axis=1), table["change"], rtol=1e-9, atol=1e-12)
    # Direct financing grows because needs do; nothing else of size moves it.
    assert abs(table.loc["direct_financing", "trends"]) > abs(table.loc["direct_financing", "macro"])


def test_volume_is_that_of_a_day_so_a_short_month_is_no_calm_one(centre):
    volumes = []
    for days in (1.0, 1.5):
        model = centre("plan", rng=3)
        usual = model.parameters.trading_days_by_month
        model.parameters = model.parameters.replace(trading_days_by_month=tuple(days * each for each in usual))
        opening = Opening.of(model)
        model.step()
        probe = Probe()
        probe.note(model, opening)
        volumes.append(probe.log_volume[0])
    assert volumes[0] == pytest.approx(volumes[1])


def test_a_world_that_stands_still_has_flat_drivers_and_no_growth_of_public_debt(centre):
    model = centre("frozen", rng=2)
    set_world(model, trends=False, macro=False)
    debt = model.book.outstanding_bn[0]
    yields = set()
    for _ in range(12):
        model.step()
        yields.add(model.macro.china_yield_pct[model.macro.position(model.month)])
    assert len(yields) == 1
    assert model.book.outstanding_bn[0] == pytest.approx(debt)
    assert model.largest_error < 1e-9


@pytest.mark.slow
def test_defaults_cluster_for_firms_have_frailty_in_common():
    def clustering(*off):
        return stylised_facts("plan", runs=8, scale=0.1, interactions_off=off, workers=2).loc["default_clusters"]

    clustered = clustering()
    assert clustered["passed"]
    assert clustering("default_frailty")["median"] < clustered["median"] - 0.5
