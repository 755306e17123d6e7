"""Depth of the bond and share markets and the liquidity premium that answers to it."""

import numpy as np

from agents.arrays import Floats
from agents.liquidity import liquidity_premium_bp, log_depth
from scenarios.parameters import Parameters
from sim.accounting.securities import Holder, SecurityBook
from sim.component import Changes
from sim.markets import Product
from sim.trading.state import ForeignShareholdings, Liquidity, ShareMarket, Turnover
from sim.world.interactions import Interactions
from sim.world.policy import Channels


def foreign_shares(book: SecurityBook, shares: ForeignShareholdings) -> Floats:
    """Shares of interbank bonds and of Shanghai's shares that foreigners hold, shape (2,)."""
    return np.array(
        [float(book.holdings_bn[Holder.FOREIGN].sum()) / book.interbank_custody_bn(), float(shares.stakes.mean())]
    )


def premium_bp(parameters: Parameters, channels: Channels, interactions: Interactions, liquidity: Liquidity) -> Floats:
    """Liquidity premium of bonds and of shares at the depth of the last twelve months, basis points, shape (2,)."""
    depth = liquidity.log_depth if interactions.on("liquidity_feedback") else np.zeros(2)
    return liquidity_premium_bp(channels["market_liquidity_premium"], depth, parameters.depth_elasticity)


def premium_change_pp(
    parameters: Parameters, channels: Channels, interactions: Interactions, liquidity: Liquidity
) -> Floats:
    """Change of the liquidity premium of bonds and of shares since 2020, percentage points, shape (2,)."""
    usual = channels.baseline("market_liquidity_premium")
    return (premium_bp(parameters, channels, interactions, liquidity) - usual) / 100.0


def depth_is_measured(
    book: SecurityBook, market: ShareMarket, turnover: Turnover, liquidity: Changes[Liquidity]
) -> None:
    """Depth of the bond and the share market is measured.

    What all traders turned over in twelve months, over the stock, is compared with the base year.
    """
    traded = turnover.turnover_trn[[Product.INTERBANK_SPOT_BONDS, Product.SSE_EQUITY]]
    stock = np.array([book.interbank_custody_bn(), market.value_bn])
    liquidity.turnover_ratio.append(1000.0 * traded / stock)
    recent = np.mean(liquidity.turnover_ratio, axis=0)
    if liquidity.base_year.any():
        liquidity.log_depth = log_depth(recent, liquidity.base_year)
