"""The city among its rivals: it crowds, and its talent, law and services move."""

from typing import TYPE_CHECKING

import numpy as np

from agents.city_state import log_real_wage, next_states, state_targets
from scenarios.calendar import BASELINE

if TYPE_CHECKING:
    from agents.arrays import Floats
    from sim.model import FinancialCenter


def seats_of_centres(centre: "FinancialCenter") -> "Floats":
    """Institutions in each of the six centres, shape (6,)."""
    return np.array([len(centre.institutions), *centre.rival_seats.sum(axis=(0, 1))])


def city_states_move(centre: "FinancialCenter") -> None:
    """Crowding sets wages and rents; talent, law and services move slowly towards what they and policy ask for."""
    parameters, channels, baseline = centre.parameters, centre.channels, centre.policy.baseline
    seats = seats_of_centres(centre)
    if centre.month <= BASELINE + 1:
        centre.seats_2020 = seats  # the past is the reference until 2020 is over
    centre.log_density = np.log(seats / centre.seats_2020)
    legal, legal_2020 = channels["legal_certainty"], baseline["legal_certainty"]
    wage = log_real_wage(
        centre.log_density,
        parameters.agglomeration_productivity,
        parameters.congestion_elasticity,
        parameters.rent_share_of_wage,
        channels["talent_relocation_cost"],
    )
    targets = state_targets(
        wage,
        centre.log_density,
        channels["talent_international_share"] / baseline["talent_international_share"],
        float(np.log(legal / (1.0 - legal)) - np.log(legal_2020 / (1.0 - legal_2020))),
        parameters.talent_wage_elasticity,
        parameters.international_talent_slope,
        parameters.legal_certainty_slope,
        parameters.services_density_slope,
    )
    speeds = np.array(
        [parameters.talent_speed, parameters.talent_speed, parameters.law_speed, parameters.service_speed]
    )
    centre.city_states = next_states(centre.city_states, targets, speeds)
