"""Covered parity: what a yield gap is worth to hedged buyers and to issuers who swap, at the tenor of the paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.covered_parity import basis_pp, covered_gap_pp, issuer_advantage_pp, parity_premium_pp, yield_at_tenor_pp

YIELDS = st.floats(-3.0, 3.0)


def gaps(home, foreign, slope=0.8, basis=0.0):
    """Raw and covered gap of government paper at a tenor, when ten-year yields have moved by so much."""
    here, there = yield_at_tenor_pp(home, slope), yield_at_tenor_pp(foreign, slope)
    return here - there, covered_gap_pp(here, there, parity_premium_pp(here, there), basis)


def advantages(raw, covered, dearer_bp=0.0):
    """Advantage of an issuer who swaps and of one who needs yuan."""
    return issuer_advantage_pp(raw, covered, dearer_bp, np.array([False, True]))


@given(YIELDS, YIELDS)
def test_at_parity_a_wider_gap_gives_nothing_to_a_hedged_buyer_or_to_an_issuer_who_swaps(home, foreign):
    raw, covered = gaps(home, foreign)
    assert covered == pytest.approx(0.0, abs=1e-12)
    swaps, needs_yuan = advantages(raw, covered)
    assert swaps == pytest.approx(0.0, abs=1e-12) and needs_yuan == -raw


@given(YIELDS, YIELDS, st.floats(-1.0, 1.0))
def test_what_a_basis_gives_to_the_hedged_buyer_it_takes_from_the_issuer_who_swaps(home, foreign, basis):
    raw, covered = gaps(home, foreign, basis=basis)
    assert covered == pytest.approx(basis, abs=1e-12)
    assert advantages(raw, covered)[0] == -covered


def test_three_year_paper_moves_by_a_part_of_the_ten_year_gap():
    raw, _ = gaps(home=1.0, foreign=0.0, slope=0.8)
    assert raw == pytest.approx(0.8)


def test_dearer_hedges_cost_those_who_swap_and_nobody_else():
    np.testing.assert_allclose(advantages(0.0, 0.0, dearer_bp=10.0), [-0.1, 0.0])


def test_the_forward_leans_to_the_expected_spot_rate_the_less_parity_weighs():
    assert basis_pp(2.0, 1.0, 1.0) == 0.0
    assert basis_pp(2.0, 1.0, 0.7) == pytest.approx(0.9)
    # A currency that is expected to lose what it yields more is priced alike by both.
    assert basis_pp(2.0, -2.0, 0.3) == 0.0
