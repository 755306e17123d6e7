"""Response of rival centres to Shanghai's conditions, if the scenario includes it."""

from agents.institutions import Centre, Institutions
from agents.rival_response import next_response
from scenarios.parameters import Parameters
from sim.component import Changes
from sim.institutions.location import OFFERS, location_terms
from sim.institutions.state import City, RivalCentres
from sim.world.interactions import Interactions
from sim.world.policy import Channels


def rivals_answer(
    parameters: Parameters,
    channels: Channels,
    interactions: Interactions,
    institutions: Institutions,
    city: City,
    rivals: Changes[RivalCentres],
) -> None:
    """Rival centres match a part of the city's improvements if the scenario includes it."""
    if rivals.answer == "passive":
        return
    rivals.response = next_response(
        rivals.response,
        location_terms(parameters, channels, interactions, institutions, city, rivals)[OFFERS, ..., Centre.SHANGHAI],
        parameters.rival_matched_share,
        parameters.rival_matching_months,
    )
