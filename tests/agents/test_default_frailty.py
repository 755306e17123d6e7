"""Frailty: its law in the long run, and the expected default rate, which it leaves as it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.default_frailty import log_multiplier, next_frailty, next_variance

volatilities, reversions = st.floats(0.01, 0.3), st.floats(0.002, 0.2)


def paths(months, volatility, reversion, count=40_000):
    """Log multipliers of many paths after so many months, and the variance that the rule states."""
    frailty, variance = np.zeros(count), 0.0
    for normal in np.random.default_rng(1).standard_normal((months, count)):
        # The rule is linear in the number drawn, so that it serves an array of paths.
        step = next_frailty(0.0, volatility, reversion, 1.0)
        frailty = frailty * next_frailty(1.0, volatility, reversion, 0.0) + step * normal
        variance = next_variance(variance, volatility, reversion)
    return frailty, variance


def test_half_of_it_is_over_after_three_years_and_the_deviation_of_the_long_run_is_that_published():
    frailty, variance = 1.0, 0.0
    for _ in range(36):
        frailty = next_frailty(frailty, 0.125, 0.018, 0.0)
    assert frailty == pytest.approx(0.52, abs=0.01)
    for _ in range(1000):
        variance = next_variance(variance, 0.125, 0.018)
    assert np.sqrt(variance) == pytest.approx(0.125 / np.sqrt(2.0 * 0.018)) == pytest.approx(0.66, abs=0.01)


@pytest.mark.parametrize("months", [1, 12, 60])
def test_the_expected_multiplier_is_one_at_every_horizon(months):
    frailty, variance = paths(months, 0.125, 0.018)
    assert frailty.var() == pytest.approx(variance, rel=0.03)
    multiplier = np.exp(log_multiplier(frailty, variance))
    assert multiplier.mean() == pytest.approx(1.0, abs=4.0 * multiplier.std() / np.sqrt(len(multiplier)))


@given(volatilities, reversions, st.floats(-3.0, 3.0), st.floats(0.0, 3.0))
def test_two_half_steps_make_the_law_of_a_whole_one(volatility, reversion, frailty, variance):
    half = volatility, reversion
    twice = next_variance(next_variance(variance, *half), *half)
    at_once = next_variance(variance, volatility * np.sqrt(2.0), 2.0 * reversion)
    assert twice == pytest.approx(at_once, rel=1e-9)
    expected = next_frailty(next_frailty(frailty, *half, 0.0), *half, 0.0)
    assert expected == pytest.approx(next_frailty(frailty, volatility, 2.0 * reversion, 0.0), rel=1e-9)


def test_without_volatility_nothing_stirs():
    assert next_frailty(0.0, 0.0, 0.018, 2.0) == next_variance(0.0, 0.0, 0.018) == log_multiplier(0.0, 0.0) == 0.0
