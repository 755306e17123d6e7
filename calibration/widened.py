"""A forecast from the end of 2020 with the model's discrepancy, or in a pool with rules that know no model."""

from agents.arrays import Floats
from calibration.history import SCORED, not_below_origin
from calibration.learned import Learned, rules_at
from scenarios.whole_years import BASE_YEAR

ALONE, DISCREPANCY, POOL = "model", "discrepancy", "pool"
WAYS = (DISCREPANCY, POOL, ALONE)
"""Distributions of a forecast, the default first."""


def forecast_points(members: Floats, indicator: str, year: int, way: str, known: Learned) -> Floats:
    """Points of equal probability of an indicator in a year, by one of the WAYS.

    Where the discrepancy is not identified all are the model alone. Effects of policies, differences between paired
    runs, never pass through here: a discrepancy is the same under both policies and cancels in logs.

    Parameters
    ----------
    members
        Values over the runs, shape (runs,).
    indicator, year
        What is forecast; the year is after 2020.
    way
        "model", "discrepancy" or "pool".
    known
        What was learned of the indicator at earlier origins.
    """
    if way == ALONE or not known.identified:
        return members
    ahead = year - BASE_YEAR
    if way == DISCREPANCY or indicator not in SCORED:
        return not_below_origin(known.widened(members, ahead), indicator, BASE_YEAR)
    pool = known.pooled(members, rules_at(indicator, BASE_YEAR, year), ahead)
    return not_below_origin(pool, indicator, BASE_YEAR)
