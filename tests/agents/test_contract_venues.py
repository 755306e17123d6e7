"""Venues of a contract: thresholds, shares of trading and of depth."""

import numpy as np
import pytest

from agents.contract_venues import depth_share, shanghai_share, threshold_of


def test_at_no_inclination_shanghai_has_its_share_of_2020():
    uniform = (np.arange(1000) + 0.5) / 1000
    assert (threshold_of(uniform, np.full(1000, 0.28)) < 0.0).mean() == pytest.approx(0.28)
    assert threshold_of(np.array([0.5]), np.array([0.2]))[0] == pytest.approx(np.log(4.0))


def test_a_part_of_trading_is_bound_to_its_venue():
    here, weight = np.array([True, False]), np.array([3.0, 1.0])
    assert shanghai_share(here, weight, 0.2, 0.0) == pytest.approx(0.75)
    assert shanghai_share(here, weight, 0.2, 0.5) == pytest.approx(0.475)
    assert shanghai_share(~here & ~here[::-1], weight, 0.2, 0.5) == pytest.approx(0.1)


def test_depth_is_shared_by_volume():
    share = np.array([0.2, 0.5])
    np.testing.assert_allclose(depth_share(share, np.ones(2), np.ones(2)), share)
    np.testing.assert_allclose(depth_share(share, np.full(2, 4.0), np.ones(2)), [0.5, 0.8])
