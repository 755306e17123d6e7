"""Weights of Chinese bonds in the world's bond indices as they go live."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from scenarios.calendar import BASELINE, month_ordinal

if TYPE_CHECKING:
    from scenarios.parameters import Parameters

GLOBAL_AGGREGATE_PHASE_IN = (month_ordinal("2019-04"), month_ordinal("2020-11"))
EMERGING_MARKETS_PHASE_IN = (month_ordinal("2020-02"), month_ordinal("2020-11"))


def _phased(month: int, window: tuple[int, int]) -> float:
    first, last = window
    return float(np.clip((min(month, BASELINE) - first + 1) / (last - first + 1), 0.0, 1.0))


def live_index_weights(parameters: "Parameters", month: int, world_live_share: float) -> Floats:
    """Index weight of Chinese bonds that is live, by `IndexFamily`, shape (4,).

    The global aggregate and the emerging-market index were phased in by November 2020, in equal monthly steps; the
    world government index by `world_live_share` of its announced weight. Parameters
    `global_aggregate_china_weight`, `gbi_em_china_weight`, `wgbi_china_weight`.
    """
    return np.array(
        [
            0.0,
            parameters.global_aggregate_china_weight * _phased(month, GLOBAL_AGGREGATE_PHASE_IN),
            parameters.gbi_em_china_weight * _phased(month, EMERGING_MARKETS_PHASE_IN),
            parameters.wgbi_china_weight * float(np.clip(world_live_share, 0.0, 1.0)),
        ]
    )
