import numpy as np
import pytest

from agents.fintech_subsidiaries import (
    FOUNDING_TERMS,
    founding_probability,
    founding_terms,
    smallest_parent_bn,
    subsidiary_log_size,
)


def test_the_smallest_parent_is_so_many_times_the_mean():
    assert smallest_parent_bn(np.array([1.0, 2.0, 9.0]), 10.0) == 40.0


def test_profits_technology_and_the_city_raise_the_rate_by_their_terms():
    terms = founding_terms(np.array([0.0, 1.0]), np.array([False, True]), 0.25, 0.4, 0.024, 0.2, 0.5)
    expected = {"profitability": 0.2, "technology": 0.375, "attraction of the city": 0.4}
    assert dict(zip(FOUNDING_TERMS, terms[:, 1], strict=True)) == pytest.approx(
        {"usual rate": np.log(0.002), **expected}
    )
    np.testing.assert_allclose(terms[1:, 0], [0.0, -0.125, 0.4])
    assert (np.diff(founding_probability(terms)) > 0.0).all()


def test_at_the_usual_rate_an_institution_founds_one_in_the_months_of_that_rate():
    usual = founding_terms(np.zeros(1), np.zeros(1, dtype=bool), 0.0, 0.0, 0.24, 0.2, 0.5)
    assert founding_probability(usual) == pytest.approx(-np.expm1(-0.02))


def test_a_larger_parent_founds_a_larger_firm():
    sizes = subsidiary_log_size(np.array([100.0, 400.0]), 100.0, np.array([0.0, 0.1]), 3.0, 0.5)
    np.testing.assert_allclose(sizes, [3.0, 3.0 + np.log(2.0) + 0.1])
