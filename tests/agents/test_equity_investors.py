"""Foreign holders of shares: value, trend, volatility, the quota of Stock Connect."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.equity_investors import (
    COMPANY_GROUPS,
    EquityStyle,
    appeal_to_foreigners,
    equity_terms,
    log_odds,
    neutral_drift,
    weight_after,
    within_ceiling,
    within_quota,
)
from agents.foreign_investors import entry_by_peers


def terms(**changed):
    usual = {
        "excess_log_return": 0.0,
        "earnings_yield_2020_pct": 5.0,
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


def test_active_investors_alone_look_at_value_and_trend():
    # Elasticity 1.2 * 20 years * 5 % = 1.2.
    assert terms(excess_log_return=-0.5)[0].tolist() == pytest.approx([0.0, 0.6])
    assert terms(excess_log_return=-1.5)[0].tolist() == pytest.approx([0.0, 1.8])
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


def test_a_portfolio_that_holds_the_market_drifts_with_values_and_the_currency():
    assert neutral_drift(0.05, 0.02, 0.01) == pytest.approx(0.02)


@given(st.floats(1e-6, 0.999), st.floats(-8.0, 8.0))
def test_no_trade_of_the_log_odds_passes_the_assets(weight, trade):
    after = float(weight_after(np.array([weight]), np.array([trade]))[0])
    assert 0.0 < after <= 1.0
    if after < 1.0 - 1e-9:
        assert log_odds(np.array([after]))[0] - log_odds(np.array([weight]))[0] == pytest.approx(trade, abs=1e-6)


def test_some_companies_are_sought_more_than_others_but_not_at_no_spread():
    appeal = appeal_to_foreigners(0.8)
    assert appeal.mean() == pytest.approx(1.0) and (np.diff(appeal) > 0.0).all()
    # The middle of twenty groups: the last lies at 1.96 standard deviations.
    assert np.log(appeal[-1] / appeal[0]) == pytest.approx(0.8 * 2 * 1.959964)
    np.testing.assert_allclose(appeal_to_foreigners(0.0), 1.0)


def test_below_the_ceiling_all_purchases_pass_and_stakes_follow_the_appeal():
    stakes, appeal = np.array([0.01, 0.03]), np.array([0.5, 1.5])
    part, after = within_ceiling(2.0, 1.0, stakes, appeal, 100.0, 0.28)
    assert part == 1.0
    # Two bn are held: one of them is sold, and two are bought, half a billion and one and a half.
    np.testing.assert_allclose(after, [0.005 + 0.01, 0.015 + 0.03])


def test_a_company_at_the_ceiling_takes_no_purchases_and_lets_foreigners_sell():
    stakes, appeal = np.array([0.05, 0.28]), np.array([0.5, 1.5])
    part, after = within_ceiling(4.0, 0.0, stakes, appeal, 100.0, 0.28)
    assert part == pytest.approx(0.25)
    np.testing.assert_allclose(after, [0.05 + 1.0 / 50.0, 0.28])
    part, after = within_ceiling(0.0, 1.65, stakes, appeal, 100.0, 0.28)
    assert part == 1.0
    np.testing.assert_allclose(after, 0.9 * stakes)


@given(st.floats(0.0, 1e5), st.floats(0.0, 0.27), st.floats(0.0, 2.0))
def test_no_purchase_lifts_a_stake_above_the_ceiling(bought, stake, spread):
    stakes = np.minimum(stake * appeal_to_foreigners(spread), 0.28)
    part, after = within_ceiling(bought, 0.0, stakes, appeal_to_foreigners(spread), 1e4, 0.28)
    assert after.shape == (COMPANY_GROUPS,) and after.max() <= 0.28 + 1e-12 and 0.0 <= part <= 1.0
    assert part * bought == pytest.approx(float((after - stakes).sum()) * 1e4 / COMPANY_GROUPS, abs=1e-6)
