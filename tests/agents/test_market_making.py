import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.market_making import defaulted_share, market_making_capital

ALLOCATION = np.array([[0.05, 0.0], [0.1, 0.2]])
LIMIT = np.array([25.0, 12.5])


def test_dealers_commit_their_part_of_equity_while_the_leverage_rule_leaves_room():
    capital = market_making_capital(np.array([100.0, 20.0]), np.array([1000.0, 100.0]), LIMIT, ALLOCATION)
    np.testing.assert_allclose(capital, [[5.0, 0.0], [2.0, 4.0]])


def test_near_the_limit_the_room_shrinks_by_the_limit_for_each_yuan_lost():
    assets = np.array([1000.0, 100.0])
    near, nearer = (
        market_making_capital(np.array([equity, 20.0]), assets, LIMIT, ALLOCATION)[0, 0] for equity in (41.0, 40.5)
    )
    assert near == np.float64(0.05 * 25.0)
    assert near - nearer == np.float64(0.05 * 25.0 * 0.5)
    assert market_making_capital(np.array([40.0, 20.0]), assets, LIMIT, ALLOCATION)[0, 0] == 0.0
    assert market_making_capital(np.array([-5.0, 20.0]), assets, LIMIT, ALLOCATION)[0, 0] == 0.0


@given(st.floats(-10, 200), st.floats(0, 50), st.floats(0, 3000))
def test_losses_of_equity_never_deepen_a_market(equity, loss, assets):
    before, after = (
        market_making_capital(np.full(2, left), np.full(2, assets), LIMIT, ALLOCATION)
        for left in (equity, equity - loss)
    )
    assert (after <= before + 1e-12).all()
    assert (after >= 0.0).all()


def test_members_default_from_the_largest_on():
    equity, keys = np.array([5.0, 20.0, 9.0, 9.0]), np.array([4, 3, 2, 1], dtype=np.uint64)
    assert defaulted_share(equity, keys, 0.0).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert defaulted_share(equity, keys, 0.4).tolist() == [0.0, 0.4, 0.0, 0.0]
    assert defaulted_share(equity, keys, 1.5).tolist() == [0.0, 1.0, 0.0, 0.5]
    assert defaulted_share(equity, keys, 9.0).tolist() == [1.0, 1.0, 1.0, 1.0]
