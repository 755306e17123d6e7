"""Defaults: what raises their chance, what they do to spreads, how both fade."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.credit_events import (
    NO_PROVINCE,
    contagion_spread_pp,
    default_probability,
    felt_losses_pct,
    log_default_terms,
    months_of_unmet_need,
    rollover_pressure,
    spread_of_issuers_pp,
)


def test_pressure_is_full_where_a_twelfth_of_the_debt_falls_due():
    pressure = rollover_pressure(np.array([0.0, 5.0, 10.0, 60.0, 0.0]), np.array([120.0, 120.0, 120.0, 120.0, 0.0]))
    assert pressure.tolist() == pytest.approx([0.0, 0.5, 1.0, 1.0, 0.0])


def test_a_spread_hurts_who_has_to_refinance_and_distress_hurts_all():
    rollover, distress = log_default_terms(
        np.array([0.0, 1.0]), np.array([2.0, 2.0]), np.array([False, True]), 0.4, 3.0
    )
    assert rollover.tolist() == pytest.approx([0.0, 0.8])
    assert distress.tolist() == pytest.approx([0.0, np.log(3.0)])


@given(st.floats(0.0001, 0.2), st.floats(-2.0, 2.0), st.floats(0.0, 1.0))
def test_a_higher_multiplier_never_lowers_the_chance_of_default(rate, log_multiplier, more):
    rates = np.array([rate])
    assert default_probability(rates, log_multiplier + more)[0] >= default_probability(rates, log_multiplier)[0]


def test_losses_beyond_expectation_are_felt_and_fade_and_calm_months_soothe():
    debt = np.array([100.0, 100.0, 0.0])
    felt = felt_losses_pct(np.zeros(3), np.array([2.0, 0.0, 0.0]), np.array([0.5, 0.5, 0.0]), debt, 6.0)
    assert felt.tolist() == pytest.approx([1.5, -0.5, 0.0])
    for _ in range(6):
        felt = felt_losses_pct(felt, np.zeros(3), np.zeros(3), debt, 6.0)
    assert felt.tolist() == pytest.approx([0.75, -0.25, 0.0])


def test_the_spread_rises_with_losses_and_has_a_bound():
    spread = contagion_spread_pp(np.array([-1.0, 0.0, 0.1, 100.0]), 30.0, 300.0)
    assert spread[0] < 0.0 == spread[1] and spread[2] == pytest.approx(0.03, rel=0.01)
    assert spread[3] == pytest.approx(3.0)


def test_an_issuer_feels_its_industry_and_its_province():
    spread = spread_of_issuers_pp(
        np.array([0.1, 0.2]), np.array([1.0, 2.0, 0.0]), np.array([0, 1, 1]), np.array([1, 0, NO_PROVINCE])
    )
    assert spread.tolist() == pytest.approx([2.1, 1.2, 0.2])


def test_months_of_unmet_need_count_up_and_start_again():
    months = months_of_unmet_need(np.array([3, 3, 0]), np.array([10.0, 10.0, 0.0]), np.array([4.0, 6.0, 0.0]), 0.5)
    assert months.tolist() == [4, 0, 0]
