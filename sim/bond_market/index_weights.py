"""Weights of Chinese bonds in the world's bond indices as they go live."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from scenarios.calendar import month_ordinal

if TYPE_CHECKING:
    from scenarios.parameters import Parameters
    from sim.base_year.base_year import BaseYear
from sim.clock import Clock

GLOBAL_AGGREGATE_PHASE_IN = (month_ordinal("2019-04"), month_ordinal("2020-11"))
GLOBAL_AGGREGATE_ANNOUNCED = month_ordinal("2018-03")
EMERGING_MARKETS_PHASE_IN = (month_ordinal("2020-02"), month_ordinal("2020-11"))
EMERGING_MARKETS_ANNOUNCED = month_ordinal("2019-09")
MONTHS_AROUND = 3
"""Months before and after a step over which funds spread the trades not made in its month."""


def _phased(base_year: "BaseYear", month: int, window: tuple[int, int], announced: int) -> float:
    if not base_year.knows(announced):
        return 0.0
    first, last = window
    return min(max((base_year.calendar_month(month) - first + 1) / (last - first + 1), 0.0), 1.0)


def live_index_weights(parameters: "Parameters", base_year: "BaseYear", month: int, world_live_share: float) -> Floats:
    """Index weight of Chinese bonds that is live, by `IndexFamily`, shape (4,).

    The global aggregate and the emerging-market index were phased in by November 2020, in equal monthly steps; the
    world government index by `world_live_share` of its announced weight. Parameters
    `global_aggregate_china_weight`, `gbi_em_china_weight`, `wgbi_china_weight`.
    """
    aggregate = _phased(base_year, month, GLOBAL_AGGREGATE_PHASE_IN, GLOBAL_AGGREGATE_ANNOUNCED)
    emerging = _phased(base_year, month, EMERGING_MARKETS_PHASE_IN, EMERGING_MARKETS_ANNOUNCED)
    return np.array(
        [
            0.0,
            parameters.global_aggregate_china_weight * aggregate,
            parameters.gbi_em_china_weight * emerging,
            parameters.wgbi_china_weight * min(max(world_live_share, 0.0), 1.0),
        ]
    )


def tracked_index_weights(
    parameters: "Parameters", base_year: "BaseYear", month: int, world_live_shares: Sequence[float]
) -> Floats:
    """Index weight of Chinese bonds that funds have traded for, by `IndexFamily`, shape (4,).

    tracked = p * live + (1 - p) / 6 * sum of live weights in the three months before and the three after

    so that of every step the part p is traded in its month and the rest around it. The phase-ins that ended in 2020
    were announced with dates. Later policy is not anticipated: trades due ahead of a step of the world government index
    take place in its month. `world_live_shares` are those of this month and of the three
    before it. Source: World Bank study of index changes; parameter `share_at_implementation`.
    """
    implemented = parameters.share_at_implementation
    around = (1.0 - implemented) / (2.0 * MONTHS_AROUND)

    def live(month: int, world_live_share: float) -> Floats:
        return live_index_weights(parameters, base_year, month, world_live_share)

    tracked: Floats = (1.0 - MONTHS_AROUND * around) * live(month, world_live_shares[0])
    for lag in range(1, MONTHS_AROUND + 1):
        tracked += around * live(month - lag, world_live_shares[lag])
    if Clock(month).in_base_year:
        tracked -= MONTHS_AROUND * around * live(month, 0.0)
        for lead in range(1, MONTHS_AROUND + 1):
            tracked += around * live(month + lead, 0.0)
    return tracked
