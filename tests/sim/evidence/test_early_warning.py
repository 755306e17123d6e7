"""Hits and false alarms: published and closed-form curves, the months before an event, and runs that are watched."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.redline import broken, months_over, warning_level
from app.cli import command_line
from sim.evidence.early_warning import Warned, early_warning, judged, months_before
from sim.evidence.roc import rates_at, roc


def test_the_example_of_hanley_and_mcneil():
    """Table I there: 109 images rated from 1 to 5; area 0.893."""
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    score = np.repeat(np.tile(np.arange(1.0, 6.0), 2), normal + abnormal)
    event = np.repeat([False, True], [sum(normal), sum(abnormal)])
    found = roc(score, event)
    assert found.area == pytest.approx(0.893, abs=5e-4)
    assert found.hits.tolist() == pytest.approx(np.cumsum([0, 33, 11, 2, 2, 3]) / 51)
    assert found.false_alarms.tolist() == pytest.approx(np.cumsum([0, 2, 11, 6, 6, 33]) / 58)
    assert rates_at(score, event, 4.0) == (pytest.approx(44 / 51), pytest.approx(13 / 58))


def test_two_normal_distributions_have_the_closed_form():
    """Area = distribution function of the distance over the root of two."""
    from scipy.stats import norm

    grid = norm.ppf((np.arange(1000) + 0.5) / 1000)
    found = roc(np.concatenate([grid, grid + 1.2]), np.repeat([False, True], 1000))
    assert found.area == pytest.approx(norm.cdf(1.2 / np.sqrt(2.0)), abs=1e-3)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.integers(2, 40))
def test_the_curve_rises_to_one_and_its_area_is_that_of_ranks(seed, count):
    dice = np.random.default_rng(seed)
    score, event = dice.integers(0, 6, count).astype(float), dice.random(count) < 0.5
    event[:2] = [True, False]
    found = roc(score, event)
    for rate in (found.hits, found.false_alarms):
        assert rate[0] == 0.0 and rate[-1] == pytest.approx(1.0) and (np.diff(rate) >= 0.0).all()
    gaps = score[event][:, None] - score[~event][None, :]
    assert found.area == pytest.approx(((gaps > 0) + 0.5 * (gaps == 0)).mean())
    assert roc(-score, event).area == pytest.approx(1.0 - found.area)


def test_without_events_nothing_is_known():
    found = roc(np.array([1.0, 2.0]), np.array([False, False]))
    assert np.isnan(found.area) and np.isnan(found.hits[1:]).all() and found.false_alarms[-1] == 1.0
    assert np.isnan(rates_at(np.array([1.0]), np.array([False]), 0.5)[0])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 4), st.floats(-1.0, 2.0))
def test_a_line_holds_exactly_where_the_level_exceeds_its_threshold(seed, signals, months, threshold):
    deviation = np.random.default_rng(seed).normal(0.5, 1.0, (30, 6))
    level = warning_level(deviation, signals, months)
    held, over = [], np.zeros(2, dtype=np.int64)
    for month in deviation:
        over = months_over(over, month, np.full(2, threshold), np.full(2, signals))
        held.append(broken(over, np.full(2, months))[0])
    assert (level > threshold).tolist() == held


def test_months_before_a_broken_redline():
    broken_in = np.zeros(12, dtype=bool)
    broken_in[[5, 6]] = True
    known, before = months_before(broken_in, 3)
    assert np.flatnonzero(before).tolist() == [2, 3, 4]
    # Months 9 to 11 end before three months have passed.
    assert np.flatnonzero(~known).tolist() == [5, 6, 9, 10, 11]
    assert not months_before(np.zeros(12, dtype=bool), 3)[1].any()


def run_with(level, at):
    crossed = np.zeros(len(level), dtype=bool)
    if at is not None:
        crossed[at] = True
    return Warned(np.array(level, dtype=float), crossed)


def test_warnings_that_come_before_every_break_and_at_no_other_time_are_perfect():
    rising = [0.0] * 10 + [2.0, 2.0, 3.0] + [0.0] * 11
    found = judged("plan", [run_with(rising, 12), run_with([0.0] * 24, None)] * 4, 2, 1.5)
    assert found.curve.area == 1.0 and (found.low, found.high) == (1.0, 1.0)
    assert (found.runs, found.runs_broken, found.months_before) == (8, 4, 8)
    line = found.rates.set_index("threshold").loc[1.5]
    assert line.tolist() == [1.0, 0.0]


@pytest.mark.slow
def test_runs_are_struck_alike_under_every_policy_and_the_command_reports_them(short, capsys):
    both = [short("committed"), short("plan")]
    found = early_warning(both, ["joint"], ahead=3, runs=2, workers=1)
    assert [each.scenario for each in found] == ["committed", "plan"]
    assert all(each.runs == 2 and np.isnan(each.low) for each in found)
    assert all(0 < each.months <= 24 for each in found)
    again = early_warning(both[:1], ["joint"], ahead=3, runs=2, workers=1)[0]
    assert again.rates.equals(found[0].rates)
    told = ["stress", "committed", "--roc", "--runs", "1", "--scale", "0.05", "--workers", "1", "--json"]
    assert command_line(told) == 0
    (curve,) = json.loads(capsys.readouterr().out)["warnings_by_threshold"]
    assert curve["scenario"] == "committed" and [row["threshold"] for row in curve["rates"]][4] == 1.5
