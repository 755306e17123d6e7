"""Capital that dealers commit to market making, by market."""

from enum import IntEnum
from functools import cache

import numpy as np

from agents.arrays import Floats, rows_where
from agents.institutions import Institutions, Sector
from agents.market_making import market_making_capital
from sim.base_year.tables import table


class MarketMade(IntEnum):
    """Markets in which dealers quote prices."""

    SPOT_BONDS = 0
    COMMODITY_FUTURES = 1
    FINANCIAL_FUTURES = 2
    GOLD = 3


@cache
def dealers() -> tuple[Floats, Floats]:
    """Leverage limit by sector, shape (11,), and part of equity by sector and market, shape (11, 4).

    Zero for sectors that make no markets.
    """
    limit, allocation = np.zeros(len(Sector)), np.zeros((len(Sector), len(MarketMade)))
    for row in table("dealers"):
        sector = Sector[row["sector"]]
        limit[sector] = float(row["leverage_limit"])
        allocation[sector] = [float(row[market.name.lower()]) for market in MarketMade]
    return limit, allocation


def market_making_bn(institutions: Institutions) -> Floats:
    """Capital that all dealers commit to each market, CNY bn, shape (4,)."""
    limit, allocation = dealers()
    rows = rows_where(limit[institutions["sector"]])
    sector = institutions["sector"][rows]
    capital = market_making_capital(
        institutions["equity_bn"][rows], institutions["assets_bn"][rows], limit[sector], allocation[sector]
    )
    total: Floats = capital.sum(axis=0)
    return total
