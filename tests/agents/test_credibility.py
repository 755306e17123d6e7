"""Rules of belief in a regime by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.credibility import furthest_opening, kept_share, learning_speed, next_trust
from agents.foreign_investors import InvestorGroup, shift_by_trust

sizes = st.floats(0.0, 3.0)


def test_what_has_seen_nothing_believes_what_it_believed():
    assert kept_share(0.0, 0.0, 0.5, 0.4) == 0.5


def test_an_opening_that_stays_is_believed_more_and_one_taken_back_less():
    assert kept_share(0.6, 0.6, 0.5, 0.4) == pytest.approx(0.8)
    assert kept_share(0.0, 0.6, 0.5, 0.4) == pytest.approx(0.2)
    assert kept_share(0.3, 0.6, 0.5, 0.4) == pytest.approx(0.5)
    assert kept_share(-0.6, 0.0, 0.5, 0.4) == pytest.approx(0.2)


@given(sizes, sizes, st.floats(0.01, 0.99), st.floats(0.01, 3.0))
def test_a_kept_share_is_a_share_and_falls_with_what_is_taken_back(kept, taken_back, start, evidence):
    now = kept_share(kept, kept + taken_back, start, evidence)
    assert 0.0 <= now <= 1.0
    assert now <= kept_share(kept + taken_back, kept + taken_back, start, evidence) + 1e-12


def test_the_furthest_opening_fades_by_half_in_its_half_life():
    assert furthest_opening(0.8, 0.0, 1.0) == pytest.approx(0.4)
    assert furthest_opening(0.8, 0.6, 1.0) == pytest.approx(0.6)


def test_speeds_of_learning_differ_around_their_mean():
    speed = learning_speed(0.1, 0.5, np.random.default_rng(3).normal(size=40_000))
    assert speed.mean() == pytest.approx(0.1, rel=0.02) and speed.std() > 0.04
    assert learning_speed(0.1, 0.0, np.array([2.0, -1.0])) == pytest.approx(0.1)


def test_trust_moves_what_all_want_but_benchmark_funds():
    group = np.array(list(InvestorGroup), dtype=np.int8)
    assert shift_by_trust(np.full(4, -0.5), 0.4, group) == pytest.approx([-0.2, 0.0, -0.2, -0.2])


def test_bad_news_are_learnt_faster_and_no_belief_overshoots_its_signal():
    speed, trust = np.array([0.1, 0.9]), np.zeros(2)
    assert next_trust(trust, 0.4, speed, 2.0) == pytest.approx([0.04, 0.36])
    assert next_trust(trust, -0.4, speed, 2.0) == pytest.approx([-0.08, -0.4])
