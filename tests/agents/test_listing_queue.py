"""Stages of the queue, withdrawal, the gate, spillover of filings, capacity of underwriters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.issuance_spillover import filing_signal, remembered, spillover
from agents.listing_queue import listed_share, next_gate, review_stage_probability, stage_months
from agents.underwriting import placed_first, placed_share, underwriting_capacity_bn


def test_stages_divide_the_lead_time():
    shares = np.array([[0.5, 0.25, 0.25, 0.0], [0.25, 0.25, 0.25, 0.25]])
    months = stage_months(np.array([8.0, 4.0]), shares)
    np.testing.assert_allclose(months, [[4.0, 2.0, 2.0, 0.0], [1.0, 1.0, 1.0, 1.0]])


def test_a_stage_without_length_is_passed_at_once_and_a_long_one_seldom():
    assert review_stage_probability(np.array([0.0]))[0] == 1.0
    assert review_stage_probability(np.array([12.0]))[0] == pytest.approx(1.0 - np.exp(-1.0 / 12.0))


def test_without_withdrawal_every_filing_gets_through():
    passes = np.array([[0.2, 0.5, 0.9, 1.0]])
    assert listed_share(passes, np.array([0.0]))[0] == pytest.approx(1.0)
    # One stage: a month either withdraws (0.1), or passes (0.9 * 0.2), or starts again.
    one = listed_share(np.array([[0.2]]), np.array([0.1]))[0]
    assert one == pytest.approx(0.9 * 0.2 / (0.1 + 0.9 * 0.2))


@given(st.floats(0.0, 0.3), st.floats(0.0, 0.3), st.lists(st.floats(0.05, 1.0), min_size=4, max_size=4))
def test_more_withdrawal_never_lets_more_through(low, high, passes):
    low, high = sorted((low, high))
    through = listed_share(np.array([passes]), np.array([low])), listed_share(np.array([passes]), np.array([high]))
    assert 0.0 <= through[1][0] <= through[0][0] <= 1.0 + 1e-12


def test_the_gate_keeps_its_spread_and_forgets():
    rng = np.random.default_rng(3)
    gate, path = 0.0, []
    for innovation in rng.standard_normal(20_000):
        gate = next_gate(gate, 0.9, 0.15, innovation)
        path.append(gate)
    assert np.std(path) == pytest.approx(0.15, rel=0.1)
    assert np.corrcoef(path[:-1], path[1:])[0, 1] == pytest.approx(0.9, abs=0.02)


def test_memory_moves_towards_the_newest_month():
    after = remembered(np.array([2.0]), np.array([5.0]), 3.0)
    assert after[0] == pytest.approx(2.0 + 3.0 * (1.0 - np.exp(-1.0 / 3.0)))


def test_the_signal_is_a_standard_deviation_of_independent_filings():
    rng = np.random.default_rng(4)
    recent, signals = np.full(2_000, 4.0), []
    for _ in range(40):
        recent = remembered(recent, rng.poisson(4.0, 2_000).astype(float), 3.0)
    signals = filing_signal(recent, np.full(2_000, 4.0), 3.0)
    assert np.std(signals) == pytest.approx(1.0, abs=0.05)
    assert filing_signal(np.ones(2), np.zeros(2), 3.0).tolist() == [0.0, 0.0]


@given(st.floats(-20.0, 20.0), st.floats(0.0, 1.0))
def test_spillover_has_the_sign_of_the_signal_and_a_bound(signal, coefficient):
    drawn = float(spillover(np.array([signal]), coefficient, 1.5)[0])
    assert abs(drawn) <= coefficient
    assert drawn * signal >= 0.0


def test_capacity_grows_with_capital_alone():
    assert underwriting_capacity_bn(100.0, 50.0, 50.0, 1.5) == 150.0
    assert underwriting_capacity_bn(100.0, 100.0, 50.0, 1.5) == 300.0
    assert placed_share(200.0, 150.0) == 0.75
    assert placed_share(100.0, 150.0) == placed_share(0.0, 0.0) == 1.0
    assert placed_share(100.0, np.inf) == 1.0


def test_offers_are_placed_in_order_until_the_room_is_full():
    fits = placed_first(np.array([5.0, 1.0, 3.0]), np.array([0.2, 0.9, 0.1]), 8.5)
    assert fits.tolist() == [True, False, True]
    assert not placed_first(np.array([5.0]), np.array([0.5]), 4.0).any()
    assert placed_first(np.zeros(0), np.zeros(0), -1.0).shape == (0,)
