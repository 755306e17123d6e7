"""Rival centres answer the offers of Shanghai where the scenario says so."""

from typing import TYPE_CHECKING

from agents.institutions import Centre
from agents.rival_response import next_response
from sim.location import OFFERS, location_terms

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def rivals_answer(centre: "FinancialCenter") -> None:
    """Rivals match a part of what policy makes Shanghai offer to institutions; passive ones do nothing."""
    if centre.rival_centres == "passive":
        return
    parameters = centre.parameters
    centre.rival_response = next_response(
        centre.rival_response,
        location_terms(centre)[OFFERS, ..., Centre.SHANGHAI],
        parameters.rival_matched_share,
        parameters.rival_matching_months,
    )
