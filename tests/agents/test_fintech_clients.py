import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.draws import binomial
from agents.fintech_clients import (
    CLIENT_TERMS,
    SUPPLIER_TERMS,
    clients_at_start,
    growth_by_clients,
    newcomer_share,
    own_volatility,
    supplier_chances,
    supplier_terms,
    suppliers_chosen,
    usual_client_growth,
    volatility_by_clients,
)

NONE = np.zeros(4)
NEAR = np.array([True, False, False, True])
CLIENTS = np.array([6, 3, 0, 0])
KEYS = np.array([7, 3, 9, 5], dtype=np.uint64)


def chances(clients=CLIENTS, to_newcomers=0.1, near=0.0, rules=NONE, slope=1.0):
    return supplier_chances(supplier_terms(clients, to_newcomers, NEAR, near, rules, slope))


def test_a_contract_goes_in_proportion_to_clients_and_at_times_to_a_newcomer():
    np.testing.assert_allclose(chances(), [0.6, 0.3, 0.05, 0.05])
    np.testing.assert_allclose(chances(clients=np.array([6, 3, 1, 2])), np.array([6, 3, 1, 2]) / 12)


def test_where_no_contract_goes_to_newcomers_a_firm_without_clients_stays_without():
    terms = supplier_terms(CLIENTS, 0.0, NEAR, 0.5, NONE, 1.0)
    assert np.isneginf(terms[SUPPLIER_TERMS.index("clients"), 2:]).all()
    np.testing.assert_allclose(supplier_chances(terms)[2:], 0.0)


def test_nearness_and_rules_multiply_the_odds():
    usual = chances()
    near = chances(near=0.7)
    assert near[0] / near[1] == pytest.approx(np.exp(0.7) * usual[0] / usual[1])
    tight = chances(rules=np.array([-0.2, 0.0, 0.0, 0.0]), slope=3.0)
    assert tight[0] / tight[1] == pytest.approx(np.exp(-0.6) * usual[0] / usual[1])
    assert tight[1] > usual[1]


def test_clients_choose_as_often_as_chances_say_and_never_a_firm_without_a_chance():
    uniform = (np.arange(900) + 0.5) / 900
    rows = suppliers_chosen(chances(to_newcomers=0.0), KEYS, uniform)
    assert np.bincount(rows, minlength=4).tolist() == [600, 300, 0, 0]
    other = np.array([2, 0, 3, 1])
    np.testing.assert_array_equal(other[suppliers_chosen(chances(to_newcomers=0.0)[other], KEYS[other], uniform)], rows)


@given(st.floats(1.01, 2.0), st.floats(0.0, 0.3), st.floats(0.01, 0.3), st.floats(0.0, 0.1))
def test_the_share_of_newcomers_solves_the_closed_form_of_the_tail(tail, review, growth, leave):
    share = newcomer_share(tail, growth, review, leave)
    usual = usual_client_growth(share, growth, review, leave)
    assert (growth + leave) / usual == pytest.approx(tail)


def test_without_reviews_and_exits_the_share_is_simons_and_no_tail_below_one_needs_newcomers():
    assert newcomer_share(1.25, 0.1, 0.0, 0.0) == pytest.approx(0.2)
    assert newcomer_share(0.95, 0.1, 0.1, 0.04) == 0.0


def exponent_after_growth(to_newcomers, review, tail=1.25, growth=0.05, firms=30_000):
    """Rank-size exponent of firms with 30 clients and more after contracts have grown a hundredfold.

    The first 200 firms have clients at the mid-quantiles of a Pareto law; contracts are reviewed, and placed by chance.
    """
    draw, nobody = np.random.default_rng(4), np.zeros(firms)
    clients = np.zeros(firms, dtype=np.int64)
    clients[:200] = ((np.arange(200) + 0.5) / 200.0) ** (-1.0 / tail)
    wanted, keys = float(clients.sum()), np.arange(firms, dtype=np.uint64)
    for _ in range(round(np.log(100.0) / np.log1p(growth))):
        wanted *= 1.0 + growth
        clients -= binomial(clients, review, draw.random(firms))
        terms = supplier_terms(clients, to_newcomers, nobody > 0.0, 0.0, nobody, 0.0)
        placed = suppliers_chosen(supplier_chances(terms), keys, draw.random(round(wanted) - int(clients.sum())))
        clients += np.bincount(placed, minlength=firms)
    large = np.sort(clients[clients >= 30])[::-1]
    return -np.polyfit(np.log(large), np.log(np.arange(len(large)) + 0.5), 1)[0]


@pytest.mark.parametrize("review", [0.0, 0.025])
def test_clients_keep_the_pareto_tail_of_simon_and_yule(review):
    assert exponent_after_growth(newcomer_share(1.25, 0.05, review, 0.0), review) == pytest.approx(1.25, rel=0.1)


def test_a_firm_that_wins_its_usual_part_does_not_grow_by_clients_and_small_ones_grow_by_leaps():
    clients = np.array([120, 1, 0, 0])
    growth = growth_by_clients(np.array([1, 1, 1, 0]), clients, np.array([0.9, 0.06, 0.02, 0.02]), 5.0, 0.1, 0.5)
    assert growth == pytest.approx([0.0, 0.5 * (1.0 - 0.1 / 12.0), 0.5 * 0.9, -0.5 * 0.1])


def test_what_clients_add_to_the_unevenness_of_growth_the_random_term_lacks():
    chances_, draw = np.full(2, 0.01), np.random.default_rng(1)
    clients = np.array([4, 100])
    by_clients = volatility_by_clients(clients, chances_, 50.0, 0.02, 0.5)
    net = draw.poisson(0.5, (40_000, 2)) - draw.binomial(clients, 0.02, (40_000, 2))
    np.testing.assert_allclose((0.5 * net / clients).std(axis=0) * np.sqrt(12.0), by_clients, rtol=0.03)
    own = own_volatility(0.5, by_clients)
    np.testing.assert_allclose(np.hypot(own, by_clients), 0.5)
    assert own[0] < own[1] < 0.5
    assert own_volatility(0.5, np.array([0.7])) == 0.0


def test_clients_of_the_start_are_sizes_in_whole_entrants():
    assert clients_at_start(np.log([1.0, 2.9, 0.4, 70.5])).tolist() == [1, 2, 0, 70]
    assert len(CLIENT_TERMS) == 4
