"""Terms of the decisions of a fintech firm, which add up to them: (name, value, unit)."""

from typing import TYPE_CHECKING

from agents.fintech_firms import FUNDING_TERMS, GROWTH_TERMS, SCORE_TERMS, score_terms
from sim.fintech.leading import scores

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def growth_explained(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of a firm's growth in the month; none for a firm that has just started."""
    return _terms(centre, row, GROWTH_TERMS, "growth_terms", "log")


def funding_explained(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of the log of a firm's monthly rate of closing a round.

    None for a firm that has just started or has closed all rounds it can.
    """
    closed_before = centre.fintech["funding_round"][row] - (centre.fintech["months_since_round"][row] == 0.0)
    if closed_before >= centre.parameters.most_funding_rounds:
        return []
    return _terms(centre, row, FUNDING_TERMS, "funding_terms", "log")


def _terms(
    centre: "FinancialCenter", row: int, names: tuple[str, ...], column: str, unit: str
) -> list[tuple[str, float, str]]:
    if centre.fintech["birth_month"][row] == centre.month:
        return []
    values = centre.fintech[column][:, row]
    return [(name, float(value), unit) for name, value in zip(names, values, strict=True)]


def score_explained(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of a firm's score."""
    firms = centre.fintech
    weights = centre.parameters.leading_score_weights
    values = score_terms(firms["log_size"], firms["capital"], firms["capability"], weights)[:, row]
    return [(name, float(value), "score") for name, value in zip(SCORE_TERMS, values, strict=True)]


def rank_explained(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """The firm itself and those with a higher score add up to its national rank."""
    score, local = scores(centre.parameters, centre.fintech), centre.fintech["in_shanghai"]
    higher = score > score[row]
    counts = (
        ("itself", 1.0),
        ("higher in Shanghai", float((higher & local).sum())),
        ("higher elsewhere", float((higher & ~local).sum())),
    )
    return [(name, value, "firms") for name, value in counts]
