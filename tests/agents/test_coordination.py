"""Coordination: thresholds, the S-shape, two stable outcomes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.coordination import inclination, joins, ready_ratio


def test_at_the_conditions_of_2020_as_many_are_ready_as_then():
    assert ready_ratio(0.0, 0.2) == pytest.approx(1.0)
    assert inclination(0.3, 0.1, 2.0) == pytest.approx(0.5)


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0.01, 0.99))
def test_more_inclination_never_makes_fewer_ready_and_never_more_than_all(one, other, share):
    less, more = sorted((one, other))
    assert ready_ratio(less, share) <= ready_ratio(more, share) <= 1.0 / share + 1e-9


def entrants_by_year(strength, years=30):
    """Institutions that enter in each year, as a share of all that might."""
    inside, entered = 0.05, []
    for _ in range(years):
        new = 0.02 * ready_ratio(inclination(0.0, inside - 0.05, strength), 0.1) * (1.0 - inside) / 0.95
        entered.append(new)
        inside += new
    return np.array(entered)


def test_with_coordination_a_market_fills_slowly_then_fast_then_slowly_and_without_it_it_does_not():
    together, alone = entrants_by_year(8.0), entrants_by_year(0.0)
    peak = int(together.argmax())
    assert 3 < peak < 27 and together[peak] > 1.5 * together[0] and together[-1] < 0.7 * together[peak]
    assert (np.diff(alone) < 0.0).all()


def settled(access, strength, joined):
    """Share that joins in the end, from a share that has joined so far; thresholds are logistic around one half."""
    middles = (np.arange(2000) + 0.5) / 2000
    thresholds = np.log(middles / (1.0 - middles))
    for _ in range(300):
        joined = float(joins(np.full(2000, inclination(access, joined - 0.5, strength)), thresholds).mean())
    return joined


def test_a_strong_pull_has_two_stable_outcomes_at_the_same_access_and_a_weak_one_has_one():
    assert settled(0.0, 6.0, 0.7) > 0.85 and settled(0.0, 6.0, 0.3) < 0.15
    assert settled(0.0, 2.0, 0.7) == pytest.approx(settled(0.0, 2.0, 0.3), abs=0.02)
    assert settled(1.0, 0.0, 0.9) == settled(1.0, 0.0, 0.1)
