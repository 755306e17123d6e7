"""Rules of the authorities by hand."""

import numpy as np
import pytest

from agents.authorities import curb_probability, drawdown, next_curbs, outflow_speed, release_probability
from agents.foreign_investors import InvestorGroup, exit_speed, held_back


def test_a_drawdown_is_measured_from_the_highest_value_of_the_window():
    assert drawdown(np.array([50.0, 100.0, 80.0])) == pytest.approx(np.log(1.25))
    assert drawdown(np.array([50.0, 80.0, 100.0])) == 0.0


def test_speed_of_outflow_is_over_what_was_held_before_the_sales():
    assert outflow_speed(-20.0, 80.0) == pytest.approx(0.2)
    assert outflow_speed(20.0, 80.0) == outflow_speed(0.0, 0.0) == 0.0


def test_a_curb_begins_at_a_rate_that_grows_exponentially_with_its_signal():
    chance = curb_probability(np.array([0.02, 0.02]), np.array([3.0, 3.0]), np.array([0.0, 0.5]))
    assert chance == pytest.approx([1.0 - np.exp(-0.02), 1.0 - np.exp(-0.02 * np.exp(1.5))])


def test_durations_have_the_mean_that_is_asked_for_and_no_curb_ends_before_a_month():
    assert release_probability(np.array([8.0, 0.3])) == pytest.approx([0.125, 1.0])
    uniform = np.random.default_rng(1).random((20_000, 1))
    on, months, spells = np.array([True]), 0, 0
    for each in uniform:
        months += int(on[0])
        spells += int(not on[0])
        on = next_curbs(on, np.array([1.0]), release_probability(np.array([8.0])), each)
    assert months / spells == pytest.approx(8.0, rel=0.05)


def test_the_same_number_begins_and_ends_curbs():
    begins, ends, uniform = np.full(4, 0.3), np.full(4, 0.2), np.array([0.1, 0.4, 0.1, 0.4])
    now = next_curbs(np.array([False, False, True, True]), begins, ends, uniform)
    assert now.tolist() == [True, False, False, True]


def test_money_leaves_faster_where_it_is_easier_to_convert_and_never_faster_than_at_once():
    usual = np.array([0.1, 0.2, 0.3, 0.9])
    faster = exit_speed(usual, 0.25, 0.5)
    assert faster == pytest.approx([0.1, 0.2, 0.6, 1.0])
    assert exit_speed(usual, 1.0, 0.5) == pytest.approx(usual)
    assert exit_speed(usual, 2.0, 0.5)[InvestorGroup.REAL_MONEY] < usual[InvestorGroup.REAL_MONEY]


def test_a_curb_on_outflows_holds_back_sales_and_no_purchases():
    assert held_back(np.array([-0.4, 0.0, 0.2]), 0.25) == pytest.approx([-0.1, 0.0, 0.2])
