import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.licences import LICENCE_STAGES, licence_scope_shift, licence_stage_probability, licensed_share, steady_queue

FILINGS = np.array([2.0, 0.5])


def month_in_the_queue(waiting, passes, withdraws):
    """Expected queue a month later and the licences of the month."""
    stays = waiting * (1.0 - withdraws)
    moves = stays * passes
    return stays - moves + np.concatenate([FILINGS[None], moves[:-1]]), moves[-1]


def test_a_licence_takes_a_year_on_average_with_the_spread_of_three_stages():
    passes = licence_stage_probability(12.0)
    alive, months, chance = np.zeros((LICENCE_STAGES, 2)), np.arange(1, 400), []
    alive[0] = 1.0
    for _ in months:
        moves = alive * passes
        alive = alive - moves + np.concatenate([np.zeros((1, 2)), moves[:-1]])
        chance.append(moves[-1, 0])
    assert sum(chance) == pytest.approx(1.0)
    mean = (months * chance).sum()
    assert mean == pytest.approx(12.0)
    # Erlang of three stages has a variance of 48; a step of a month takes one mean off it.
    assert ((months - mean) ** 2 * chance).sum() == pytest.approx(12.0**2 / LICENCE_STAGES - 12.0)


@given(st.floats(3.0, 60.0), st.floats(0.0, 0.1))
def test_a_steady_queue_stays_and_licenses_its_share_of_filings(mean_months, withdraws):
    passes = licence_stage_probability(mean_months)
    waiting = steady_queue(FILINGS, passes, withdraws)
    after, licensed = month_in_the_queue(waiting, passes, withdraws)
    np.testing.assert_allclose(after, waiting)
    np.testing.assert_allclose(licensed, FILINGS * licensed_share(passes, withdraws))


def test_without_withdrawals_every_filing_ends_in_a_licence_and_a_years_filings_wait():
    assert licensed_share(0.25, 0.0) == 1.0
    np.testing.assert_allclose(steady_queue(FILINGS, 0.25, 0.0).sum(axis=0), 12.0 * FILINGS)


def test_more_withdrawals_leave_fewer_licences_and_a_shorter_queue():
    assert licensed_share(0.25, 0.02) < licensed_share(0.25, 0.01)
    assert (steady_queue(FILINGS, 0.25, 0.02) < steady_queue(FILINGS, 0.25, 0.01)).all()


def test_a_wait_below_three_months_is_three_months():
    assert licence_stage_probability(1.0) == 1.0


@given(st.floats(1.001, 1.6))
def test_a_wider_scope_draws_foreign_institutions_and_the_scope_of_2020_does_nothing(ratio):
    assert licence_scope_shift(1.0, 0.5) == 0.0
    assert licence_scope_shift(ratio, 0.5) == pytest.approx(0.5 * np.log(ratio))
