"""Absorption ratio on returns made by hand."""

import numpy as np
import pytest

from agents.absorption_ratio import absorption_ratio

RETURNS = np.random.default_rng(3).normal(size=(24, 10))
COMMON = np.random.default_rng(4).normal(size=(24, 1))


def test_sectors_that_move_as_one_are_absorbed_by_one_component():
    assert absorption_ratio(COMMON * np.arange(1.0, 11.0), 0.1) == pytest.approx(1.0)


def test_uncorrelated_series_are_absorbed_by_the_share_of_components():
    # Columns of an orthogonal matrix that are orthogonal to a constant have no correlation.
    pure = np.linalg.qr(np.column_stack([np.ones(24), RETURNS]))[0][:, 1:]
    assert absorption_ratio(pure, 0.2) == pytest.approx(0.2)
    assert absorption_ratio(pure, 0.5) == pytest.approx(0.5)


def test_two_series_with_a_correlation_are_absorbed_by_half_of_one_plus_it():
    pair = RETURNS[:, :2]
    correlation = np.corrcoef(pair.T)[0, 1]
    assert absorption_ratio(pair, 0.5) == pytest.approx((1.0 + abs(correlation)) / 2.0)


def test_the_more_a_common_loss_weighs_the_higher_the_ratio():
    found = [absorption_ratio(RETURNS + weight * COMMON, 0.2) for weight in (0.0, 1.0, 3.0, 30.0)]
    assert found == sorted(found) and found[0] < 0.6 < 0.99 < found[-1] <= 1.0


def test_order_and_scale_of_series_do_not_matter_and_one_that_stands_still_is_left_out():
    whole = absorption_ratio(RETURNS, 0.2)
    assert absorption_ratio(RETURNS[:, ::-1], 0.2) == pytest.approx(whole)
    assert absorption_ratio(RETURNS * np.arange(1.0, 11.0) - 5.0, 0.2) == pytest.approx(whole)
    still = RETURNS.copy()
    still[:, 0] = 0.01
    assert absorption_ratio(still, 0.2) == pytest.approx(absorption_ratio(RETURNS[:, 1:], 2.0 / 9.0))


def test_more_series_than_months_give_the_same_as_the_correlation_matrix():
    few = RETURNS[:6]
    eigenvalues = np.linalg.eigvalsh(np.corrcoef(few.T))
    assert absorption_ratio(few, 0.2) == pytest.approx(eigenvalues[-2:].sum() / 10.0)


@pytest.mark.parametrize("too_few", [RETURNS[:1], RETURNS[:, :1], np.zeros((12, 5)), np.zeros((0, 5))])
def test_of_too_little_nothing_can_be_said(too_few):
    assert absorption_ratio(too_few, 0.2) == 1.0
