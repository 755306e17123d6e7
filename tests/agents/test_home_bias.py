"""Home bias: experience from holding, hedges, law and settlement, and the gap that they can close at most."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.foreign_investors import InvestorGroup
from agents.home_bias import experience_at_start, home_bias_shift, mean_experience_at_start, next_experience

GROUPS = np.array([InvestorGroup.RESERVE_MANAGER, InvestorGroup.REAL_MONEY], dtype=np.int8)


def shift(gain=0.0, hedging=1.0, law=0.0, settlement=1.0):
    gains = np.full(2, gain)
    return home_bias_shift(0.8, gains, hedging, law, settlement, 0.3, 0.1, 0.2, 0.05, GROUPS)


def test_experience_at_the_start_has_its_mean_and_lies_between_none_and_full():
    drawn = experience_at_start(np.linspace(0.0005, 0.9995, 1000), 36.0, 60.0)
    assert 0.0 < drawn.min() < 0.01 and 0.9 < drawn.max() < 1.0
    assert drawn.mean() == pytest.approx(mean_experience_at_start(36.0, 60.0), abs=1e-3)
    assert mean_experience_at_start(36.0, 60.0) == pytest.approx(0.375)


def test_holders_learn_to_full_experience_and_others_stay():
    experience, holds = np.zeros(2), np.array([True, False])
    for _ in range(60):
        experience = next_experience(experience, holds, 60.0)
    np.testing.assert_allclose(experience, [1.0 - np.exp(-1.0), 0.0])


def test_at_the_conditions_of_2020_and_mean_experience_nothing_shifts():
    np.testing.assert_array_equal(shift(), 0.0)


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [({"gain": 0.5}, 0.15), ({"hedging": 0.5}, 0.1 * np.log(2.0)), ({"law": 1.5}, 0.3), ({"settlement": 2.0}, -0.0347)],
)
def test_each_reason_closes_its_part_of_the_gap_and_reserves_follow_their_own_rule(changed, reasons):
    reserve, real = shift(**changed)
    assert reserve == 0.0
    assert real == pytest.approx(np.log(5.0) * (1.0 - np.exp(-reasons)), rel=1e-2)


@given(st.floats(0.0, 1.0), st.floats(1e-6, 1.0), st.floats(0.0, 50.0), st.floats(1e-6, 1.0))
def test_nobody_passes_the_weight_of_the_market(gain, hedging, law, settlement):
    assert shift(gain, hedging, law, settlement)[1] <= np.log(5.0) + 1e-12
