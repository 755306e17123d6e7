"""Traders of a contract that Shanghai and a rival list alike choose where to trade it."""

import numpy as np

from agents.arrays import Floats


def threshold_of(uniform: Floats, share_2020: Floats) -> Floats:
    """Log odds that a trader needs to prefer Shanghai, shape of `uniform`.

    threshold = ln(u / (1 - u)) - ln(share / (1 - share))

    u is a uniform draw of the trader's own; at the depth and access of 2020, where the inclination is zero, Shanghai's
    share of traders is its share of that year.
    """
    return np.asarray(np.log(uniform / (1.0 - uniform)) - np.log(share_2020 / (1.0 - share_2020)))


def shanghai_share(at_shanghai: Floats, weight: Floats, share_2020: float, captive: float) -> float:
    """Shanghai's share of the trading of a contract.

    share = captive * share of 2020 + (1 - captive) * weight of those at Shanghai / weight of all

    Members and rules bind a part of the trading to each venue for good. Parameter `captive_trading_share`.
    """
    return captive * share_2020 + (1.0 - captive) * float((weight * at_shanghai).sum() / weight.sum())


def depth_share(share_2020: Floats, volume_ratio: Floats, rival_volume_ratio: Floats) -> Floats:
    """Shanghai's share of the depth of each contract, shape (contracts,).

    share = share_2020 * volume / (share_2020 * volume + (1 - share_2020) * rival's volume)

    Volumes over those of 2020. Traders go where others trade (Pagano 1989).
    """
    here = share_2020 * volume_ratio
    return np.asarray(here / (here + (1.0 - share_2020) * rival_volume_ratio))
