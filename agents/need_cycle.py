"""The cycle that all issuers share: nominal growth, the growth of needs, the market's appetite for debt."""

import numpy as np


def next_deviation(before: float, persistence: float, spread: float, normal: float) -> float:
    """A deviation from its mean one month later: persistence * before + spread * sqrt(1 - persistence ** 2) * normal.

    A first-order autoregression whose standard deviation in the long run is the spread, in the unit of the deviation.
    """
    return persistence * before + spread * float(np.sqrt(1.0 - persistence**2)) * normal
