import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.city_state import (
    CityState,
    environment_terms,
    log_real_wage,
    next_states,
    state_targets,
    unit_operating_cost,
)
from agents.institutions import Centre

EVEN = np.zeros(6)
SHANGHAI, RIVALS = Centre.SHANGHAI, slice(1, 6)
SPEEDS = np.array([0.015, 0.015, 0.006, 0.012])


def targets(density=EVEN, cost=100.0, international=1.0, legal=0.0, qualification=100.0):
    wage = log_real_wage(density, 0.045, 0.25, 0.25, cost, 0.04, qualification)
    return state_targets(wage, density, international, legal, 1.2, 0.5, 0.5, 0.3)


def only(centre, value):
    density = np.zeros(6)
    density[centre] = value
    return density


def test_at_the_seats_and_channels_of_2020_nothing_moves_to_the_bit():
    assert (targets() == 0.0).all()
    assert (next_states(np.zeros((4, 6)), targets(), SPEEDS) == 0.0).all()
    assert (environment_terms(np.zeros((4, 6)), EVEN, 0.15, -0.4, 0.25) == 0.0).all()
    assert unit_operating_cost(100.0, 0.0, 0.045, 0.25) == 100.0


@given(st.floats(20.0, 99.0))
def test_a_cheaper_move_brings_talent_to_shanghai_and_takes_some_from_its_rivals(cost):
    talent = targets(cost=cost)[CityState.TALENT]
    assert talent[SHANGHAI] > 0.0
    assert (talent[RIVALS] < 0.0).all()
    assert talent[SHANGHAI] == pytest.approx(-1.2 * 0.25 * np.log(cost / 100.0))


@given(st.floats(20.0, 99.0))
def test_cheaper_training_brings_talent_by_its_part_of_a_wage(cost):
    talent = targets(qualification=cost)[CityState.TALENT]
    assert talent[SHANGHAI] == pytest.approx(-1.2 * 0.04 * np.log(cost / 100.0))
    assert talent.sum() == pytest.approx(0.0, abs=1e-15)


def test_each_channel_moves_its_own_state_of_shanghai_alone():
    certain = targets(legal=0.4)
    assert certain[CityState.LAW].tolist() == [0.5 * 0.4, 0, 0, 0, 0, 0]
    assert np.count_nonzero(certain) == 1
    open_city = targets(international=1.5)
    assert open_city[CityState.INTERNATIONAL_TALENT, SHANGHAI] == pytest.approx(0.5 * np.log(1.5))
    assert np.count_nonzero(open_city) == 1


@given(st.sampled_from(list(Centre)), st.floats(0.01, 0.7))
def test_density_pays_as_long_as_productivity_outruns_the_rent_it_brings(centre, growth):
    dense = only(centre, growth)
    assert log_real_wage(dense, 0.10, 0.25, 0.25, 100.0, 0.04, 100.0)[centre] > 0.0
    assert log_real_wage(dense, 0.045, 0.25, 0.25, 100.0, 0.04, 100.0)[centre] < 0.0


def test_services_follow_their_clients():
    services = targets(only(Centre.SINGAPORE, 0.2))[CityState.SERVICES]
    assert services.tolist() == [0, 0, 0, 0, pytest.approx(0.06), 0]


@given(st.floats(-2.0, 2.0), st.integers(1, 60))
def test_states_close_their_gap_slowly_and_never_overshoot(target, months):
    goal = np.full((4, 6), target)
    state = np.zeros((4, 6))
    for _ in range(months):
        state = next_states(state, goal, SPEEDS)
    np.testing.assert_allclose(state[:, 0], target * (1 - (1 - SPEEDS) ** months), atol=1e-12)
    assert (np.abs(state) <= abs(target)).all()


def test_law_is_slower_than_services_and_talent():
    state = next_states(np.zeros((4, 6)), np.ones((4, 6)), SPEEDS)[:, 0]
    assert state[CityState.LAW] < state[CityState.SERVICES] < state[CityState.TALENT]


@pytest.mark.parametrize("state", list(CityState))
def test_entrants_look_for_talent_law_and_services_and_foreign_ones_for_international_talent(state):
    states = np.zeros((4, 6))
    states[state, SHANGHAI] = 1.0
    domestic, foreign = environment_terms(states, EVEN, 0.15, -0.4, 0.25).sum(axis=0)
    assert foreign[SHANGHAI] == pytest.approx(0.15)
    assert domestic[SHANGHAI] == pytest.approx(0.0 if state is CityState.INTERNATIONAL_TALENT else 0.15)
    assert (domestic[RIVALS] == 0.0).all() and (foreign[RIVALS] == 0.0).all()


@given(st.floats(0.01, 1.0))
def test_a_crowded_centre_is_dear_to_enter_and_to_stay_in(growth):
    crowded = environment_terms(np.zeros((4, 6)), only(SHANGHAI, growth), 0.15, -0.4, 0.25).sum(axis=0)
    np.testing.assert_allclose(crowded[:, SHANGHAI], -0.4 * 2 * 0.25 * growth)
    assert unit_operating_cost(100.0, growth, 0.045, 0.25) > 100.0
    assert unit_operating_cost(100.0, growth, 0.30, 0.25) < 100.0
