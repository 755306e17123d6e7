"""The redline as a rule of signals, thresholds and months."""

import numpy as np
import pytest

from agents.redline import Level, Signal, broken, deviations, months_over, systemic_risk_index

USUAL = np.array([0.2, 0.8, 0.1, 0.15, 1.01, 1.4])
SPREAD = np.array([0.1, 0.05, 0.2, 0.2, 0.01, 0.04])
THRESHOLDS, SIGNALS, MONTHS = np.array([1.0, 2.0]), np.array([2.0, 3.0]), np.array([2.0, 3.0])


def history(*months):
    """Whether lines are broken, month by month, where each month has so many signals at 1.5 and so many at 3."""
    over, found = np.zeros(2, dtype=np.int64), []
    for some, many in months:
        deviation = np.array([3.0] * many + [1.5] * some + [0.0] * (len(Signal) - many - some))
        over = months_over(over, deviation, THRESHOLDS, SIGNALS)
        found.append(broken(over, MONTHS).tolist())
    return found


def test_signals_as_usual_do_not_deviate_and_a_spread_upwards_is_one():
    assert deviations(USUAL, USUAL, SPREAD) == pytest.approx(np.zeros(6))
    worse = USUAL * np.exp(SPREAD)
    worse[Signal.LIQUIDITY_COVERAGE] = USUAL[Signal.LIQUIDITY_COVERAGE] * np.exp(-SPREAD[Signal.LIQUIDITY_COVERAGE])
    assert deviations(worse, USUAL, SPREAD) == pytest.approx(np.ones(6))
    assert systemic_risk_index(deviations(worse, USUAL, SPREAD), 4.0) == pytest.approx(1.0)


def test_no_signal_counts_for_more_than_the_bound():
    assert systemic_risk_index(np.array([30.0, 0.0, 0.0, 0.0, 0.0, 0.0]), 4.0) == pytest.approx(4.0 / 6.0)
    assert systemic_risk_index(np.full(6, -9.0), 4.0) == -4.0


def test_a_signal_of_zero_has_a_deviation():
    assert np.isfinite(deviations(np.zeros(6), USUAL, SPREAD)).all()


def test_an_early_warning_takes_two_signals_for_two_months_and_the_redline_three_for_three():
    assert history((2, 0), (2, 0), (2, 0)) == [[False, False], [True, False], [True, False]]
    assert history((0, 3), (0, 3), (0, 3)) == [[False, False], [True, False], [True, True]]


def test_too_few_signals_never_break_a_line_and_a_calm_month_starts_the_count_again():
    assert not np.any(history(*[(1, 0)] * 6)) and not np.any(np.array(history(*[(1, 2)] * 6))[:, Level.CRISIS])
    assert np.array(history((0, 3), (0, 3), (0, 0), (0, 3), (0, 3)))[:, Level.CRISIS].tolist() == [False] * 5
    assert history((0, 3), (0, 3), (0, 3), (0, 0))[-1] == [False, False]


def test_the_rule_does_not_depend_on_which_signals_they_are():
    deviation = np.array([3.0, 0.0, 3.0, 0.0, 3.0, 0.0])
    zero = np.zeros(2, dtype=np.int64)
    for order in (np.arange(6), np.array([5, 4, 3, 2, 1, 0]), np.array([2, 0, 4, 1, 5, 3])):
        assert months_over(zero, deviation[order], THRESHOLDS, SIGNALS).tolist() == [1, 1]


def test_higher_signals_never_shorten_the_count():
    rng = np.random.default_rng(2)
    for _ in range(50):
        low = rng.normal(1.0, 1.0, 6)
        high = low + rng.uniform(0.0, 1.0, 6)
        before = np.array([1, 2])
        assert (months_over(before, high, THRESHOLDS, SIGNALS) >= months_over(before, low, THRESHOLDS, SIGNALS)).all()
