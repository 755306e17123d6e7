"""Default of the largest clearing members by a dated shock."""

import numpy as np

from agents.arrays import rows_where
from agents.institutions import Institutions, Sector
from agents.market_making import MOST_LOST, defaulted_share
from scenarios.parameters import Parameters
from sim.banking.capital import room_and_excess
from sim.banking.state import ForcedSales
from sim.component import Changes
from sim.world.interactions import Interactions
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues


def clearing_members_default(
    parameters: Parameters,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    institutions: Changes[Institutions],
    sales: Changes[ForcedSales],
) -> None:
    """The largest clearing members default if a shock demands it.

    They are the brokers with most equity: brokers alone make all four markets. A member in default loses its equity
    but for a twentieth, and as much of its repo is not renewed: the lenders sell the bonds behind it. Without capital
    it quotes no prices, and it sells assets until its owners have raised new capital. What the clearing house and its
    other members lose is not modelled.
    """
    sales.of_collateral_bn = 0.0
    members = shocks["clearing_member_default"]
    brokers = rows_where(institutions["sector"] == int(Sector.BROKER))
    if members <= 0.0 or not len(brokers):
        return
    share = defaulted_share(institutions["equity_bn"][brokers], institutions.draw_keys[brokers], members)
    lost_share = MOST_LOST * share
    lost = lost_share * np.maximum(institutions["equity_bn"][brokers], 0.0)
    institutions["assets_bn"][brokers] -= lost
    institutions["equity_bn"][brokers] -= lost
    institutions["losses_bn"][brokers] += lost
    repo = institutions["leverage"][brokers] * institutions["bonds_bn"][brokers]
    sales.of_collateral_bn = float((lost_share * repo).sum())
    institutions["leverage"][brokers] *= 1.0 - lost_share
    if interactions.on("bank_capital"):
        room, excess = room_and_excess(parameters, channels, institutions)
        struck = brokers[share > 0.0]
        institutions["capital_room"][struck] = room[struck]
        institutions["excess_leverage"][struck] = excess[struck]
