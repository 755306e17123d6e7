"""Liquidity begets liquidity: trades make a market deep, depth makes trades cheap, cheap trades are made more often."""

import numpy as np

from agents.arrays import Floats


def log_depth(turnover_ratio: Floats, turnover_ratio_2020: Floats) -> Floats:
    """Log of the depth of each market over that of 2020, shape (markets,).

    depth = turnover of all traders in twelve months over the stock that they trade

    Depth is what traders bring (Pagano 1989). A market that grows without being traded more is not deeper.
    """
    return np.asarray(np.log(turnover_ratio / turnover_ratio_2020))


def liquidity_premium_bp(premium_at_depth_of_2020_bp: float, depth: Floats, elasticity: float) -> Floats:
    """Yield that buyers ask for a market's want of depth, basis points, shape (markets,).

    premium = premium at the depth of 2020 * exp(-elasticity * log depth)

    Channel `market_liquidity_premium`: rules and instruments set what a market of a given depth costs. Parameter
    `depth_elasticity`.
    """
    return np.asarray(premium_at_depth_of_2020_bp * np.exp(-elasticity * depth))


def turnover_by_liquidity(premium_ratio: Floats, elasticity: float) -> Floats:
    """Turnover over that at the premium of 2020, shape of `premium_ratio`.

    factor = (premium / premium of 2020) ** -elasticity

    The loop gain is the product of this elasticity and that of the premium to depth; below one the loop settles.
    Parameter `turnover_liquidity_elasticity`.
    """
    return np.asarray(premium_ratio**-elasticity)


def turnover_by_foreigners(foreign_share: Floats, foreign_share_2020: Floats, part_of_turnover: Floats) -> Floats:
    """Turnover over that with the foreign holdings of 2020, shape of `foreign_share`.

    factor = 1 + foreign part of turnover in 2020 * (share of the market held / share of 2020 - 1)

    Foreigners turn their holdings over as often as in 2020. Parameters `foreign_bond_turnover_share`,
    `northbound_share`.
    """
    return 1.0 + part_of_turnover * (foreign_share / foreign_share_2020 - 1.0)
