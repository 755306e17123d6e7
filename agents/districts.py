"""Districts of the city: where newcomers settle. Shares of districts are illustrative; see `sim/data/districts.csv`."""

from enum import IntEnum

import numpy as np

from agents.arrays import Floats, Integers

NOWHERE = -1
"""District of a firm outside the city."""


class District(IntEnum):
    """Places that the plan names for finance and fintech, and the rest of the city."""

    LUJIAZUI = 0
    BUND = 1
    NORTH_BUND = 2
    ZHANGJIANG = 3
    LINGANG = 4
    HONGQIAO = 5
    YANGPU_RIVERSIDE = 6
    XUHUI_RIVERSIDE = 7
    REST_OF_CITY = 8


def log_rents(occupants: Floats, occupants_2020: Floats, congestion: float) -> Floats:
    """Log rent of each district against end-2020, shape (9,).

    rent = congestion * ln((occupants + 1) / (occupants_2020 + 1))

    Occupants are institutions and fintech firms. Parameter `congestion_elasticity`.
    """
    return np.asarray(congestion * np.log((occupants + 1.0) / (occupants_2020 + 1.0)), dtype=np.float64)


def zone_shift(scope_change: float, slope: float) -> float:
    """Effect of a wider scope of offshore business on the utility of Lingang for its users: slope * change.

    The index of services bookable in the zone changes in log odds against 2020. Parameter `zone_scope_slope`; channel
    `offshore_business_scope`.
    """
    return slope * scope_change


def district_shares(
    shares_2020: Floats, own: Floats, own_2020: Floats, log_rent: Floats, shift: Floats, slope: float, cost_slope: float
) -> Floats:
    """Shares of districts in newcomers by class, a logit, shape (classes, 9).

    V = ln(share_2020) + slope * ln((own + 1) / (own_2020 + 1)) + cost_slope * log rent + shift

    `own` counts a district's occupants of the newcomer's own class; the cost slope is negative. At the counts of
    end-2020 and without a shift the shares are those of 2020. Parameters `agglomeration_slope`, `location_cost_slope`;
    channel `agglomeration_strength` scales the slope.
    """
    gathered = slope * np.log((own + 1.0) / (own_2020 + 1.0))
    weights = shares_2020 * np.exp(gathered + cost_slope * log_rent + shift)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)


def chosen_districts(shares: Floats, uniform: Floats) -> Integers:
    """District of each newcomer, shape (m,), from its class's shares (m, 9) and a uniform number (m,)."""
    return np.asarray((uniform[:, None] > np.cumsum(shares[:, :-1], axis=1)).sum(axis=1), dtype=np.int64)
