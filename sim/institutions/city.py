"""The city among its rivals: density, wages and rents, and the states of talent, law and services."""

import numpy as np

from agents.arrays import Floats
from agents.city_state import log_real_wage, next_states, state_targets
from agents.institutions import Institutions
from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.component import Changes
from sim.institutions.state import City, RivalCentres
from sim.world.policy import Channels


def seats_of_centres(institutions: Institutions, rivals: RivalCentres) -> Floats:
    """Institutions in each of the six centres, shape (6,)."""
    return np.array([len(institutions), *rivals.seats.sum(axis=(0, 1))])


def city_states_move(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    institutions: Institutions,
    rivals: RivalCentres,
    city: Changes[City],
) -> None:
    """Wages and rents follow density; talent, law and services adjust."""
    seats = seats_of_centres(institutions, rivals)
    if clock.months_since_base_year <= 1:
        city.seats_base_year = seats  # the past is the reference until the base year is over
    city.log_density = np.log(seats / city.seats_base_year)
    legal, legal_2020 = channels["legal_certainty"], channels.baseline("legal_certainty")
    wage = log_real_wage(
        city.log_density,
        parameters.agglomeration_productivity,
        parameters.congestion_elasticity,
        parameters.rent_share_of_wage,
        channels["talent_relocation_cost"],
        parameters.training_share_of_wage,
        channels["qualification_cost"],
    )
    targets = state_targets(
        wage,
        city.log_density,
        channels.ratio("talent_international_share"),
        float(np.log(legal / (1.0 - legal)) - np.log(legal_2020 / (1.0 - legal_2020))),
        parameters.talent_wage_elasticity,
        parameters.international_talent_slope,
        parameters.legal_certainty_slope,
        parameters.services_density_slope,
    )
    speeds = np.array(
        [parameters.talent_speed, parameters.talent_speed, parameters.law_speed, parameters.service_speed]
    )
    city.slow_states = next_states(city.slow_states, targets, speeds)
