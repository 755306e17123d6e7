"""Assets under management: returns, and clients' flows that follow performance."""

import numpy as np

from agents.arrays import Floats, rows_where
from agents.draws import Draws
from agents.institutions import Institutions, Sector
from agents.managed_assets import class_returns, net_flows, trailing_excess_return, trust_shift
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook
from sim.bond_market.state import GovernmentYield, china_yield_pct
from sim.clock import Clock
from sim.component import Changes
from sim.institutions.state import ManagedMoney, SectorTraits
from sim.world.macro import MacroPath
from sim.world.policy import Channels


def managed_by_class(institutions: Institutions) -> Floats:
    """Assets under management by sector, index points with all of Shanghai at end-2019 = 100, shape (11,)."""
    return np.bincount(institutions["sector"], weights=institutions["managed_assets"], minlength=len(Sector))


def conduct_shift(parameters: Parameters, channels: Channels) -> float:
    """Change of the organic growth of managed assets since 2020 by a change of conduct, 1/year."""
    return trust_shift(
        channels["misconduct_rate"], channels.baseline("misconduct_rate"), parameters.misconduct_flow_slope
    )


def managed_assets_grow(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    macro: MacroPath,
    traits: SectorTraits,
    book: SecurityBook,
    government: Changes[GovernmentYield],
    institutions: Changes[Institutions],
    managed: Changes[ManagedMoney],
) -> None:
    """Managed assets earn returns and follow performance.

    Managers earn the return of their class and an idiosyncratic shock; clients' flows follow last year's performance.
    """
    rows = rows_where(traits.manages[institutions["sector"]])
    sector = institutions["sector"][rows]
    yield_pct = china_yield_pct(clock, macro, book)
    government.change_1m_pp = yield_pct - government.last_month_pct
    returns = class_returns(
        traits.equity_weight,
        float(np.expm1(macro.change(macro.equity_index, clock.month, 1))),
        yield_pct,
        government.change_1m_pp,
        parameters.managed_bond_duration,
    )
    government.last_month_pct = yield_pct
    normal = draws["institution.managed_assets"].normal(institutions.draw_keys[rows], clock.month)
    excess = parameters.manager_return_sd * np.sqrt(1.0 / 12.0) * normal
    money = institutions["managed_assets"][rows]
    earned = money * np.maximum(returns[sector] + excess, -1.0)
    trailing = trailing_excess_return(institutions["trailing_excess_return"][rows], excess)
    organic = parameters.assets_organic_growth + conduct_shift(parameters, channels)
    flow = net_flows(money + earned, trailing, organic, parameters.flow_performance)
    institutions["managed_assets"][rows] = money + earned + flow
    institutions["trailing_excess_return"][rows] = trailing
    managed.returns += float(earned.sum())
    managed.net_flow += float(flow.sum())
