"""Emitters covered by the city's carbon market trade allowances."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import one_of
from agents.carbon import allowance_gap, matched_trades, takes_part
from agents.issuers import IssuerClass

if TYPE_CHECKING:
    from sim.model import FinancialCenter

COVERED = (IssuerClass.CENTRAL_SOE, IssuerClass.LOCAL_SOE, IssuerClass.PRIVATE_LARGE, IssuerClass.PRIVATE_MID)
"""Classes with plants large enough to be covered."""


def start_carbon_market(centre: "FinancialCenter", month: int) -> None:
    """Who is covered at end-2019, how much it emits and how dear abating is to it."""
    issuers, parameters = centre.issuers, centre.parameters
    able = np.flatnonzero(one_of(issuers["issuer_class"], COVERED))
    luck = centre.luck.carbon.uniform(issuers.luck[able], month)
    covered = able[luck < parameters.carbon_covered_share]
    normal = centre.luck.carbon.normal(issuers.luck[covered], month, count=3)
    spread = parameters.emissions_spread
    issuers["emissions"][covered] = np.exp(spread * normal[1] - 0.5 * spread**2)
    issuers["abatement_cost"][covered] = normal[2]


def issuers_trade_allowances(centre: "FinancialCenter") -> None:
    """Emitters for whom it is worth the cost trade allowances; purchases equal sales."""
    issuers, parameters = centre.issuers, centre.parameters
    rows = np.flatnonzero(issuers["emissions"] > 0.0)
    emissions = issuers["emissions"][rows]
    luck = centre.luck.carbon.normal(issuers.luck[rows], centre.month)
    gap = allowance_gap(issuers["abatement_cost"][rows], luck, parameters.allowance_gap_persistence)
    cost = centre.channels["carbon_trading_cost"] / centre.policy.baseline["carbon_trading_cost"]
    trades = takes_part(emissions, gap, parameters.carbon_least_gain, cost)
    issuers["allowances_bought"][rows] = matched_trades(np.where(trades, emissions * gap, 0.0))
