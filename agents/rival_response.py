"""Rival centres that answer what Shanghai offers."""

from agents.arrays import Floats


def next_response(response: Floats, offered: Floats, matched_share: float, months: float) -> Floats:
    """What rivals have matched of Shanghai's offer a month later, log points, shape of `offered`.

    response' = response + (matched share * offer - response) / months

    The offer is what policy adds to the utility of Shanghai, by term, sector and ownership; rivals see it, decide and
    pass their own rules, which takes months. Parameters `rival_matched_share`, `rival_matching_months`.
    """
    return response + (matched_share * offered - response) / months
