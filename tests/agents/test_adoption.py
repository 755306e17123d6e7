import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.adoption import (
    NEIGHBOURS,
    NEIGHBOURS_IN_SECTOR,
    adoption_probability,
    cost_of_adopters,
    drawn_neighbours,
    neighbours_share,
)

SECTOR = np.random.default_rng(1).integers(0, 5, 300)


def drawn(sector=SECTOR, rows=None, seed=2):
    rows = np.arange(len(sector)) if rows is None else rows
    uniform = np.random.default_rng(seed).uniform(1e-12, 1 - 1e-12, (NEIGHBOURS, len(rows)))
    return drawn_neighbours(uniform, rows, sector, np.arange(len(sector)))


def chance(neighbours, size=0.0, supply=1.0, **options):
    return adoption_probability(np.array([neighbours]), np.array([size]), 0.03, 0.38, 0.3, supply, 0.3, **options)[0]


# Neighbours


def test_everybody_has_four_neighbours_in_its_sector_and_two_anywhere_and_is_not_its_own():
    met = drawn()
    assert met.shape == (NEIGHBOURS, 300)
    assert ((met >= 0) & (met < 300)).all()
    assert (met != np.arange(300)).all()
    assert (SECTOR[met[:NEIGHBOURS_IN_SECTOR]] == SECTOR).all()
    assert (SECTOR[met[NEIGHBOURS_IN_SECTOR:]] != SECTOR).mean() > 0.6


def test_every_peer_is_met_with_equal_chance():
    sector = np.zeros(6, dtype=int)
    rows = np.zeros(6000, dtype=int)
    counts = np.bincount(drawn(sector, rows).ravel(), minlength=6)
    assert counts[0] == 0
    np.testing.assert_allclose(counts[1:] / counts.sum(), 0.2, atol=0.01)


def test_newcomers_draw_for_themselves_alone():
    newest = np.array([298, 299])
    assert drawn(rows=newest).shape == (NEIGHBOURS, 2)
    assert (SECTOR[drawn(rows=newest)[:NEIGHBOURS_IN_SECTOR]] == SECTOR[newest]).all()


def test_the_order_of_rows_plays_no_part():
    mix = np.random.default_rng(3).permutation(300)
    uniform = np.random.default_rng(2).uniform(0.01, 0.99, (NEIGHBOURS, 300))
    plain = drawn_neighbours(uniform, np.arange(300), SECTOR, np.arange(300))
    mixed = drawn_neighbours(uniform[:, mix], np.arange(300), SECTOR[mix], mix)
    np.testing.assert_array_equal(mix[mixed], plain[:, mix])


def test_the_only_institution_of_a_sector_has_no_neighbour_there():
    met = drawn(np.array([0, 0, 1]))
    assert (met[:NEIGHBOURS_IN_SECTOR, 2] == -1).all()
    assert (met[NEIGHBOURS_IN_SECTOR:, 2] >= 0).all()


def test_neighbours_that_have_left_do_not_count():
    adopted = np.array([True, False, True, True])
    rows = np.array([[0, -1, -1], [1, 2, -1], [-1, 3, -1]])
    np.testing.assert_array_equal(neighbours_share(adopted, rows), [0.5, 1.0, 0.0])


# Adoption


def test_without_users_next_door_three_in_a_hundred_adopt_in_a_year():
    assert 1 - (1 - chance(0.0)) ** 12 == pytest.approx(-np.expm1(-0.03))


@given(st.floats(0.0, 0.9), st.floats(0.01, 0.1), st.floats(-2, 2), st.floats(0.5, 2.0))
def test_users_next_door_size_and_local_suppliers_all_speed_adoption(neighbours, more, size, supply):
    here = chance(neighbours, size, supply)
    assert chance(neighbours + more, size, supply) > here
    assert chance(neighbours, size + more, supply) > here
    assert chance(neighbours, size, supply + more) > here
    assert 0.0 < here < 1.0


def test_without_the_network_neighbours_do_not_matter():
    assert chance(0.9, adoption_network=False) == chance(0.0, adoption_network=False) == chance(0.0)


def test_where_all_look_at_all_adoption_follows_bass():
    """Shares after 2, 5 and 10 years of the Bass curve at the same rates are 8, 32 and 80 per cent."""
    share, path = 0.0, []
    for _ in range(120):
        share += (1.0 - share) * chance(share)
        path.append(share)
    assert [path[11 + 12 * year] for year in (1, 4, 9)] == pytest.approx([0.08, 0.32, 0.80], abs=0.01)


def test_cost_moves_for_adopters_alone():
    np.testing.assert_allclose(cost_of_adopters(np.array([True, False]), -4.0), [0.96, 1.0])
