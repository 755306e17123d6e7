"""Foreign investors in bonds at the end of the year before the base year."""

import numpy as np

from agents.arrays import Codes, Floats
from agents.draws import Draws
from agents.foreign_investors import ForeignInvestors, IndexFamily, InvestorGroup, benchmark_weight_gain, bloc_of
from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters
from sim.base_year.base_year import BaseYear
from sim.base_year.first_agents import filled, pareto_shares, written
from sim.base_year.tables import table
from sim.bond_market.blocs import bloc_shares
from sim.bond_market.foreign_investors import views_begin
from sim.bond_market.home_bias import experience_begins
from sim.bond_market.index_weights import MONTHS_AROUND, live_index_weights, tracked_index_weights
from sim.bond_market.state import BondMarketConstants, ForeignBondValue, ForeignDemand, ForeignFlow, GovernmentYield
from sim.clock import Clock
from sim.component import Changes
from sim.world.conditions import mean_yields_and_currency
from sim.world.macro import MacroPath


def start_foreign_investors(
    clock: Clock,
    parameters: Parameters,
    constants: BondMarketConstants,
    draws: Draws,
    base_year: BaseYear,
    macro: MacroPath,
    investors: Changes[ForeignInvestors],
    demand: Changes[ForeignDemand],
    flow: Changes[ForeignFlow],
    government: Changes[GovernmentYield],
    value: Changes[ForeignBondValue],
) -> None:
    """Set the institutions in the interbank bond market, their assets and wanted weights.

    Benchmark funds have the assets that track each index and hold the live index weight times the pass-through, plus an
    off-benchmark weight. Holdings of reserve managers follow from the share of yuan reserves. Real money and
    hedged buyers hold the rest; their assets are such that the group holds its typical weight.
    """
    month, observed = clock.month, base_year.observed
    count = constants.foreign_investors_2019
    rows = {row["group"]: row for row in table("investor_groups")}
    sizes = np.floor(np.array([float(rows[g.name]["count_share"]) for g in InvestorGroup]) * count).astype(int)
    sizes[InvestorGroup.REAL_MONEY] += count - sizes.sum()
    group = np.repeat(np.arange(4, dtype=np.int8), sizes)
    family = np.zeros(count, dtype=np.int8)
    family[group == int(InvestorGroup.BENCHMARK_FUND)] = _index_families(
        int(sizes[InvestorGroup.BENCHMARK_FUND]), parameters
    )
    typical = np.array([float(rows[g.name]["typical_weight"] or "nan") for g in InvestorGroup])
    typical[InvestorGroup.RESERVE_MANAGER] = parameters.rmb_reserve_share_2020 * parameters.reserve_bond_fraction
    live = live_index_weights(parameters, base_year, month, 0.0)
    normal_weight = parameters.off_benchmark_weight + parameters.benchmark_passthrough * live
    typical_weight = np.where(group == int(InvestorGroup.BENCHMARK_FUND), normal_weight[family], typical[group])
    keys = filled(investors, count, month)
    normal = draws["population.attributes"].normal(keys, month, count=2)
    spread = parameters.weight_spread
    weights = typical_weight * np.exp(spread * normal[0] - 0.5 * spread**2)
    rate = float(macro.usdcny[macro.position(month)])

    share = np.zeros(count)
    followers = np.array([0.0, parameters.global_aggregate_assets, parameters.gbi_em_assets, parameters.wgbi_assets])
    for members in [
        *((group == g) for g in InvestorGroup if g != InvestorGroup.BENCHMARK_FUND),
        *(family == f for f in IndexFamily if f),
    ]:
        share[members] = pareto_shares(
            int(members.sum()), parameters.investor_size_tail, parameters.largest_investor_share
        )
    assets = followers[family] * share
    benchmark = float((assets * weights).sum()) * rate
    held = np.zeros(len(InvestorGroup))
    held[InvestorGroup.RESERVE_MANAGER] = constants.reserve_holdings_2019_bn
    total = observed("foreign_bond_holdings_2019")
    rest = max(parameters.least_rest_share_2019 * total, total - constants.reserve_holdings_2019_bn - benchmark)
    wanted = np.array(parameters.holdings_share_by_type)
    for other in (InvestorGroup.REAL_MONEY, InvestorGroup.HEDGED_BUYER):
        held[other] = rest * wanted[other] / wanted[InvestorGroup.REAL_MONEY :].sum()
    funds = group == int(InvestorGroup.BENCHMARK_FUND)
    holdings = np.where(funds, assets * weights * rate, held[group] * share)
    assets = np.where(funds, assets, holdings / weights / rate)
    # Targets are stated at end-2020: index weights that went live in between are a gain of their own.
    target = np.log(weights) + constants.foreign_target_shift[group]
    target -= np.where(funds, benchmark_gain_in_2019(parameters, base_year, month)[family], 0.0)
    reserve = group == int(InvestorGroup.RESERVE_MANAGER)
    target[reserve] += np.log(parameters.rmb_reserve_share_target / parameters.rmb_reserve_share_2020)
    written(
        investors,
        count,
        group=group,
        index_family=family,
        bloc=bloc_of(draws["investor.bloc"].uniform(keys, month), group, bloc_shares()),
        assets_usd_bn=assets,
        base_log_weight=target,
        weight=weights,
        target_weight=np.exp(target),
        holdings_bn=holdings,
        inaction_band=parameters.inaction_band * np.exp(parameters.inaction_band_spread * normal[1]),
    )
    views_begin(clock, parameters, draws, investors, slice(None))
    experience_begins(month, parameters, draws, investors)
    demand.investors_at_start = count
    demand.reference_gap_pp = float((macro.china_yield_pct - macro.us_yield_pct)[macro.position(month)])
    demand.rebalanced_rate = np.full(len(InvestorGroup), rate)
    demand.usual = mean_yields_and_currency(macro, range(month + 1, BASELINE + 1))
    demand.index_weights_base_year = live_index_weights(parameters, base_year, BASELINE, 0.0)
    demand.benchmark_gain = benchmark_weight_gain(
        tracked_index_weights(parameters, base_year, month, [0.0] * (MONTHS_AROUND + 1)),
        demand.index_weights_base_year,
        parameters.off_benchmark_weight,
        parameters.benchmark_passthrough,
    )
    flow.base_year_bn = (observed("foreign_bond_holdings") - observed("foreign_bond_holdings_2019")) / 12.0
    government.last_month_pct = value.yield_pct = float(macro.china_yield_pct[macro.position(month)])
    value.usd_bn, value.rate = float(holdings.sum()) / rate, rate


def _index_families(funds: int, parameters: Parameters) -> Codes:
    """Index that each benchmark fund follows, shape (funds,)."""
    world = round(parameters.world_index_fund_share * funds)
    emerging = round(parameters.emerging_index_fund_share * funds)
    counts = [funds - world - emerging, emerging, world]
    families = (IndexFamily.GLOBAL_AGGREGATE, IndexFamily.EMERGING_MARKETS, IndexFamily.WORLD_GOVERNMENT)
    return np.repeat(np.array(families, dtype=np.int8), counts)


def benchmark_gain_in_2019(parameters: Parameters, base_year: BaseYear, month: int) -> Floats:
    """Log gain of benchmark funds' targets at `month` against end-2020, by index family, shape (4,)."""
    return benchmark_weight_gain(
        live_index_weights(parameters, base_year, month, 0.0),
        live_index_weights(parameters, base_year, BASELINE, 0.0),
        parameters.off_benchmark_weight,
        parameters.benchmark_passthrough,
    )
