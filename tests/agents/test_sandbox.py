import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sandbox import NOT_ADMITTED, admissions_per_month, admitted, applicants, in_sandbox, merit


def test_a_shorter_way_to_launch_makes_room_for_more_firms_a_year():
    assert admissions_per_month(12.0, 1.0) == 1.0
    assert admissions_per_month(12.0, 0.8) == pytest.approx(1.25)
    assert admissions_per_month(12.0, 1.25) == pytest.approx(0.8)


def test_young_firms_of_the_city_apply_until_they_have_been_in():
    here = np.array([True, True, True, False, True])
    age = np.array([10.0, 60.0, 61.0, 10.0, 10.0])
    months = np.array([NOT_ADMITTED, NOT_ADMITTED, NOT_ADMITTED, NOT_ADMITTED, 40])
    assert applicants(here, age, months, 60.0).tolist() == [0, 1]


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_the_best_applicants_are_admitted_and_more_places_turn_nobody_away(count, few, more, seed):
    few, more = sorted((few, more))
    rows = np.arange(100, 100 + count)
    worth = np.random.default_rng(seed).normal(size=count)
    first, second = (set(admitted(rows, worth, places).tolist()) for places in (few, more))
    assert len(first) == min(few, count) and first <= second
    outside = [worth[row - 100] for row in rows if row not in first]
    assert not outside or not first or min(worth[row - 100] for row in first) >= max(outside)


def test_merit_weighs_capability_against_a_random_draw_and_keeps_its_spread():
    draws = np.random.default_rng(1).normal(size=(2, 50_000))
    worth = merit(draws[0], draws[1], 0.7)
    assert worth.std() == pytest.approx(1.0, abs=0.02)
    assert np.corrcoef(worth, draws[0])[0, 1] == pytest.approx(0.7, abs=0.02)
    np.testing.assert_allclose(merit(draws[0], draws[1], 1.0), draws[0])


def test_an_admission_helps_for_its_months():
    months = np.array([NOT_ADMITTED, 0, 11, 12, 60])
    assert in_sandbox(months, 12.0).tolist() == [False, True, True, False, False]
