"""Terms of the decisions of a fintech firm, which add up to them: (name, value, unit)."""

from agents.fintech_clients import CLIENT_TERMS, SUPPLIER_TERMS
from agents.fintech_firms import FUNDING_TERMS, GROWTH_TERMS, SCORE_TERMS, FintechFirms, is_subsidiary, score_terms
from agents.fintech_location import MOVE_TERMS
from agents.fintech_subsidiaries import FOUNDING_TERMS
from agents.institutions import Institutions
from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.fintech.leading import scores


def growth_explained(clock: Clock, fintech: FintechFirms, row: int) -> list[tuple[str, float, str]]:
    """Terms of a firm's growth in the month; none for a firm that has just started."""
    return _terms(clock, fintech, row, GROWTH_TERMS, "growth_terms", "log")


def funding_explained(
    clock: Clock, parameters: Parameters, fintech: FintechFirms, row: int
) -> list[tuple[str, float, str]]:
    """Terms of the log of a firm's monthly rate of closing a round.

    None for a firm that has just started or has closed all rounds it can, and for a subsidiary, which its parent
    finances.
    """
    if is_subsidiary(fintech["kind"][[row]])[0]:
        return []
    closed_before = fintech["funding_round"][row] - (fintech["months_since_round"][row] == 0.0)
    if closed_before >= parameters.most_funding_rounds:
        return []
    return _terms(clock, fintech, row, FUNDING_TERMS, "funding_terms", "log")


def _terms(
    clock: Clock, fintech: FintechFirms, row: int, names: tuple[str, ...], column: str, unit: str
) -> list[tuple[str, float, str]]:
    if fintech["birth_month"][row] == clock.month:
        return []
    values = fintech[column][:, row]
    return [(name, float(value), unit) for name, value in zip(names, values, strict=True)]


def city_explained(clock: Clock, fintech: FintechFirms, row: int) -> list[tuple[str, float, str]]:
    """Terms of a firm's log odds of moving; none for a firm that has not weighed its city this month."""
    if fintech["city_weighed_month"][row] != clock.month:
        return []
    values = fintech["move_terms"][:, row]
    return [(name, float(value), "log odds") for name, value in zip(MOVE_TERMS, values, strict=True)]


def clients_explained(clock: Clock, fintech: FintechFirms, row: int) -> list[tuple[str, float, str]]:
    """Terms of a firm's change of clients in the month; none for a firm that has just started."""
    return _terms(clock, fintech, row, CLIENT_TERMS, "client_terms", "clients")


def supplier_explained(clock: Clock, institutions: Institutions, row: int) -> list[tuple[str, float, str]]:
    """Terms of the log weight of an institution's supplier; none for one that has chosen none this month."""
    if institutions["supplier_chosen_month"][row] != clock.month:
        return []
    values = institutions["supplier_terms"][:, row]
    return [(name, float(value), "log") for name, value in zip(SUPPLIER_TERMS, values, strict=True)]


def subsidiary_explained(clock: Clock, institutions: Institutions, row: int) -> list[tuple[str, float, str]]:
    """Terms of an institution's log monthly rate of founding a subsidiary; none for one that could found none."""
    if institutions["founding_weighed_month"][row] != clock.month:
        return []
    values = institutions["founding_terms"][:, row]
    return [(name, float(value), "log") for name, value in zip(FOUNDING_TERMS, values, strict=True)]


def score_explained(parameters: Parameters, fintech: FintechFirms, row: int) -> list[tuple[str, float, str]]:
    """Terms of a firm's score."""
    weights = parameters.leading_score_weights
    values = score_terms(fintech["log_size"], fintech["capital"], fintech["capability"], weights)[:, row]
    return [(name, float(value), "score") for name, value in zip(SCORE_TERMS, values, strict=True)]


def rank_explained(parameters: Parameters, fintech: FintechFirms, row: int) -> list[tuple[str, float, str]]:
    """The firm itself and those with a higher score add up to its national rank."""
    score, local = scores(parameters, fintech), fintech["in_shanghai"]
    higher = score > score[row]
    counts = (
        ("itself", 1.0),
        ("higher in Shanghai", float((higher & local).sum())),
        ("higher elsewhere", float((higher & ~local).sum())),
    )
    return [(name, value, "firms") for name, value in counts]
