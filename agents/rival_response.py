"""Response of rival centres to Shanghai's conditions for institutions."""

from agents.arrays import Floats


def next_response(response: Floats, offered: Floats, matched_share: float, months: float) -> Floats:
    """Improvement of Shanghai's conditions that rivals have matched a month later, log points, shape of `offered`.

    response' = response + (matched share * offer - response) / months

    The offer is the contribution of policy to the utility of Shanghai, by term, sector and ownership; rivals see it,
    decide and pass their own rules, which takes months. Parameters `rival_matched_share`, `rival_matching_months`.
    """
    return response + (matched_share * offered - response) / months
