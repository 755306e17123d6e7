"""Terms of the targets of foreign investors that are common to a group of them."""

import numpy as np

from agents.arrays import Floats
from agents.foreign_investors import (
    GROUP_TERMS,
    InvestorGroup,
    access_shift,
    collateral_shift,
    hedged_room,
    risk_aversion_shift,
    unhedged_signal_pp,
)
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.base_year.base_year import BaseYear
from sim.bond_market.state import ForeignDemand, china_yield_pct
from sim.bond_market.yield_gaps import yield_gaps
from sim.clock import Clock
from sim.world.conditions import appreciation_12m_pct, us_yield_pct
from sim.world.macro import MacroPath
from sim.world.policy import Channels


def risk_and_access(clock: Clock, parameters: Parameters, channels: Channels, macro: MacroPath) -> tuple[float, float]:
    """Effects of world volatility and of the cost and breadth of access on wanted holdings this month, log."""
    risk = risk_aversion_shift(
        float(macro.log_vix[macro.position(clock.month)]),
        parameters.log_vix_mean,
        float(np.log(parameters.vix_threshold)),
        parameters.vix_elasticity,
        parameters.vix_elasticity_high,
    )
    access = access_shift(
        channels["foreign_access_cost"],
        channels.baseline("foreign_access_cost"),
        parameters.access_friction_2020,
        parameters.access_elasticity,
        channels["eligible_universe"],
        channels.baseline("eligible_universe"),
        parameters.universe_elasticity,
    )
    return risk, access


def terms_by_group(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    base_year: BaseYear,
    macro: MacroPath,
    book: SecurityBook,
    demand: ForeignDemand,
) -> Floats:
    """Terms of the log target by group, shape (5 terms, 4 groups), in the order of `GROUP_TERMS`."""
    home_pct, us_pct = china_yield_pct(clock, macro, book), us_yield_pct(clock, macro)
    usual, trend = demand.usual, parameters.fx_extrapolation
    spread_change = unhedged_signal_pp(
        home_pct, us_pct, appreciation_12m_pct(clock, macro), trend
    ) - unhedged_signal_pp(usual.china_yield_pct, usual.us_yield_pct, usual.appreciation_12m_pct, trend)
    risk, access = risk_and_access(clock, parameters, channels, macro)
    hedged_share = parameters.holdings_share_by_type[InvestorGroup.HEDGED_BUYER]
    hedged_stock = base_year.observed("foreign_bond_holdings") * hedged_share
    pickup_2020 = parameters.hedged_threshold + hedged_stock / 1000.0 / parameters.hedged_capacity
    gaps = yield_gaps(clock, parameters, macro, book, usual, parameters.gap_slope_one_year, SecurityClass.CERTIFICATE)
    dearer_bp = channels["hedging_cost"] - channels.baseline("hedging_cost")
    pickup = pickup_2020 + gaps.covered_pp - dearer_bp / 100.0
    active = [InvestorGroup.BENCHMARK_FUND, InvestorGroup.REAL_MONEY]
    group_terms = np.zeros((len(GROUP_TERMS), len(InvestorGroup)))
    group_terms[0, active] = spread_change * np.array(
        [parameters.spread_semi_elasticity_benchmarked, parameters.spread_semi_elasticity_real_money]
    )
    group_terms[1, active] = [-parameters.benchmark_risk_share * risk, -risk]
    group_terms[2, InvestorGroup.BENCHMARK_FUND :] = access
    group_terms[3, InvestorGroup.HEDGED_BUYER] = hedged_room(pickup, parameters.hedged_threshold, pickup_2020)
    group_terms[4, [InvestorGroup.RESERVE_MANAGER, InvestorGroup.HEDGED_BUYER]] = collateral_shift(
        channels["collateral_haircut"], channels.baseline("collateral_haircut"), parameters.collateral_elasticity
    )
    return group_terms
