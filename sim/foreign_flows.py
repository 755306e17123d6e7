"""Foreign investors enter and trade; the bond market clears around them."""

from typing import TYPE_CHECKING

import numpy as np

from agents.draws import poisson
from agents.foreign_investors import (
    IndexFamily,
    InvestorGroup,
    access_shift,
    benchmark_weight_gain,
    entry_rate_per_month,
    hedged_room,
    risk_aversion_shift,
    target_log_weight,
    traded_log_gap,
    unhedged_signal_pp,
    yield_impact_pp,
)
from scenarios.calendar import BASELINE, month_ordinal
from sim.baseline import observed
from sim.ledger import Account
from sim.securities import Holder, SecurityClass, supply_premium_pp

if TYPE_CHECKING:
    from sim.model import FinancialCenter

GLOBAL_AGGREGATE_PHASE_IN = (month_ordinal("2019-04"), month_ordinal("2020-11"))
EMERGING_MARKETS_PHASE_IN = (month_ordinal("2020-02"), month_ordinal("2020-11"))


def foreign_investors_enter(centre: "FinancialCenter") -> None:
    """Institutions enter the interbank market; a newcomer starts small and moves towards its target."""
    parameters, channels, investors = centre.parameters, centre.channels, centre.investors
    baseline = centre.policy.baseline["foreign_access_cost"]
    friction_change = parameters.access_friction_2020 * (channels["foreign_access_cost"] / baseline - 1.0)
    rate = entry_rate_per_month(parameters.foreign_entry_rate, friction_change, parameters.entry_access_coefficient)
    count = int(poisson(rate, centre.luck.investor_entry.scalar(centre.month)))
    if count == 0:
        return
    group = investors["group"]
    groups = np.bincount(group, minlength=len(InvestorGroup)) / len(investors)
    median = [float(np.median(investors["assets_usd_bn"][group == g])) for g in InvestorGroup]
    typical = [float(np.median(investors["base_log_weight"][group == g])) for g in InvestorGroup]
    family = np.zeros(count, dtype=np.int8)
    rows = investors.add(count, centre.month)
    # Draws 0 to 2 are the spreads, 3 and 4 the group and the index: no number of luck serves twice.
    spread = centre.luck.population.normal(investors.luck[rows], centre.month, count=3)
    luck = centre.luck.population.uniform(investors.luck[rows], centre.month, count=5)[3:]
    chosen = np.minimum(np.searchsorted(np.cumsum(groups), luck[0]), len(InvestorGroup) - 1)
    fund = chosen == InvestorGroup.BENCHMARK_FUND
    family[fund] = np.where(
        luck[1][fund] < parameters.foreign_wgbi_fund_count, IndexFamily.WORLD_GOVERNMENT, IndexFamily.GLOBAL_AGGREGATE
    )
    investors["group"][rows] = chosen
    investors["index_family"][rows] = family
    investors["assets_usd_bn"][rows] = parameters.entrant_size_ratio * np.array(median)[chosen] * np.exp(spread[2])
    investors["base_log_weight"][rows] = np.array(typical)[chosen] + 0.5 * spread[1]
    investors["weight"][rows] = 0.05 * np.exp(investors["base_log_weight"][rows])
    investors["inaction_band"][rows] = parameters.inaction_band
    # What a newcomer brings in its first month is bought like any other purchase.
    investors["holdings_bn"][rows] = 0.0


def live_index_weights(centre: "FinancialCenter") -> "np.ndarray":
    """Weight of Chinese bonds that is live in each index family this month, shape (4,)."""
    parameters = centre.parameters
    month = min(centre.month, BASELINE)

    def phased(window: tuple[int, int]) -> float:
        first, last = window
        return float(np.clip((month - first + 1) / (last - first + 1), 0.0, 1.0))

    baseline = centre.policy.baseline["index_tracking_demand"]
    # The channel is the live share of all announced weight; what was not live at end-2020 is the world government
    # index, so its own live part is the rise over what was left.
    world = (centre.channels["index_tracking_demand"] - baseline) / parameters.index_weight_not_live_2020
    return np.array(
        [
            0.0,
            parameters.global_aggregate_china_weight * phased(GLOBAL_AGGREGATE_PHASE_IN),
            parameters.gbi_em_china_weight * phased(EMERGING_MARKETS_PHASE_IN),
            parameters.wgbi_china_weight * float(np.clip(world, 0.0, 1.0)),
        ]
    )


def foreign_investors_trade(centre: "FinancialCenter") -> None:
    """Each investor sets a target weight and trades a part of the gap."""
    parameters, channels, investors = centre.parameters, centre.channels, centre.investors
    baseline, macro, month = centre.policy.baseline, centre.macro, centre.month
    at = macro.position(month)
    appreciation = -100.0 * macro.change(macro.usdcny, month, 12)
    signal = unhedged_signal_pp(centre.china_yield_pct, centre.us_yield_pct, appreciation, parameters.fx_extrapolation)
    spread_change = signal - centre.reference_signal_pp
    risk = risk_aversion_shift(
        float(macro.log_vix[at]),
        parameters.log_vix_mean,
        float(np.log(parameters.vix_threshold)),
        parameters.vix_elasticity,
        parameters.vix_elasticity_high,
    )
    access = access_shift(
        channels["foreign_access_cost"],
        baseline["foreign_access_cost"],
        parameters.access_friction_2020,
        parameters.access_elasticity,
        channels["eligible_universe"],
        baseline["eligible_universe"],
        parameters.universe_elasticity,
    )
    hedged_stock = observed("foreign_bond_holdings") * parameters.holdings_share_by_type[InvestorGroup.HEDGED_BUYER]
    pickup_2020 = parameters.hedged_threshold + hedged_stock / 1000.0 / parameters.hedged_capacity
    pickup = pickup_2020 - (channels["hedging_cost"] - baseline["hedging_cost"]) / 100.0
    shift = np.zeros(len(InvestorGroup))
    shift[InvestorGroup.BENCHMARK_FUND] = (
        parameters.spread_semi_elasticity_benchmarked * spread_change - 0.5 * risk + access
    )
    shift[InvestorGroup.REAL_MONEY] = parameters.spread_semi_elasticity_real_money * spread_change - risk + access
    shift[InvestorGroup.HEDGED_BUYER] = hedged_room(pickup, parameters.hedged_threshold, pickup_2020) + access
    live = live_index_weights(centre)
    gain = benchmark_weight_gain(
        live, centre.live_index_weights_2020, parameters.off_benchmark_weight, parameters.benchmark_passthrough
    )
    target = target_log_weight(investors["base_log_weight"], shift, investors["group"], gain, investors["index_family"])
    speed = np.array(
        [
            parameters.adjustment_speed_reserve,
            parameters.adjustment_speed_benchmarked,
            parameters.adjustment_speed_real_money,
            parameters.adjustment_speed_hedged,
        ]
    )[investors["group"]]
    investors["assets_usd_bn"][:] *= np.exp(parameters.foreign_assets_growth / 12.0)
    assets_bn = investors["assets_usd_bn"] * macro.usdcny[at]
    held = investors["holdings_bn"]
    # Holdings are kept at face value, so the weight drifts with the currency and with growth, not with prices.
    drifted = np.where(held > 0.0, held / assets_bn, investors["weight"])
    # Reserve managers hold their band against a reserve share that moves slowly: they trade every month.
    band = np.where(investors["group"] == InvestorGroup.RESERVE_MANAGER, 0.0, investors["inaction_band"])
    trade = traded_log_gap(target - np.log(drifted), speed, band)
    weight = drifted * np.exp(trade)
    investors["target_weight"][:] = np.exp(target)
    investors["weight"][:] = weight
    investors["net_purchases_bn"][:] = assets_bn * weight - held
    held[:] = assets_bn * weight


def bond_market_clears(centre: "FinancialCenter") -> None:
    """Foreigners hold what they decided; residual holders take the rest at the spread that makes them willing."""
    book, parameters, ledger = centre.book, centre.parameters, centre.ledger
    book.close_flows()
    before = book.opening_holdings_bn
    with np.errstate(invalid="ignore", divide="ignore"):
        gone = np.where(book.opening_bn > 0.0, (book.redeemed_bn + book.defaulted_bn) / book.opening_bn, 0.0)
    kept = before * (1.0 - gone)
    foreign = float(centre.investors["holdings_bn"].sum()) * book.foreign_allocation
    # Of a class that has become scarce foreigners hold at most all; the rest of their mix is government bonds.
    beyond = np.maximum(foreign - book.outstanding_bn, 0.0)
    foreign -= beyond
    foreign[SecurityClass.SOVEREIGN] += beyond.sum()
    book.holdings_bn[Holder.FOREIGN] = foreign
    residual = book.outstanding_bn - foreign
    if centre.month <= BASELINE:
        # Spreads of 2020 are observed; demand is what held the stocks at those spreads.
        share = book.demand_base_bn / book.demand_base_bn.sum(axis=0)
        book.demand_base_bn = residual * share / centre.holder_size[:, None]
        book.premium_pp[:] = 0.0
    demand = book.demand_base_bn * centre.holder_size[:, None]
    if centre.month > BASELINE:
        book.premium_pp = supply_premium_pp(residual, demand.sum(axis=0), parameters.demand_semielasticity)
    book.holdings_bn[1:] = residual * demand / demand.sum(axis=0)
    bought = (book.holdings_bn - kept).sum(axis=1)
    centre.foreign_net_purchases_bn = float(bought[Holder.FOREIGN])
    banks = centre.bank_share_of_purchases
    ledger.trade("secondary trade", Account.FOREIGN_INVESTORS, Account.BANKS, centre.foreign_net_purchases_bn * banks)
    ledger.trade(
        "secondary trade",
        Account.FOREIGN_INVESTORS,
        Account.ASSET_MANAGERS,
        centre.foreign_net_purchases_bn * (1.0 - banks),
    )
    # What banks bought in all, less their part of new issues, plus what they sold to foreigners, came from managers.
    between = float(bought[Holder.BANKS]) - centre.paid_by_banks_bn + centre.foreign_net_purchases_bn * banks
    ledger.trade("secondary trade", Account.BANKS, Account.ASSET_MANAGERS, between)
    centre.bank_share_of_purchases = float(book.holdings_bn[Holder.BANKS].sum() / book.holdings_bn[1:].sum())
    fx = centre.foreign_net_purchases_bn - float(
        (before[Holder.FOREIGN] * np.where(book.opening_bn > 0.0, book.redeemed_bn / book.opening_bn, 0.0)).sum()
    )
    ledger.trade("currency conversion", Account.REST_OF_WORLD, Account.FOREIGN_INVESTORS, fx)
    share_held = float(foreign[SecurityClass.SOVEREIGN] / book.outstanding_bn[SecurityClass.SOVEREIGN])
    if centre.month <= BASELINE:
        centre.sovereign_foreign_share_2020 = share_held
    centre.foreign_yield_impact_pp = yield_impact_pp(
        share_held, centre.sovereign_foreign_share_2020, parameters.yield_impact
    )
