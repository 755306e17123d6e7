"""Certificates of deposit: the stock banks aim at and what a failure does to it."""

import numpy as np
import pytest

from agents.certificates import (
    BankTier,
    certificate_target_growth,
    certificates_issued_bn,
    faded_stress,
    stress_spread_pp,
    tenor_weights,
    wanted_certificates_bn,
)


def test_banks_want_more_certificates_when_loans_yield_more():
    assert certificate_target_growth(0.01, 0.0, 0.6) == 0.01
    assert certificate_target_growth(0.01, 1.0, 0.6) == pytest.approx(0.06)


def test_small_banks_pay_for_a_failure_and_large_ones_do_not():
    spread = stress_spread_pp(1.0, np.array([0.0, 8.0, 60.0]))
    assert spread.tolist() == pytest.approx([0.0, 0.08, 0.60])
    assert (stress_spread_pp(0.0, np.array([0.0, 8.0, 60.0])) == 0.0).all()


def test_who_pays_more_places_less():
    tier = np.array([BankTier.LARGE, BankTier.SMALL])
    wanted = wanted_certificates_bn(np.array([100.0, 100.0]), tier, np.array([0.0, 0.1, 0.6]), 0.5)
    assert wanted.tolist() == pytest.approx([100.0, 100.0 * np.exp(-0.3)])


def test_banks_sell_what_is_missing_and_never_buy_back():
    assert certificates_issued_bn(np.array([10.0, 5.0]), np.array([8.0, 9.0])).tolist() == [2.0, 0.0]


def test_stress_is_forgotten_by_half_in_its_half_life():
    stress = 1.0
    for _ in range(3):
        stress = faded_stress(stress, 3.0)
    assert stress == pytest.approx(0.5)


def test_tenors_are_tilted_by_odds_and_stay_shares():
    usual, months = np.array([0.5, 0.25, 0.25]), np.array([0, 6, 12])
    np.testing.assert_allclose(tenor_weights(2.0 * usual, months, 0.0), usual)
    longer = tenor_weights(usual, months, np.log(2.0))
    assert longer.sum() == pytest.approx(1.0)
    assert longer[2] / longer[0] == pytest.approx(2.0 * usual[2] / usual[0])
    assert (tenor_weights(usual, months, -90.0) >= 0.0).all()
