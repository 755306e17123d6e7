"""Foreign holders of shares: value, trend, volatility, the quota of Stock Connect."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.equity_investors import EquityStyle, earnings_yield_change_pp, equity_terms, within_quota
from agents.foreign_investors import entry_by_peers, entry_rate_per_month


def terms(**changed):
    usual = {
        "yield_change_pp": 0.0,
        "return_3m": 0.0,
        "risk": 0.0,
        "access": 0.0,
        "geopolitics": np.zeros(3),
        "price_elasticity": 1.2,
        "duration_years": 20.0,
        "momentum": 0.04,
        "index_risk_share": 0.5,
        "style": np.array([EquityStyle.INDEX, EquityStyle.ACTIVE]),
        "bloc": np.array([0, 1]),
    }
    return equity_terms(**{**usual, **changed})


def test_prices_that_rise_with_earnings_leave_the_yield_alone():
    assert earnings_yield_change_pp(6.0, 0.0) == 0.0
    assert earnings_yield_change_pp(6.0, np.log(2.0)) == pytest.approx(-3.0)


def test_active_investors_alone_look_at_value_and_trend():
    assert terms(yield_change_pp=1.0)[0].tolist() == pytest.approx([0.0, 0.24])
    assert terms(return_3m=0.10)[1].tolist() == pytest.approx([0.0, 0.04])


def test_volatility_politics_and_access_move_their_own_term():
    assert terms(risk=0.2)[2].tolist() == pytest.approx([-0.1, -0.2])
    assert terms(access=0.3)[3].tolist() == pytest.approx([0.3, 0.3])
    assert terms(geopolitics=np.array([-0.5, 0.1, 0.0]))[4].tolist() == pytest.approx([-0.5, 0.1])
    assert (terms() == 0.0).all()


@given(st.lists(st.floats(-50.0, 50.0), min_size=1, max_size=30), st.floats(0.0, 200.0), st.floats(0.1, 1.0))
def test_the_quota_bounds_net_inflow_and_touches_no_sale(trades, quota, part):
    wanted = np.array(trades)
    allowed = within_quota(wanted, part, quota)
    assert part * allowed.sum() <= max(quota, part * min(wanted.sum(), 0.0)) + 1e-6
    assert (allowed[wanted <= 0.0] == wanted[wanted <= 0.0]).all()
    assert (allowed[wanted > 0.0] <= wanted[wanted > 0.0] + 1e-12).all() and (allowed[wanted > 0.0] >= -1e-9).all()
    if part * wanted.sum() <= quota:
        assert (allowed == wanted).all()


def test_buying_of_those_inside_draws_entrants_at_most_by_the_coefficient():
    assert entry_by_peers(0.0, 0.025, 1.5, 0.08) == 0.0
    assert 0.0 < entry_by_peers(0.02, 0.025, 1.5, 0.08) < 0.08
    assert entry_rate_per_month(9.0, 0.0, 1.5, peers=0.08) == pytest.approx(9.0 * np.exp(0.08))
