"""A random walk with a shrunk drift, against closed forms and integrals."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import dblquad

from calibration.history import known_series
from calibration.learned import rules_at, shrinkage_at
from calibration.pool import COMPONENTS, _simplex
from calibration.shrunk_drift import RULE, Shrinkage, growth_of_product, learned_shrinkage, posterior, shrunk_drift

PRIOR = Shrinkage(tightness=0.5, spread=0.2, degrees=4.0)
CHANGES, SPANS = np.array([0.3, 0.1, 0.5]), np.array([1.0, 1.0, 2.0])
PRODUCT = {year: 100.0 * 1.1 ** (year - 2010) for year in range(2010, 2021)}
GROWTH = np.log(1.1)


def test_the_evidence_is_the_integral_over_drift_and_spread():
    def density(drift, spread):
        variance = spread**2
        known = stats.norm.pdf(CHANGES, SPANS * drift, spread * np.sqrt(SPANS)).prod()
        of_drift = stats.norm.pdf(drift, GROWTH, PRIOR.tightness * spread)
        shape = PRIOR.degrees / 2.0
        of_spread = stats.invgamma.pdf(variance, shape, scale=shape * PRIOR.spread**2) * 2.0 * spread
        return known * of_drift * of_spread

    whole, _ = dblquad(density, 0.01, 2.0, lambda _: -2.0, lambda _: 2.0, epsabs=1e-5)
    assert posterior(CHANGES, SPANS, GROWTH, PRIOR).evidence == pytest.approx(np.log(whole), abs=1e-3)


def test_the_drift_lies_between_growth_of_product_and_that_of_the_series():
    mean = CHANGES.sum() / SPANS.sum()
    found = posterior(CHANGES, SPANS, GROWTH, PRIOR)
    assert found.mean == pytest.approx((4.0 * GROWTH + 4.0 * mean) / 8.0)  # the prior counts for 1 / 0.5^2 years
    tight = posterior(CHANGES, SPANS, GROWTH, Shrinkage(0.01, 0.2, 4.0))
    assert tight.mean == pytest.approx(GROWTH, abs=1e-3)
    nothing = posterior(np.array([]), np.array([]), GROWTH, PRIOR)
    assert (nothing.mean, nothing.variance, nothing.evidence) == pytest.approx((GROWTH, 0.04, 0.0))


def test_the_forecast_has_the_median_and_the_variance_of_the_predictive_distribution():
    past = {2015: 10.0, 2016: 13.0, 2018: 20.0}
    found = shrunk_drift(past, PRODUCT, 2018, 2020, PRIOR)
    own = posterior(np.log([1.3, 20.0 / 13.0]), np.array([1.0, 2.0]), GROWTH, PRIOR)
    rng = np.random.default_rng(1)
    variance = own.degrees * own.variance / rng.chisquare(own.degrees, 200_000)
    drift = own.mean + np.sqrt(variance / own.years) * rng.standard_normal(len(variance))
    ahead = np.log(20.0) + 2.0 * drift + np.sqrt(2.0 * variance) * rng.standard_normal(len(variance))
    assert np.log(found.median) == pytest.approx(np.median(ahead), abs=0.01)
    assert found.log_sd == pytest.approx(ahead.std(), rel=0.05)


def test_nothing_after_the_origin_enters():
    past = {2015: 10.0, 2016: 13.0, 2018: 20.0}
    later = past | {2019: 999.0, 2020: 999.0}
    boom = {year: value if year <= 2018 else 1e6 for year, value in PRODUCT.items()}
    assert shrunk_drift(later, boom, 2018, 2020, PRIOR) == shrunk_drift(past, PRODUCT, 2018, 2020, PRIOR)
    assert learned_shrinkage([later], boom, 2018) == learned_shrinkage([past], PRODUCT, 2018)
    assert growth_of_product(PRODUCT, 2018) == pytest.approx(GROWTH)
    assert growth_of_product({2018: 1.0}, 2018) is None and shrunk_drift({}, PRODUCT, 2018, 2020, PRIOR) is None


def test_the_prior_is_learned_from_all_series():
    rng = np.random.default_rng(2)
    years = range(2010, 2019)

    def walk(spread, apart):
        drift = GROWTH + apart * rng.standard_normal()
        return dict(zip(years, np.exp(np.cumsum(drift + spread * rng.standard_normal(len(years)))), strict=True))

    quiet = learned_shrinkage([walk(0.02, 0.0) for _ in range(12)], PRODUCT, 2018)
    wild = learned_shrinkage([walk(0.3, 0.5) for _ in range(12)], PRODUCT, 2018)
    assert (quiet.spread, wild.spread) == (0.02, 0.32)
    assert quiet.tightness < 0.5 < wild.tightness


def test_it_is_a_component_of_the_pool_for_amounts_of_money_alone():
    assert COMPONENTS[-1] == RULE
    rule = rules_at("panda_issuance", 2017, 2018)[RULE]  # two years: no naive rule has a distribution yet
    assert set(rules_at("panda_issuance", 2017, 2018)) == {RULE}
    assert rule.distributed and rule.median < 1.3 * known_series("panda_issuance")[2017]
    assert RULE not in rules_at("institution_count", 2018, 2020)
    assert shrinkage_at(2016) is not None


def test_weights_of_the_pool_are_all_on_the_simplex():
    for components in (1, 2, 3, 5):
        grid = _simplex(components)
        assert grid.shape[1] == components and (grid >= 0.0).all()
        assert grid.sum(axis=1) == pytest.approx(np.ones(len(grid)))
        assert len(np.unique(grid, axis=0)) == len(grid)
    assert len(_simplex(2)) == 21 and len(_simplex(5)) == 10626
