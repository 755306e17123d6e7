"""Capital that dealers commit to market making."""

import numpy as np

from agents.arrays import Floats, Keys

MOST_LOST = 0.95
"""Part of its equity and of its repo that a member in default loses; what is left keeps its ratios defined."""


def market_making_capital(equity_bn: Floats, assets_bn: Floats, leverage_limit: Floats, allocation: Floats) -> Floats:
    """Capital that each dealer commits to each market, CNY bn, shape (n, markets).

    capital = allocation * max(0, min(equity, leverage limit * equity - assets))

    A dealer quotes with a share of its equity as long as the leverage rule leaves its balance sheet that much room;
    near the limit the room shrinks by the limit for each yuan of equity lost. The limit is in assets per unit of
    equity, shape (n,), the allocation by dealer and market. Both are in the table of dealers.
    """
    room = np.minimum(equity_bn, leverage_limit * equity_bn - assets_bn)
    capital: Floats = allocation * np.maximum(room, 0.0)[:, None]
    return capital


def defaulted_share(equity_bn: Floats, keys: Keys, members: float) -> Floats:
    """Part of each clearing member that is in default, 0..1, shape (n,).

    share = min(1, max(0, members - members with more equity))

    `members` counts the members in default from the largest on; its fraction is the part of the last one. Members of
    equal size stand in the order of their keys (n,). Supervisors test clearing houses against the default of the one
    or two largest members (CPMI-IOSCO 2012, principle 4).
    """
    rank = np.empty(len(equity_bn))
    rank[np.lexsort((keys, -equity_bn))] = np.arange(len(equity_bn))
    share: Floats = np.clip(members - rank, 0.0, 1.0)
    return share
