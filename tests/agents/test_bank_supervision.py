"""What late detection and slow resolution of a failing bank cost."""

import pytest

from agents.bank_supervision import loss_share_seen_late, stress_half_life_months
from agents.managed_assets import trust_shift


def test_a_failure_seen_late_costs_more_and_never_more_than_all():
    assert loss_share_seen_late(0.3, 4.0, 4.0, 0.3) == 0.3
    assert loss_share_seen_late(0.3, 8.0, 4.0, 0.3) == pytest.approx(0.3 * 2.0**0.3)
    assert loss_share_seen_late(0.3, 2.0, 4.0, 0.3) < 0.3
    assert loss_share_seen_late(0.9, 400.0, 4.0, 0.5) == 1.0


def test_stress_lasts_as_long_as_resolution_takes():
    assert stress_half_life_months(3.0, 12.0, 12.0) == 3.0
    assert stress_half_life_months(3.0, 6.0, 12.0) == 1.5


def test_clients_trust_managers_less_when_conduct_is_worse():
    assert trust_shift(100.0, 100.0, 0.02) == 0.0
    assert trust_shift(200.0, 100.0, 0.02) < 0.0 < trust_shift(50.0, 100.0, 0.02)
