import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.issuers import IssuerClass
from agents.trade_settlement import chosen_yuan_share, cips_share, class_shares, reviewing, yuan_probability

SLOPES = {
    "invoicing_cost_slope": 1.0,
    "conversion_friction_slope": 0.3,
    "appreciation_slope": 2.0,
    "peer_slope": 1.5,
}
CLASSES = len(IssuerClass)


def probability(invoicing=1.0, friction=1.0, appreciation=0.0, peers=0.2, **slopes):
    return float(
        yuan_probability(0.2, invoicing, friction, appreciation, np.array([peers]), **{**SLOPES, **slopes}).item()
    )


def log_odds(share):
    return np.log(share / (1.0 - share))


def test_at_the_costs_of_2020_without_news_the_probability_is_the_share_at_the_start():
    assert probability() == pytest.approx(0.2, rel=1e-12)


def test_costs_appreciation_and_peers_move_the_log_odds_by_their_slopes():
    start = log_odds(0.2)
    assert log_odds(probability(invoicing=0.5)) == pytest.approx(start + np.log(2.0))
    assert log_odds(probability(friction=0.5)) == pytest.approx(start + 0.3 * np.log(2.0))
    assert log_odds(probability(appreciation=0.05)) == pytest.approx(start + 0.1)
    assert log_odds(probability(peers=0.4)) == pytest.approx(start + 0.3)


@pytest.mark.parametrize(
    ("news", "slope"),
    [
        ({"invoicing": 0.5}, "invoicing_cost_slope"),
        ({"friction": 0.5}, "conversion_friction_slope"),
        ({"appreciation": 0.05}, "appreciation_slope"),
        ({"peers": 0.4}, "peer_slope"),
    ],
)
def test_without_its_slope_a_reason_to_settle_in_yuan_is_none(news, slope):
    assert probability(**news) > probability()
    assert probability(**news, **{slope: 0.0}) == probability()


def test_the_share_of_a_class_is_weighted_by_trade_and_zero_without_trade():
    kind = np.array([0, 0, 3], dtype=np.int8)
    shares = class_shares(kind, np.array([3.0, 1.0, 2.0]), np.array([1.0, 0.0, 0.25]))
    assert shares[[0, 3]].tolist() == [0.75, 0.25]
    assert (shares[[1, 2, 4, 5, 6, 7]] == 0.0).all()


def test_an_issuer_reconsiders_about_once_in_the_months_of_a_review_and_its_number_is_uniform_again():
    uniform = (np.arange(100_000) + 0.5) / 100_000
    rows, fresh = reviewing(uniform, 24.0)
    assert len(rows) / len(uniform) == pytest.approx(-np.expm1(-1.0 / 24.0), rel=1e-3)
    assert fresh.min() > 0.0 and fresh.max() < 1.0
    assert np.abs(np.quantile(fresh, [0.25, 0.5, 0.75]) - [0.25, 0.5, 0.75]).max() < 1e-3


def test_the_chosen_share_is_binomial_by_class():
    uniform = (np.arange(20_000) + 0.5) / 20_000
    by_class = np.linspace(0.1, 0.8, CLASSES)
    for kind, wanted in enumerate(by_class):
        share = chosen_yuan_share(by_class, np.full(len(uniform), kind, dtype=np.int8), 12, uniform)
        assert share.mean() == pytest.approx(wanted, abs=1e-3)
        assert share.std() == pytest.approx(np.sqrt(wanted * (1.0 - wanted) / 12.0), abs=2e-3)
        assert set(np.round(12.0 * np.unique(share), 9)) <= set(range(13))


@given(st.floats(0.01, 0.99), st.floats(0.0, 0.5), st.integers(1, 20), st.floats(0.001, 0.999))
def test_more_reason_for_yuan_never_takes_trade_from_it(low, more, partners, uniform):
    high = min(0.999, low + more)
    kind, uniform = np.zeros(1, dtype=np.int8), np.array([uniform])
    one, other = (chosen_yuan_share(np.full(CLASSES, p), kind, partners, uniform) for p in (low, high))
    assert 0.0 <= one[0] <= other[0] <= 1.0


def test_a_bank_routes_by_its_leaning_and_the_cost_of_a_payment():
    leaning = np.array([-1.0, 0.0, 1.0])
    at_2020 = cips_share(leaning, 0.8, 1.0, 0.7, 1.0)
    assert at_2020[1] == pytest.approx(0.8)
    np.testing.assert_allclose(log_odds(at_2020), log_odds(0.8) + 0.7 * leaning)
    np.testing.assert_allclose(log_odds(cips_share(leaning, 0.8, 0.5, 0.7, 1.0)) - log_odds(at_2020), np.log(2.0))
    assert (cips_share(leaning, 0.8, 0.5, 0.7, 0.0) == at_2020).all()


def test_issuers_without_trade_settle_none_of_it_in_yuan():
    nobody = np.zeros(0)
    assert class_shares(nobody.astype(np.int8), nobody, nobody).tolist() == [0.0] * CLASSES
