import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.institutions import (
    Centre,
    agglomeration_terms,
    bond_of_experience,
    bond_of_size,
    choice_shares,
    entrants_looking,
    institution_exit_probability,
    location_shift,
    relocation_share_out,
)

SEATS = np.array([1674.0, 1500.0, 1200.0, 1400.0, 1100.0, 2500.0])
SHARES_2020 = np.array([0.448, 0.15, 0.12, 0.13, 0.12, 0.032])
INTERCEPT = np.log(SHARES_2020)
indices = st.floats(20.0, 500.0)


BOTH = np.stack([0.7 * SEATS, 0.3 * SEATS])


def shares(seats=SEATS, agglomeration=0.5):
    """Shares and value of domestic entrants."""
    pull = agglomeration_terms(BOTH * seats / SEATS, BOTH, agglomeration, 0.35).sum(axis=0)
    split, value = choice_shares(INTERCEPT + pull)
    return split[0], value[0]


# Where entrants go


def test_with_the_seats_and_the_package_of_2020_entrants_split_as_in_2020():
    split, value = shares()
    np.testing.assert_allclose(split, SHARES_2020 / SHARES_2020.sum(), rtol=1e-12)
    assert value == pytest.approx(np.log(SHARES_2020.sum()))


@given(st.lists(st.floats(1.0, 1e4), min_size=6, max_size=6), st.floats(-1, 2))
def test_every_entrant_goes_to_one_of_the_six_centres(seats, agglomeration):
    split, _ = shares(np.array(seats), agglomeration)
    assert (split > 0.0).all()
    assert split.sum() == pytest.approx(1.0, abs=1e-12)


def test_seats_of_the_own_sector_attract_all_and_foreign_seats_foreign_entrants_alone():
    seats = np.stack([BOTH, BOTH, BOTH])
    seats[1, 0, Centre.SHANGHAI] += 0.3 * SEATS[Centre.SHANGHAI]
    seats[2, 1, Centre.SHANGHAI] += 0.3 * SEATS[Centre.SHANGHAI]
    own, foreign = agglomeration_terms(seats, np.stack([BOTH] * 3), 0.5, 0.35)
    assert not own[0].any() and not foreign[0].any()
    np.testing.assert_allclose(own[1:, :, Centre.SHANGHAI], 0.5 * np.log(1.3))
    assert not own[:, :, 1:].any() and not foreign[:, 0].any() and not foreign[1].any()
    assert foreign[2, 1, Centre.SHANGHAI] == pytest.approx(0.35 * np.log(2.0))


@given(st.integers(0, 5), st.floats(1.01, 5.0), st.floats(0.05, 1.5))
def test_institutions_attract_institutions_at_the_expense_of_every_rival(centre, growth, agglomeration):
    seats = SEATS.copy()
    seats[centre] *= growth
    before, value_before = shares(agglomeration=agglomeration)
    after, value_after = shares(seats, agglomeration=agglomeration)
    assert after[centre] > before[centre]
    rivals = np.delete(after / before, centre)
    assert (rivals < 1.0).all()
    np.testing.assert_allclose(rivals, rivals[0])
    odds = (after[centre] / before[centre]) / rivals[0]
    assert odds == pytest.approx(growth**agglomeration)
    assert value_after > value_before


def test_when_all_centres_grow_alike_none_gains():
    np.testing.assert_allclose(shares(SEATS * 3.0)[0], shares()[0])


def test_huge_utilities_do_not_overflow():
    split, value = choice_shares(np.array([1000.0, 999.0, 0.0, 0.0, 0.0, 0.0]))
    assert split[0] == pytest.approx(1 / (1 + np.exp(-1.0)))
    assert value == pytest.approx(1000.0 + np.log1p(np.exp(-1.0)))


# What the city's package does


def test_the_package_of_2020_shifts_nothing():
    assert location_shift(100.0, 100.0, 100.0, 0.5, -0.4) == 0.0


@given(indices, indices, indices, st.floats(1.01, 3.0))
def test_benefits_attract_and_costs_repel_whether_to_set_up_or_to_operate(benefit, setup, operating, more):
    shift = location_shift(benefit, setup, operating, 0.5, -0.4)
    assert location_shift(benefit * more, setup, operating, 0.5, -0.4) - shift == pytest.approx(0.5 * np.log(more))
    assert location_shift(benefit, setup * more, operating, 0.5, -0.4) - shift == pytest.approx(-0.4 * np.log(more))
    assert location_shift(benefit, setup, operating * more, 0.5, -0.4) - shift == pytest.approx(-0.4 * np.log(more))


# How many look, leave and move


@given(st.floats(-2, 2))
def test_location_is_zero_sum_without_an_outside_option_and_positive_sum_with_one(change):
    base = np.array([2.0, 0.5])
    assert (entrants_looking(base, np.full(2, change), 0.0) == base).all()
    np.testing.assert_allclose(entrants_looking(base, np.full(2, change), 1.0), base * np.exp(change))
    assert (entrants_looking(base, np.zeros(2), 0.55) == base).all()


@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(0, 2), indices, indices)
def test_dear_operation_drives_institutions_out_and_profit_keeps_them(poor, rich, slope, cheap, dear):
    poor, rich = sorted((poor, rich))
    cheap, dear = sorted((cheap, dear))
    profit = np.array([poor, rich])
    at_low, at_high = (institution_exit_probability(0.007, profit, slope, 0.0, 1.0, cost) for cost in (cheap, dear))
    assert (at_low <= at_high).all()
    assert at_low[0] >= at_low[1]
    assert ((at_low >= 0.0) & (at_high <= 1.0)).all()


def test_an_average_institution_leaves_at_the_yearly_rate_of_its_hazard():
    (month,) = institution_exit_probability(0.007, np.zeros(1), 0.5, 0.0, 1.0, 100.0)
    assert 1 - (1 - month) ** 12 == pytest.approx(-np.expm1(-0.007))
    (dear,) = institution_exit_probability(0.007, np.zeros(1), 0.5, 0.0, 1.0, 200.0)
    assert np.log1p(-dear) == pytest.approx(2 * np.log1p(-month))


def test_a_standard_deviation_of_profit_lowers_the_exit_rate_by_its_slope():
    average, good = institution_exit_probability(0.007, np.array([0.0, 1.0]), 0.5, 0.0, 1.0, 100.0)
    assert np.log1p(-good) == pytest.approx(np.exp(-0.5) * np.log1p(-average))


def test_the_exit_rate_rises_with_the_capital_that_is_missing_by_its_elasticity():
    gap = np.log(np.array([1.0, 1.25, 0.8]))
    normal, short, strong = institution_exit_probability(0.007, np.zeros(3), 0.5, gap, 1.0, 100.0)
    assert np.log1p(-short) == pytest.approx(1.25 * np.log1p(-normal))
    assert np.log1p(-strong) == pytest.approx(0.8 * np.log1p(-normal))


def test_the_bond_to_the_seat_grows_with_years_and_falls_with_size():
    np.testing.assert_allclose(
        bond_of_experience(np.array([0.0, 9.0, 19.0]), 9.0, 0.3), [-0.3 * np.log(10), 0, 0.3 * np.log(2)]
    )
    np.testing.assert_allclose(bond_of_size(np.array([-1.0, 0.0, 2.0]), 0.1), [0.1, 0.0, -0.2])


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.0, 6.0), st.floats(0.0, 6.0))
def test_a_more_attractive_city_and_a_stronger_bond_to_the_seat_keep_more_institutions(low, high, loose, strong):
    low, high = sorted((low, high))
    loose, strong = sorted((loose, strong))
    share = np.array([low, high])
    out = relocation_share_out(share, loose)
    assert out[0] >= out[1] - 1e-15
    assert (relocation_share_out(share, strong) <= out + 1e-15).all()


def test_without_a_bonus_for_staying_a_reconsidered_seat_is_chosen_like_a_new_one():
    np.testing.assert_allclose(relocation_share_out(np.array([0.3, 0.6]), 0.0), [0.7, 0.4])
    assert relocation_share_out(np.array([0.5]), 3.0)[0] == pytest.approx(1 / (1 + np.exp(3.0)))
