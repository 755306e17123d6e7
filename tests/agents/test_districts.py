import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.districts import District, chosen_districts, district_shares, log_rents, zone_shift

SHARES = np.array([[0.45, 0.16, 0.08, 0.03, 0.06, 0.03, 0.02, 0.05, 0.12]] * 2)
counts = st.lists(st.integers(0, 500), min_size=9, max_size=9).map(np.array)


def shares(own, own_2020, rent=0.0, shift=0.0, slope=0.5, cost_slope=-0.4):
    own, own_2020 = np.array([own, own_2020 * 0]), np.array([own_2020, own_2020 * 0])
    return district_shares(SHARES, own, own_2020, rent * np.ones(9), shift, slope, cost_slope)


@given(counts)
def test_where_nothing_has_changed_newcomers_spread_as_in_2020(own):
    np.testing.assert_allclose(shares(own, own), SHARES, rtol=1e-12)


def test_a_class_gathers_by_the_slope_on_its_own_number():
    before = np.full(9, 9)
    after = before.copy()
    after[District.NORTH_BUND] = 19
    gathered = shares(after, before)[0]
    odds = gathered[District.NORTH_BUND] / gathered[District.BUND]
    assert odds == pytest.approx(0.08 / 0.16 * 2.0**0.5)
    np.testing.assert_allclose(shares(after, before)[1], SHARES[1])  # other classes look at their own


def test_a_dear_district_keeps_newcomers_away():
    rent = log_rents(np.array([199.0] + [9.0] * 8), np.array([99.0] + [9.0] * 8), 0.25)
    np.testing.assert_allclose(rent, [0.25 * np.log(2.0)] + [0.0] * 8)
    left = district_shares(SHARES, SHARES, SHARES, rent, np.zeros((2, 9)), 0.5, -0.4)[0]
    odds = left[District.LUJIAZUI] / left[District.BUND]
    assert odds == pytest.approx(0.45 / 0.16 * np.exp(-0.4 * 0.25 * np.log(2.0)))


@given(st.floats(-2, 2), st.floats(0.01, 2))
def test_a_wider_offshore_business_draws_those_who_book_it_to_lingang(change, slope):
    shift = np.zeros((2, 9))
    shift[0, District.LINGANG] = zone_shift(change, slope)
    moved = district_shares(SHARES, SHARES, SHARES, np.zeros(9), shift, 0.5, -0.4)
    odds = moved[0, District.LINGANG] / moved[0, District.BUND]
    assert odds == pytest.approx(0.06 / 0.16 * np.exp(slope * change))
    np.testing.assert_allclose(moved[1], SHARES[1])


def test_newcomers_choose_with_the_shares_of_their_class():
    uniform = (np.arange(10_000) + 0.5) / 10_000
    places = chosen_districts(np.repeat(SHARES[:1], 10_000, axis=0), uniform)
    np.testing.assert_allclose(np.bincount(places, minlength=9) / 10_000, SHARES[0], atol=2e-4)
    sure = np.zeros((2, 9))
    sure[0, District.REST_OF_CITY] = sure[1, District.LUJIAZUI] = 1.0
    assert chosen_districts(sure, np.array([0.3, 0.999])).tolist() == [District.REST_OF_CITY, District.LUJIAZUI]
