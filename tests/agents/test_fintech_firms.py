import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from agents.draws import Draws, agent_key
from agents.fintech_firms import (
    FUNDING_TERMS,
    GROWTH_TERMS,
    LEADING_RANKS,
    capital_raised,
    fintech_exit_probability,
    funding_terms,
    growth_from_rounds,
    growth_terms,
    leading_rows,
    peers_in_funding,
    round_probability,
    score_terms,
    zipf_drift,
)

FIRMS = 20_000
KEYS = agent_key(2020 * 12, np.arange(FIRMS), "FintechFirm")
DRAWS = Draws(3)
GROWTH = DRAWS.stream("fintech.growth")


# Growth


def growth_of(age, shock, drift=-0.055, age_drift=0.30, volatility=0.5, since=None, boost=0.1):
    since = np.full(len(age), 60.0) if since is None else since
    zero = np.zeros(len(age))
    return growth_terms(age, since, shock, zero, zero, drift, age_drift, 4.0, boost, 12.0, volatility).sum(axis=0)


def test_without_noise_young_firms_grow_faster_and_old_ones_at_the_drift():
    age = np.array([0.0, 24.0, 48.0, 12_000.0])
    growth = growth_of(age, np.zeros(4))
    assert (np.diff(growth) < 0.0).all()
    np.testing.assert_allclose(growth * 12.0, -0.055 + 0.30 * np.exp([0.0, -0.5, -1.0, -250.0]), rtol=1e-12)


def test_a_round_helps_for_its_months_and_each_term_of_growth_is_apart():
    old = np.full(3, 12_000.0)
    growth = growth_of(old, np.zeros(3), since=np.array([0.0, 11.0, 12.0]))
    np.testing.assert_allclose(growth * 12.0, [0.045, 0.045, -0.055])
    one = np.ones(1)
    terms = growth_terms(0.0 * one, 0.0 * one, one, 0.02 * one, -0.2 * one, -0.12, 0.3, 4.0, 0.1, 12.0, 0.5)[:, 0]
    parts = dict(zip(GROWTH_TERMS, terms * 12.0, strict=True))
    assert parts == pytest.approx(
        {
            "drift": -0.12,
            "age": 0.3,
            "funding round": 0.1,
            "clients": 0.24,
            "rules for platforms": -0.2,
            "random term": 0.5 * np.sqrt(12.0),
        }
    )


def test_monthly_growth_rates_are_tent_shaped_with_the_yearly_volatility():
    growth = growth_of(np.zeros(FIRMS), GROWTH.laplace(KEYS, 7), age_drift=0.0)
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


def test_the_drift_solves_the_closed_form_of_the_tail_with_what_rounds_bring():
    rounds = growth_from_rounds(0.10, 12.0, 0.46, 15.0)
    assert rounds == pytest.approx(0.10 * (1.0 - np.exp(-0.46 * 12 / 15)))
    for tail, death, volatility in ((1.06, 0.04, 0.5), (1.3, 0.10, 0.4), (0.9, 0.02, 0.8)):
        mean = zipf_drift(tail, death, volatility, rounds) + rounds
        closed_form = (-mean + np.sqrt(mean**2 + 2 * death * volatility**2)) / volatility**2
        assert closed_form == pytest.approx(tail)
    assert zipf_drift(1.06, 0.08, 0.5, 0.0) == pytest.approx(-0.057, abs=1e-3)


def long_run(tail, volatility, drift=None, acquired=0.5, months=1200):
    """Log sizes after a long time of growth, rounds and exit alone; who leaves is followed by an entrant."""
    boost, gap, share = 0.10, 15.0, 0.46
    if drift is None:
        drift = zipf_drift(tail, 0.08 * acquired, volatility, growth_from_rounds(boost, 12.0, share, gap))
    generator = np.random.default_rng(5)
    log_size, age = generator.exponential(1 / tail, FIRMS), generator.exponential(60.0, FIRMS)
    rounds, since = np.zeros(FIRMS), np.full(FIRMS, 60.0)
    nobody = np.zeros(FIRMS, dtype=bool)
    for _ in range(months):
        shock = generator.laplace(0.0, np.sqrt(0.5), FIRMS)
        growth = growth_of(age, shock, drift, 0.30, volatility, since, boost)
        log_size += growth
        age += 1.0
        since += 1.0
        terms = funding_terms(growth, volatility, share, gap, 0.5, 3.0, nobody, 1.0, 1.0, nobody, 50.0, 0.0, 0.0)
        closes = (generator.random(FIRMS) < round_probability(terms)) & (rounds < 8)
        rounds += closes
        since[closes] = 0.0
        chance = fintech_exit_probability(log_size, age, log_size.mean(), 0.08, acquired, 0.35, 0.10, 10.0)
        dead = np.flatnonzero(generator.random(FIRMS) < chance)
        log_size[dead], age[dead], rounds[dead], since[dead] = generator.normal(0.0, 0.5, len(dead)), 0.0, 0.0, 60.0
    return log_size


@pytest.mark.parametrize(("tail", "volatility"), [(1.06, 0.5), (1.2, 0.5), (1.06, 0.6)])
def test_in_the_long_run_the_actual_rule_keeps_the_tail_it_starts_from(tail, volatility):
    assert tail_exponent(long_run(tail, volatility), FIRMS // 10) == pytest.approx(tail, rel=0.08)


def test_a_drift_for_exit_that_is_the_same_for_all_would_thicken_the_tail():
    """Large firms leave less often than the mean firm, so the drift has to answer to their exit alone."""
    drift = zipf_drift(1.06, 0.08, 0.5, 0.0)
    assert tail_exponent(long_run(1.06, 0.5, drift), FIRMS // 10) < 0.9 * 1.06


# Exit


@given(st.floats(-3, 8), st.floats(-3, 8), st.floats(0, 300), st.floats(0, 300))
def test_small_and_young_firms_leave_more_often(small, large, young, old):
    small, large = sorted((small, large))
    young, old = sorted((young, old))

    def leaves(size, age):
        return fintech_exit_probability(np.array([size]), np.array([age]), 1.0, 0.08, 0.25, 0.35, 0.10, 10.0)[0]

    assert 0.0 <= leaves(large, young) <= leaves(small, young) <= 1.0
    assert leaves(small, old) <= leaves(small, young)


def test_a_new_firm_of_mean_size_leaves_at_the_hazard_and_age_protects_up_to_its_bound():
    age = np.array([0.0, 60.0, 120.0, 240.0])
    month = fintech_exit_probability(np.full(4, 1.5), age, 1.5, 0.08, 0.0, 0.35, 0.10, 10.0)
    rate = -12.0 * np.log1p(-month)
    np.testing.assert_allclose(rate, 0.08 * np.exp([0.0, -0.5, -1.0, -1.0]))
    (twice,) = fintech_exit_probability(np.array([1.5 + np.log(2.0)]), np.zeros(1), 1.5, 0.08, 0.0, 0.35, 0.10, 10.0)
    assert np.log1p(-twice) / np.log1p(-month[0]) == pytest.approx(2.0**-0.35)


def test_the_acquired_part_of_exit_spares_nobody_and_is_all_that_hits_the_largest():
    size = np.array([0.0, 5.0, 200.0])
    rate = -12.0 * np.log1p(-fintech_exit_probability(size, np.zeros(3), 0.0, 0.08, 0.25, 0.35, 0.10, 10.0))
    np.testing.assert_allclose(rate, 0.08 * (0.25 + 0.75 * np.exp([0.0, -1.75, -70.0])))
    assert rate[-1] == pytest.approx(0.02)


def test_without_slopes_every_firm_leaves_at_the_same_rate():
    chance = fintech_exit_probability(
        np.array([-2.0, 0.0, 7.0]), np.array([0.0, 60.0, 300.0]), 0.0, 0.08, 0.3, 0.0, 0.0, 10.0
    )
    np.testing.assert_allclose(chance, -np.expm1(-0.08 / 12.0))


# Funding


def funding(growth, here=True, supply=1.0, cost=1.0, sandbox=False, peers=0.0, shock=0.0):
    shape = np.shape(growth)
    place, helped = np.broadcast_to(here, shape), np.broadcast_to(sandbox, shape)
    peers = np.broadcast_to(peers, shape)
    return funding_terms(growth, 0.5, 0.46, 15.0, 0.5, 3.0, place, supply, cost, helped, 50.0, peers, shock)


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(0.2, 5), st.floats(0.2, 5), st.floats(-1, 1))
def test_growth_and_easy_money_never_make_a_round_less_likely(slow, fast, tight, easy, shock):
    slow, fast = sorted((slow, fast))
    tight, easy = sorted((tight, easy))
    growth = np.array([slow, fast])
    at_tight = round_probability(funding(growth, supply=tight, cost=easy, shock=shock))
    at_easy = round_probability(funding(growth, supply=easy, cost=tight, shock=shock))
    assert at_tight[0] <= at_tight[1]
    assert (at_tight <= at_easy).all()
    assert ((at_tight >= 0.0) & (at_easy <= 1.0)).all()


def test_a_firm_that_stands_still_closes_rounds_at_the_base_rate_and_no_growth_spurt_counts_beyond_its_bound():
    sigma = 0.5 / np.sqrt(12.0)
    growth = sigma * np.array([0.0, 1.0, 3.0, 30.0, -30.0])
    rate = -np.log1p(-round_probability(funding(growth))) * 15.0 / 0.46
    np.testing.assert_allclose(rate, np.exp([0.0, 0.5, 1.5, 1.5, -1.5]))


def test_supply_and_cost_of_growth_capital_act_in_shanghai_and_the_other_terms_everywhere():
    here = np.array([True, False])
    terms = funding(np.zeros(2), here, supply=2.0, cost=0.5, sandbox=here, peers=np.array([0.1, -0.2]), shock=-0.3)
    parts = dict(zip(FUNDING_TERMS, terms.tolist(), strict=True))
    usual = np.log(0.46 / 15.0)
    expected = {
        "usual rate": [usual, usual],
        "growth": [0.0, 0.0],
        "venture capital": [np.log(2.0), 0.0],
        "cost of scaling": [np.log(2.0), 0.0],
        "sandbox": [np.log(1.5), 0.0],
        "like firms": [0.1, -0.2],
        "shock": [-0.3, -0.3],
    }
    assert parts.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(parts[name], values, atol=1e-15)
    np.testing.assert_allclose(-np.log1p(-round_probability(terms)), np.exp(terms.sum(axis=0)))


def test_the_sandbox_makes_rounds_half_as_frequent_again_and_larger_by_its_percentage():
    outside, inside = -np.log1p(-round_probability(funding(np.zeros(2), sandbox=np.array([False, True]))))
    assert inside == pytest.approx(1.5 * outside)
    raised = capital_raised(np.log([1.0, 1.0, 4.0]), np.array([False, True, True]), 0.5, 15.0)
    np.testing.assert_allclose(raised, [0.5, 0.575, 2.3])


def test_like_firms_shift_the_rate_by_their_surprise_and_never_beyond_the_coefficient():
    closed = np.array([4.0, 6.0, 2.0, 400.0, 0.0])
    expected = np.array([4.0, 4.0, 4.0, 4.0, 0.0])
    np.testing.assert_allclose(
        peers_in_funding(closed, expected, 0.15), 0.15 * np.array([0.0, np.tanh(1.0), -np.tanh(1.0), 1.0, 0.0])
    )


# Who leads


@given(st.integers(0, 2), st.floats(0.01, 5))
def test_size_capital_and_capability_each_raise_the_score(what, rise):
    firm = [np.array([1.0]), np.array([2.0]), np.array([0.5])]
    better = [part.copy() for part in firm]
    better[what] += rise
    weights = (0.4, 0.3, 0.3)
    assert score_terms(*better, weights).sum() > score_terms(*firm, weights).sum()


def test_the_score_weighs_log_size_log_capital_and_capability():
    size, capital, capability = np.array([1.0, 0.0, 0.0]), np.array([0.0, np.e - 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    terms = score_terms(size, capital, capability, (0.5, 0.2, 0.3))
    np.testing.assert_allclose(terms, np.diag([0.5, 0.2, 0.3]), atol=1e-15)


@given(st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_no_firm_outside_the_list_scores_higher_than_one_inside(count, seed):
    score = np.random.default_rng(seed).normal(size=count)
    inside = leading_rows(score)
    assert len(set(inside.tolist())) == len(inside) == min(count, LEADING_RANKS)
    outside = np.setdiff1d(np.arange(count), inside)
    if len(outside):
        assert score[inside].min() >= score[outside].max()
