import numpy as np
import pytest

from agents.platform_rules import is_platform, next_stance, rule_change_probability

SAME = np.ones(2)


def test_platforms_are_large_firms_that_no_institution_founded():
    log_size = np.log([99.0, 101.0, 101.0])
    assert is_platform(log_size, np.array([False, False, True]), 100.0).tolist() == [False, True, False]


def test_rules_change_at_their_rate():
    assert rule_change_probability(0.0) == 0.0
    assert 1.0 - (1.0 - rule_change_probability(0.6)) ** 12 == pytest.approx(1.0 - np.exp(-0.6))


def test_what_rules_took_or_gave_halves_in_its_time_and_a_change_is_added():
    for stance in (-0.2, 0.2):
        now = np.full(2, stance)
        for _ in range(24):
            now = next_stance(now, 0.0, 24.0, SAME)
        np.testing.assert_allclose(now, stance / 2.0)
    np.testing.assert_allclose(next_stance(np.zeros(2), -0.1, 24.0, SAME), -0.1)


def test_where_permission_is_sooner_platforms_adapt_faster_to_tighter_rules_and_keep_a_gain_as_long():
    lead_time = np.array([1.0, 0.5])
    tighter, looser = (next_stance(np.full(2, stance), 0.0, 24.0, lead_time) for stance in (-0.2, 0.2))
    assert tighter[1] > tighter[0] and looser[1] == looser[0]
