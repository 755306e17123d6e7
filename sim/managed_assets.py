"""Institutions manage money for others, whose clients follow performance."""

from typing import TYPE_CHECKING

import numpy as np

from agents.institutions import Sector
from agents.managed_assets import class_returns, net_flows, trailing_excess_return, trust_shift

if TYPE_CHECKING:
    from agents.arrays import Floats
    from sim.model import FinancialCenter


def managed_by_class(centre: "FinancialCenter") -> "Floats":
    """Assets under management by sector, index points with all of Shanghai at end-2019 = 100, shape (11,)."""
    institutions = centre.institutions
    return np.bincount(institutions["sector"], weights=institutions["managed_assets"], minlength=len(Sector))


def conduct_shift(centre: "FinancialCenter") -> float:
    """Change of the organic growth of managed assets because conduct is not what it was in 2020, 1/year."""
    return trust_shift(
        centre.channels["misconduct_rate"],
        centre.policy.baseline["misconduct_rate"],
        centre.parameters.misconduct_flow_slope,
    )


def managed_assets_grow(centre: "FinancialCenter") -> None:
    """Managers earn the return of their class with luck of their own; clients' money follows the last year."""
    parameters, institutions, macro = centre.parameters, centre.institutions, centre.macro
    rows = np.flatnonzero(centre.manages[institutions["sector"]])
    sector = institutions["sector"][rows]
    yield_pct = centre.china_yield_pct
    centre.china_yield_change_1m_pp = yield_pct - centre.yield_of_last_month_pct
    returns = class_returns(
        centre.equity_weight,
        float(np.expm1(macro.change(macro.equity_index, centre.month, 1))),
        yield_pct,
        centre.china_yield_change_1m_pp,
        parameters.managed_bond_duration,
    )
    centre.yield_of_last_month_pct = yield_pct
    luck = centre.luck.managed_assets.normal(institutions.luck[rows], centre.month)
    excess = parameters.manager_return_sd * np.sqrt(1.0 / 12.0) * luck
    managed = institutions["managed_assets"][rows]
    earned = managed * np.maximum(returns[sector] + excess, -1.0)
    trailing = trailing_excess_return(institutions["trailing_excess_return"][rows], excess)
    organic = parameters.assets_organic_growth + conduct_shift(centre)
    flow = net_flows(managed + earned, trailing, organic, parameters.flow_performance)
    institutions["managed_assets"][rows] = managed + earned + flow
    institutions["trailing_excess_return"][rows] = trailing
    centre.managed_flows["returns"] += float(earned.sum())
    centre.managed_flows["net flow"] += float(flow.sum())
