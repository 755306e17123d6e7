"""The leading fintech firms: ranks in the country, and the score that leads in the base year."""

import numpy as np

from agents.arrays import Floats
from agents.fintech_firms import LEADING_RANKS, FintechFirms, leading_rows, score_terms
from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.component import Changes
from sim.fintech.state import LeadingScore


def scores(parameters: Parameters, fintech: FintechFirms) -> Floats:
    """Score of every firm in the country, shape (n,)."""
    weights = parameters.leading_score_weights
    return score_terms(fintech["log_size"], fintech["capital"], fintech["capability"], weights).sum(axis=0)


def leading_firms_are_ranked(
    clock: Clock, parameters: Parameters, fintech: FintechFirms, leading: Changes[LeadingScore]
) -> None:
    """Leading fintech firms are counted.

    They are those whose score would have led in the base year; beside them, those among the first hundred of the month.
    """
    score, local = scores(parameters, fintech), fintech["in_shanghai"]
    first = leading_rows(score)
    lowest = float(score[first].min()) if clock.in_base_year else leading.base_year
    leading.ranked = int(local[first].sum())
    leading.absolute = int((score[local] >= lowest).sum())


def leading_score_is_remembered(parameters: Parameters, fintech: FintechFirms, leading: Changes[LeadingScore]) -> None:
    """Keep the hundredth score of the base year."""
    score = scores(parameters, fintech)
    leading.base_year = float(score[leading_rows(score)].min())


def size_premium_correction(parameters: Parameters, fintech: FintechFirms, wanted: int) -> float:
    """Log size by which Shanghai's firms must differ so that the observed number leads at the end of the base year."""
    local = fintech["in_shanghai"]

    def leaders(shift: float) -> int:
        score = score_terms(
            fintech["log_size"] + np.where(local, shift, 0.0),
            fintech["capital"],
            fintech["capability"],
            parameters.leading_score_weights,
        ).sum(axis=0)
        return int(local[np.argsort(-score, kind="stable")[:LEADING_RANKS]].sum())

    def smallest_shift(count: int) -> float:
        low, high = -4.0, 4.0
        for _ in range(30):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if leaders(middle) < count else (low, middle)
        return high

    if leaders(0.0) == wanted:
        return 0.0
    # The middle of the range that gives the number is least sensitive to the firms' next changes.
    return 0.5 * (smallest_shift(wanted) + smallest_shift(wanted + 1))
