import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from agents.draws import Draws, agent_key
from agents.fintech_firms import (
    LEADING_RANKS,
    births_per_month,
    composite_score,
    exit_probability,
    funding_probability,
    leading_rows,
    log_growth,
)

FIRMS = 20_000
KEYS = agent_key(2020 * 12, np.arange(FIRMS), "FintechFirm")
DRAWS = Draws(3)
GROWTH, EXIT = DRAWS.stream("fintech.growth"), DRAWS.stream("fintech.exit")


def births(firms=600.0, institutions=1.0, cost=100.0, data=0.0):
    return births_per_month(firms, 0.07, institutions, 0.3, cost, -1.0, data, 0.15)


# Births


def test_under_the_conditions_of_2020_births_come_at_the_base_rate():
    assert births() == pytest.approx(0.07 / 12 * 600)


@given(st.floats(0.5, 2.0), st.floats(30, 300), st.floats(-2, 2), st.floats(1.01, 2.0))
def test_institutions_and_data_bring_start_ups_and_dear_set_up_keeps_them_away(institutions, cost, data, more):
    now = births(600.0, institutions, cost, data)
    assert births(600.0, institutions * more, cost, data) == pytest.approx(now * more**0.3)
    assert births(600.0, institutions, cost * more, data) == pytest.approx(now / more)
    assert births(600.0, institutions, cost, data + more) == pytest.approx(now * np.exp(0.15 * more))
    assert births(600.0 * more, institutions, cost, data) == pytest.approx(now * more)


# Growth


def test_without_luck_young_firms_grow_faster_and_old_ones_at_the_drift():
    age = np.array([0.0, 24.0, 48.0, 12_000.0])
    growth = log_growth(age, np.zeros(4), -0.055, 0.30, 4.0, 0.5)
    assert (np.diff(growth) < 0.0).all()
    np.testing.assert_allclose(growth * 12.0, -0.055 + 0.30 * np.exp([0.0, -0.5, -1.0, -250.0]), rtol=1e-12)


def test_monthly_growth_rates_are_tent_shaped_with_the_yearly_volatility():
    growth = log_growth(np.zeros(FIRMS), GROWTH.laplace(KEYS, 7), -0.055, 0.0, 4.0, 0.5)
    surprise = growth + 0.055 / 12.0
    assert surprise.std() * np.sqrt(12.0) == pytest.approx(0.5, rel=0.03)
    # A tent in logs is a Laplace law; a bell with the same spread is far off.
    scale = 0.5 / np.sqrt(12.0) / np.sqrt(2.0)
    assert stats.kstest(surprise, stats.laplace(scale=scale).cdf).pvalue > 0.01
    assert stats.kstest(surprise, stats.norm(scale=scale * np.sqrt(2.0)).cdf).pvalue < 1e-6
    assert stats.kurtosis(surprise) == pytest.approx(3.0, abs=0.6)


def tail_exponent(log_size, largest):
    """Gabaix and Ibragimov's rank - 1/2 regression on the largest sizes."""
    top = np.sort(log_size)[::-1][:largest]
    return -np.polyfit(top, np.log(np.arange(largest) + 0.5), 1)[0]


@pytest.mark.parametrize(
    ("drift", "volatility", "death"), [(-0.055, 0.5, 0.08), (-0.15, 0.5, 0.15), (-0.02, 0.6, 0.12)]
)
def test_random_growth_with_births_and_deaths_makes_the_pareto_tail_of_the_closed_form(drift, volatility, death):
    closed_form = (-drift + np.sqrt(drift**2 + 2 * death * volatility**2)) / volatility**2
    keys, log_size, nothing = KEYS.copy(), np.zeros(FIRMS), np.zeros(FIRMS)
    chance = exit_probability(nothing, nothing, 0.0, death, 0.0, 0.0, 10.0)
    for month in range(1000):
        log_size += log_growth(nothing, GROWTH.laplace(keys, month), drift, 0.0, 4.0, volatility)
        dead = np.flatnonzero(EXIT.uniform(keys, month) < chance)
        log_size[dead] = 0.0
        keys[dead] = agent_key(3000 * 12 + month, np.arange(len(dead)), "FintechFirm")
    assert tail_exponent(log_size, FIRMS // 20) == pytest.approx(closed_form, rel=0.08)


# Exit


@given(st.floats(-3, 8), st.floats(-3, 8), st.floats(0, 300), st.floats(0, 300))
def test_small_and_young_firms_leave_more_often(small, large, young, old):
    small, large = sorted((small, large))
    young, old = sorted((young, old))

    def leaves(size, age):
        return exit_probability(np.array([size]), np.array([age]), 1.0, 0.08, 0.35, 0.10, 10.0)[0]

    assert 0.0 <= leaves(large, young) <= leaves(small, young) <= 1.0
    assert leaves(small, old) <= leaves(small, young)


def test_a_new_firm_of_mean_size_leaves_at_the_hazard_and_age_protects_up_to_its_bound():
    month = exit_probability(np.full(4, 1.5), np.array([0.0, 60.0, 120.0, 240.0]), 1.5, 0.08, 0.35, 0.10, 10.0)
    rate = -12.0 * np.log1p(-month)
    np.testing.assert_allclose(rate, 0.08 * np.exp([0.0, -0.5, -1.0, -1.0]))
    (twice,) = exit_probability(np.array([1.5 + np.log(2.0)]), np.zeros(1), 1.5, 0.08, 0.35, 0.10, 10.0)
    assert np.log1p(-twice) / np.log1p(-month[0]) == pytest.approx(2.0**-0.35)


def test_without_slopes_every_firm_leaves_at_the_same_rate():
    chance = exit_probability(np.array([-2.0, 0.0, 7.0]), np.array([0.0, 60.0, 300.0]), 0.0, 0.08, 0.0, 0.0, 10.0)
    np.testing.assert_allclose(chance, -np.expm1(-0.08 / 12.0))


# Funding


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(0.2, 5), st.floats(0.2, 5))
def test_growth_and_easy_money_never_make_a_round_less_likely(slow, fast, tight, easy):
    slow, fast = sorted((slow, fast))
    tight, easy = sorted((tight, easy))
    growth = np.array([slow, fast])
    at_tight = funding_probability(growth, 0.5, 0.46, 15.0, np.full(2, tight), 0.5, 3.0)
    at_easy = funding_probability(growth, 0.5, 0.46, 15.0, np.full(2, easy), 0.5, 3.0)
    assert at_tight[0] <= at_tight[1]
    assert (at_tight <= at_easy).all()
    assert ((at_tight >= 0.0) & (at_easy <= 1.0)).all()


def test_a_firm_that_stands_still_closes_rounds_at_the_base_rate_and_no_growth_spurt_counts_beyond_its_bound():
    sigma = 0.5 / np.sqrt(12.0)
    growth = sigma * np.array([0.0, 1.0, 3.0, 30.0, -30.0])
    chance = funding_probability(growth, 0.5, 0.46, 15.0, np.ones(5), 0.5, 3.0)
    rate = -np.log1p(-chance) * 15.0 / 0.46
    np.testing.assert_allclose(rate, np.exp([0.0, 0.5, 1.5, 1.5, -1.5]))


def test_money_twice_as_easy_makes_rounds_twice_as_frequent():
    once, twice = funding_probability(np.zeros(2), 0.5, 0.46, 15.0, np.array([1.0, 2.0]), 0.5, 3.0)
    assert np.log1p(-twice) == pytest.approx(2 * np.log1p(-once))


# Who leads


@given(st.integers(0, 2), st.floats(0.01, 5))
def test_size_capital_and_capability_each_raise_the_score(what, rise):
    firm = [np.array([1.0]), np.array([2.0]), np.array([0.5])]
    better = [part.copy() for part in firm]
    better[what] += rise
    assert composite_score(*better, (0.4, 0.3, 0.3))[0] > composite_score(*firm, (0.4, 0.3, 0.3))[0]


def test_the_score_weighs_log_size_log_capital_and_capability():
    size, capital, capability = np.array([1.0, 0.0, 0.0]), np.array([0.0, np.e - 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    np.testing.assert_allclose(composite_score(size, capital, capability, (0.5, 0.2, 0.3)), [0.5, 0.2, 0.3])


@given(st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_no_firm_outside_the_list_scores_higher_than_one_inside(count, seed):
    score = np.random.default_rng(seed).normal(size=count)
    inside = leading_rows(score)
    assert len(set(inside.tolist())) == len(inside) == min(count, LEADING_RANKS)
    outside = np.setdiff1d(np.arange(count), inside)
    if len(outside):
        assert score[inside].min() >= score[outside].max()
