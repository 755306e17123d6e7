"""The cost of setting up an asset manager, for entrants."""

import numpy as np

from agents.arrays import Floats
from agents.institutions import Sector

ASSET_MANAGERS = (Sector.WEALTH_MANAGEMENT, Sector.FUND, Sector.INSURANCE_ASSET_MANAGEMENT, Sector.PRIVATE_FUND)
"""Sectors that register as managers of assets."""


def asset_manager_shift(setup_cost_ratio: float, cost_slope: float) -> Floats:
    """Contribution of the cost of setting up to the utility of Shanghai, by sector, log points, shape (11,).

    shift = slope * ln(setup cost / 2020) for asset managers, zero for others

    The slope is negative. Parameter `location_cost_slope`; channel `asset_manager_setup_cost`.
    """
    shift = np.zeros(len(Sector))
    shift[list(ASSET_MANAGERS)] = cost_slope * np.log(setup_cost_ratio)
    return shift
