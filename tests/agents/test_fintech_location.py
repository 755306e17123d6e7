import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.fintech_location import (
    ATTRACTION_TERMS,
    FINANCING,
    MOVE_TERMS,
    RULES,
    attraction_of_shanghai,
    attraction_terms,
    founders_by_centre,
    move_terms,
    weighs_another_city,
)

FIRMS = np.array([600.0, 1000.0, 800.0, 100.0, 0.0, 500.0])
"""Firms by centre; none in Singapore."""


def attraction(institutions=1.0, talent=0.0, cost=1.0, data=0.0, supply=1.0, scaling=1.0, lead=1.0):
    here = np.eye(6)[0]
    return attraction_terms(
        here * np.log(institutions), here * talent, cost, data, supply, scaling, lead, 0.3, -1.0, 0.15, 0.4, 0.2
    )


def test_at_the_conditions_of_2020_founders_come_at_the_usual_rate_to_every_centre_that_has_firms():
    assert not attraction().any()
    np.testing.assert_allclose(founders_by_centre(FIRMS, np.zeros(6), 0.12, 0.4), 0.01 * FIRMS)


def test_each_condition_has_its_term_and_its_sign():
    better = attraction(np.e, 1.0, np.exp(-1.0), 2.0, np.exp(0.5), np.exp(-0.5), np.exp(-1.0))
    assert dict(zip(ATTRACTION_TERMS, better[:, 0], strict=True)) == pytest.approx(
        {"talent and institutions": 0.6, "cost of starting": 1.0, "open data": 0.3, "financing": 0.4, "rules": 0.2}
    )
    assert not better[:, 1:].any()


@given(st.floats(0.1, 2.0), st.floats(0.0, 1.0))
def test_founders_won_are_new_ones_or_those_of_rivals_by_the_weight(gain, weight):
    better = gain * np.eye(6)[0]
    usual, now = (founders_by_centre(FIRMS, each, 0.12, weight) for each in (np.zeros(6), better))
    assert now[0] > usual[0] and now[4] == 0.0 and (now[1:4] <= usual[1:4] * (1.0 + 1e-12)).all()
    ratio = (FIRMS * np.exp(better)).sum() / FIRMS.sum()
    assert now.sum() == pytest.approx(usual.sum() * ratio**weight)
    assert now[0] / now[1] == pytest.approx(np.exp(gain) * usual[0] / usual[1])


def test_financing_counts_for_those_with_rounds_before_them_rules_for_applicants_and_news_take_time():
    may_apply, elsewhere = np.array([True, False, True, True]), np.array([False, False, False, True])
    terms = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    seen = attraction_of_shanghai(terms, np.array([0, 4, 8, 0]), 8.0, may_apply, elsewhere, 4.0, np.zeros((5, 4)))
    np.testing.assert_allclose(seen[FINANCING], [0.4, 0.2, 0.0, 0.1])
    np.testing.assert_allclose(seen[RULES], [0.5, 0.0, 0.5, 0.125])
    np.testing.assert_allclose(seen[0], [0.1, 0.1, 0.1, 0.025])


def test_a_better_shanghai_draws_firms_in_and_keeps_its_own_and_old_and_large_ones_are_bound():
    into, age, score = np.array([True, False]), np.array([24.0, 600.0]), np.array([1.5, 0.5])
    terms = move_terms(np.full((5, 2), 0.1), np.full(2, 0.2), into, age, score, 0.5, 3.0, 0.1, 10.0, 0.2)
    assert terms.shape == (len(MOVE_TERMS), 2)
    np.testing.assert_allclose(terms[:, 0], [-0.1, 0.1, 0.1, 0.1, 0.1, -3.0, -0.2, -0.2])
    np.testing.assert_allclose(terms[:, 1], [0.1, -0.1, -0.1, -0.1, -0.1, -3.0, -1.0, 0.0])


def test_among_equals_as_many_weigh_one_way_as_the_other():
    here = np.arange(1000) < 150
    chance = weighs_another_city(here, 0.24)
    assert chance[here].sum() == pytest.approx(chance[~here].sum())
    assert chance[-1] == pytest.approx(0.15 * -np.expm1(-0.02))
