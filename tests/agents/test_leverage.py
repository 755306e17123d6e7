import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.leverage import (
    LEVERAGE_TERMS,
    leverage_terms,
    money_market_activity,
    next_risk_limit,
    unsecured_lending_factor,
)

small = st.floats(-0.5, 0.5)


def terms(
    leverage=0.2,
    normal=0.2,
    limit=0.0,
    before=0.0,
    carry=0.0,
    tightness=0.0,
    market=0.0,
    own=0.0,
    cut=0.0,
    largest=0.95,
):
    return leverage_terms(
        np.array([leverage]),
        np.array([normal]),
        limit,
        before,
        carry,
        tightness,
        0.85,
        0.3,
        0.4,
        market,
        np.array([own]),
        np.array([cut]),
        largest,
    )[:, 0]


def test_leverage_stays_normal_while_carry_rules_and_volatility_do():
    assert (terms() == 0.0).all()


@pytest.mark.parametrize(
    ("given", "term", "value"),
    [
        ({"carry": 1.0}, "carry", 0.15 * 0.3),
        ({"tightness": 0.5}, "macroprudential rules", -0.15 * 0.4 * 0.5),
        ({"limit": -0.1, "before": 0.0}, "volatility", -0.1),
        ({"leverage": 0.4}, "return to normal", -0.15 * np.log(2.0)),
        ({"market": 0.02}, "common random term", 0.02),
        ({"own": -0.05}, "own random term", -0.05),
        ({"cut": 0.1}, "capital below the minimum", -0.1),
        ({"leverage": 0.9, "normal": 0.9, "own": 0.2}, "limit of collateral", np.log(0.95 / 0.9) - 0.2),
    ],
)
def test_each_reason_counts_by_its_own_coefficient(given, term, value):
    by_name = dict(zip(LEVERAGE_TERMS, terms(**given), strict=True))
    assert by_name[term] == pytest.approx(value)
    assert all(by_name[other] == 0.0 for other in LEVERAGE_TERMS if other not in (term, "own random term"))


@given(small, small, small, st.floats(0.01, 0.9), st.floats(0.01, 0.9))
def test_without_volatility_and_own_noise_an_institution_follows_the_law_of_the_whole_market(
    carry, tightness, market, leverage, normal
):
    change = terms(leverage, normal, 0.0, 0.0, carry, tightness, market, 0.0, largest=1e9).sum()
    before = np.log(leverage / normal)
    law = 0.85 * before + 0.15 * (0.3 * carry - 0.4 * tightness) + market
    assert before + change == pytest.approx(law)


@given(small, small, small, small, st.floats(0.01, 0.95))
def test_nobody_borrows_more_than_its_collateral_allows(carry, market, own, limit, leverage):
    after = leverage * np.exp(terms(leverage, 0.9, limit, 0.0, carry, 0.0, market, own).sum())
    assert after <= 0.95 * (1 + 1e-12)


def test_the_risk_limit_closes_half_of_its_gap_to_what_volatility_allows():
    limit = next_risk_limit(0.0, 0.4, -0.35, 0.5)
    assert limit == pytest.approx(-0.07)
    assert next_risk_limit(limit, 0.4, -0.35, 0.5) == pytest.approx(-0.105)
    for _ in range(60):
        limit = next_risk_limit(limit, 0.4, -0.35, 0.5)
    assert limit == pytest.approx(-0.35 * 0.4)


def test_a_risk_limit_is_not_forgotten_as_a_gap_of_the_mandate_is():
    settled = 0.2 * np.exp(-0.14)
    assert terms(settled, 0.2, -0.14, -0.14).sum() == pytest.approx(0.0, abs=1e-15)


def test_may_2017_against_may_2016_lending_fell_far_more_than_repo_and_the_market_by_a_seventh():
    """Tightness that lowers repo by 8.5 %, as published, lowers lending and the whole market about as published."""
    tighter, sensitivity, ratio = -np.log(1.0 - 0.085) / 0.3, 0.3, 6.4
    repo, lending = (unsecured_lending_factor(tighter, sensitivity, each) for each in (1.0, ratio))
    assert repo == pytest.approx(0.915) and lending == pytest.approx(0.564, abs=0.005)
    before, after = (money_market_activity(r, 8.0, 9.93 / 63.89, u) for r, u in ((100.0, 1.0), (91.5, lending / repo)))
    assert before == pytest.approx(800.0)
    assert -0.15 < after / before - 1.0 < -0.13  # published: -14.7 %, with outright repo, which fell by a quarter
