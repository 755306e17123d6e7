"""Capital that dealers commit to market making."""

import numpy as np

from agents.arrays import Floats


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
