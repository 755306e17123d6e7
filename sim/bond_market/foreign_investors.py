"""Entry of foreign investors into the interbank bond market, and their trades."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.arrays import Floats, Integers, median_of, rows_where, sum_of_products
from agents.authorities import Curb
from agents.draws import Draws, poisson
from agents.foreign_investors import (
    TARGET_TERMS,
    Bloc,
    ForeignInvestors,
    IndexFamily,
    InvestorGroup,
    benchmark_weight_gain,
    bloc_of,
    client_flow,
    entry_by_peers,
    exit_speed,
    geopolitical_shift,
    held_back,
    next_view,
    peer_buying,
    rebalanced_value,
    relative_value,
    remembered_buying,
    shift_by_peers,
    shift_by_trust,
    target_log_weight,
    target_terms,
    traded_log_weight,
    within_assets,
)
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook
from sim.authorities.credibility import mean_trust
from sim.authorities.state import Curbs
from sim.base_year.base_year import BaseYear
from sim.bond_market.blocs import bloc_shares
from sim.bond_market.clearing import default_loss
from sim.bond_market.entry import entry_rate
from sim.bond_market.group_terms import terms_by_group
from sim.bond_market.home_bias import home_bias_falls
from sim.bond_market.index_weights import MONTHS_AROUND, tracked_index_weights
from sim.bond_market.state import (
    BondMarketConstants,
    ForeignDemand,
    ForeignSignals,
    Geopolitics,
    china_yield_pct,
)
from sim.clock import Clock
from sim.component import Changes
from sim.world.conditions import us_yield_pct
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels, Policy
from sim.world.shock_values import ShockValues

NEWCOMERS_INDEX = (IndexFamily.WORLD_GOVERNMENT, IndexFamily.EMERGING_MARKETS, IndexFamily.GLOBAL_AGGREGATE)


def foreign_investors_enter(
    clock: Clock,
    parameters: Parameters,
    constants: BondMarketConstants,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    demand: ForeignDemand,
    investors: Changes[ForeignInvestors],
) -> None:
    """Foreign institutions enter the market.

    A newcomer starts small and moves towards its target.
    """
    rate = entry_rate(
        parameters,
        channels,
        interactions,
        demand,
        len(investors),
        _peers_of_entrants(parameters, interactions, investors),
        parameters.trust_entry * mean_trust(investors["trust"]),
    )
    count = int(poisson(rate, draws["investor.entry"].scalar(clock.month)))
    if count == 0:
        return
    group = investors["group"]
    groups = np.bincount(group, minlength=len(InvestorGroup)) / len(investors)
    members = [rows_where(group == g) for g in InvestorGroup]
    median = np.array([median_of(investors["assets_usd_bn"][rows]) for rows in members])
    typical = np.array([median_of(investors["base_log_weight"][rows]) for rows in members])
    trust = mean_trust(investors["trust"])
    rows = investors.add(count, clock.month)
    investors["trust"][rows] = trust
    # Draws 0 and 1 are the spreads, 2 and 3 the group and the index: no random number serves twice.
    spread = draws["population.attributes"].normal(investors.draw_keys[rows], clock.month, count=2)
    uniform = draws["population.attributes"].uniform(investors.draw_keys[rows], clock.month, count=4)[2:]
    chosen = np.minimum(np.searchsorted(np.cumsum(groups), uniform[0]), len(InvestorGroup) - 1)
    fund = chosen == int(InvestorGroup.BENCHMARK_FUND)
    bounds = np.cumsum([parameters.world_index_fund_share, parameters.emerging_index_fund_share])
    family = np.where(fund, np.array(NEWCOMERS_INDEX)[np.searchsorted(bounds, uniform[1])], IndexFamily.NONE)
    index_weight = parameters.off_benchmark_weight + (
        parameters.benchmark_passthrough * demand.index_weights_base_year[family]
    )
    normal = np.where(
        fund,
        np.log(index_weight) + constants.foreign_target_shift[InvestorGroup.BENCHMARK_FUND],
        typical[chosen],
    )
    base = normal + parameters.weight_spread * spread[1]
    investors["group"][rows] = chosen
    investors["index_family"][rows] = family
    entered = draws["investor.bloc"].uniform(investors.draw_keys[rows], clock.month)
    investors["bloc"][rows] = bloc_of(entered, chosen, bloc_shares())
    investors["assets_usd_bn"][rows] = parameters.entrant_size_ratio * median[chosen] * np.exp(spread[0])
    investors["base_log_weight"][rows] = base
    investors["weight"][rows] = parameters.entrant_first_weight * np.exp(base)
    investors["inaction_band"][rows] = parameters.inaction_band
    views_begin(clock, parameters, draws, investors, rows)
    # A newcomer's first position is a purchase like any other.
    investors["holdings_bn"][rows] = 0.0


def views_begin(
    clock: Clock, parameters: Parameters, draws: Draws, investors: Changes[ForeignInvestors], rows: Integers | slice
) -> None:
    """Draw the first views of new investors."""
    normal = draws["investor.first_view"].normal(investors.draw_keys[rows], clock.month)
    investors["own_view"][rows] = next_view(
        np.zeros(len(normal)), normal, parameters.investor_view_spread, 0.0, investors["group"][rows]
    )


def _peers_of_entrants(parameters: Parameters, interactions: Interactions, investors: ForeignInvestors) -> float:
    """Effect of recent purchases by present investors on the log rate of entry."""
    if not interactions.on("peers"):
        return 0.0
    held = investors["holdings_bn"]
    buying = float(sum_of_products(investors["recent_buying"], held)) / float(held.sum())
    return entry_by_peers(
        buying, parameters.peer_flow_spread, parameters.peer_bound, parameters.peer_coefficient_foreign
    )


def world_index_live_shares(clock: Clock, parameters: Parameters, policy: Policy) -> list[float]:
    """Share of the world government index's weight that is live, this month and in the three before it.

    The channel is the live share of all announced weight; the weight not live at end-2020 is that of this index.
    """
    not_live = parameters.index_weight_not_live_2020
    baseline = policy.baseline["index_tracking_demand"]
    months = range(clock.month, clock.month - MONTHS_AROUND - 1, -1)
    return [(policy.at(month)["index_tracking_demand"] - baseline) / not_live for month in months]


@dataclass(frozen=True)
class _Decision:
    """Log terms of the wanted weights and the resulting trades."""

    terms: Floats
    """Shape (terms, n)."""
    target: Floats
    gap: Floats
    wanted: Floats
    """Part of the gap that they want to trade this month."""
    trade: Floats
    """What they trade where a curb holds back sales."""


def _decision(investors: Mapping[str, Any], signals: ForeignSignals) -> _Decision:
    """Decision of investors whose columns are given, at the signals of the month."""
    group, family = investors["group"], investors["index_family"]
    terms = target_terms(
        signals.group_terms,
        signals.benchmark_gain,
        signals.geopolitics,
        group,
        family,
        investors["bloc"],
        investors["peer_shift"],
        investors["own_view"],
        shift_by_trust(investors["trust"], signals.trust_demand, group),
        investors["home_bias_shift"],
    )
    target = target_log_weight(investors["base_log_weight"], terms)
    held = np.log(investors["opening_weight"])
    gap = target - held
    # Reserve managers hold their band against a reserve share that moves slowly: they trade every month.
    band = np.where(group == int(InvestorGroup.RESERVE_MANAGER), 0.0, investors["inaction_band"])
    speed = np.where(gap < 0.0, signals.exit_speed[group], signals.adjustment_speed[group])
    wanted = within_assets(traded_log_weight(gap, signals.index_step[family], speed, band), held)
    # Nobody holds more than its assets, curb or not.
    trade = within_assets(held_back(wanted, signals.part_of_sales), held)
    return _Decision(terms, target, gap, wanted, trade)


def foreign_investors_trade(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    policy: Policy,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    base_year: BaseYear,
    macro: MacroPath,
    book: SecurityBook,
    politics: Geopolitics,
    curbs: Curbs,
    demand: Changes[ForeignDemand],
    investors: Changes[ForeignInvestors],
) -> None:
    """Foreign investors move towards their targets.

    Each sets a target weight and trades a part of the gap.
    """
    terms = terms_by_group(clock, parameters, channels, base_year, macro, book, demand)
    trade_on(
        terms,
        clock,
        parameters,
        draws,
        policy,
        channels,
        shocks,
        interactions,
        base_year,
        macro,
        book,
        politics,
        curbs,
        demand,
        investors,
    )


def trade_on(
    group_terms: Floats,
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    policy: Policy,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    base_year: BaseYear,
    macro: MacroPath,
    book: SecurityBook,
    politics: Geopolitics,
    curbs: Curbs,
    demand: Changes[ForeignDemand],
    investors: Changes[ForeignInvestors],
) -> None:
    """Investors move towards their targets, of which the terms that are common to a group are given.

    Parameters
    ----------
    group_terms
        Terms of the log target by group, shape (5 terms, 4 groups); see `sim.bond_market.group_terms`.
    clock, parameters, draws, policy, channels, shocks, interactions, base_year, macro, book, politics, curbs
        States that are read.
    demand, investors
        States that are changed.
    """
    month = clock.month
    at = macro.position(month)
    home_pct, us_pct = china_yield_pct(clock, macro, book), us_yield_pct(clock, macro)
    weights = tracked_index_weights(parameters, base_year, month, world_index_live_shares(clock, parameters, policy))
    gain = benchmark_weight_gain(
        weights * (1.0 - min(shocks["index_exclusion"], 1.0)),
        demand.index_weights_base_year,
        parameters.off_benchmark_weight,
        parameters.benchmark_passthrough,
    )
    geopolitics = geopolitical_shift(
        politics.tension, parameters.geopolitical_jump_west, parameters.geopolitical_jump_nonaligned
    )
    geopolitics[:, Bloc.WEST] += shocks["western_demand"]
    geopolitics[InvestorGroup.RESERVE_MANAGER, [Bloc.WEST, Bloc.NEUTRAL]] += shocks["reserve_freeze"]
    group, bloc = investors["group"], investors["bloc"]
    if interactions.on("peers"):
        peers = peer_buying(
            investors["recent_buying"], investors["holdings_bn"], group, bloc, parameters.peer_network_overlap
        )
        investors["peer_shift"][:] = shift_by_peers(
            peers, parameters.peer_flow_spread, parameters.peer_bound, parameters.peer_coefficient_foreign, group
        )
    speed = np.array(
        [
            parameters.adjustment_speed_reserve,
            parameters.adjustment_speed_benchmarked,
            parameters.adjustment_speed_real_money,
            parameters.adjustment_speed_hedged,
        ]
    )
    elasticity = parameters.hot_money_elasticity if interactions.on("hot_money") else 0.0
    home_bias_falls(parameters, channels, interactions, investors)
    signals = demand.signals = ForeignSignals(
        group_terms,
        gain,
        gain - demand.benchmark_gain,
        geopolitics,
        speed,
        exit_speed(speed, channels.ratio("fx_conversion_friction"), elasticity),
        curbs.part_left(Curb.OUTFLOWS, parameters.outflow_curb_share),
        parameters.trust_demand,
    )
    demand.benchmark_gain = gain
    investors["assets_usd_bn"][:] *= np.exp(parameters.foreign_assets_growth / 12.0)
    value = relative_value(
        float(macro.usdcny[at]), home_pct - us_pct - demand.reference_gap_pp, parameters.government_bond_duration
    )
    # The weight of an index drifts with the value of its bonds, and so does that of a fund that tracks it.
    months = np.full(len(InvestorGroup), parameters.rebalancing_months)
    months[InvestorGroup.BENCHMARK_FUND] = np.inf
    demand.rebalanced_rate = rebalanced_value(demand.rebalanced_rate, value, months)
    assets_bn = investors["assets_usd_bn"] * demand.rebalanced_rate[group]
    normal = draws["investor.client_money"].normal(investors.draw_keys, month, count=2)
    flow = client_flow(normal[0], parameters.client_flow_spread, investors["group"])
    investors["own_view"][:] = next_view(
        investors["own_view"],
        normal[1],
        parameters.investor_view_spread,
        parameters.investor_view_persistence,
        investors["group"],
    )
    investors["client_flow"][:] = flow
    investors["assets_usd_bn"][:] *= np.exp(flow)
    held = investors["holdings_bn"]
    held *= 1.0 - default_loss(book)
    # Weights are at the values to which portfolios have been rebalanced: a new price or rate alone makes nobody trade.
    # Clients' flows are invested or sold at the current weight.
    drifted = np.where(held > 0.0, held / assets_bn, investors["weight"])
    investors["opening_weight"][:] = drifted
    decision = _decision(investors, signals)
    weight = drifted * np.exp(decision.trade)
    investors["target_weight"][:] = np.exp(decision.target)
    investors["weight"][:] = weight
    assets_bn = assets_bn * np.exp(flow)
    bought = assets_bn * weight - held
    investors["recent_buying"][:] = remembered_buying(investors["recent_buying"], bought, held, parameters.peer_memory)
    investors["net_purchases_bn"][:] = bought
    held[:] = assets_bn * weight


def purchase_terms(investors: ForeignInvestors, demand: ForeignDemand, row: int) -> list[tuple[str, float, str]]:
    """Terms of an investor's net purchases this month, CNY bn, which add up to them: (term, value, unit).

    Terms of the log weight become money at the same rate, net purchases over the log change of the weight, so that
    they add up. The last two are the part of the gap not traded, by partial adjustment and the inaction band, and
    the sales that a curb on outflows holds back.
    """
    columns = (
        "group",
        "index_family",
        "bloc",
        "base_log_weight",
        "peer_shift",
        "own_view",
        "trust",
        "home_bias_shift",
        "opening_weight",
        "inaction_band",
    )
    one = {name: investors[name][row : row + 1] for name in columns}
    assert demand.signals is not None
    decision = _decision(one, demand.signals)
    bought, holdings = float(investors["net_purchases_bn"][row]), float(investors["holdings_bn"][row])
    gap, trade = float(decision.gap[0]), float(decision.trade[0])
    opening_bn = holdings * float(np.exp(-trade))
    # A newcomer's first position is a separate purchase; other investors held one before.
    first_bn = opening_bn if bought == holdings else 0.0
    clients_bn = 0.0 if first_bn else -opening_bn * float(np.expm1(-investors["client_flow"][row]))
    rate = (bought - first_bn - clients_bn) / trade if trade != 0.0 else opening_bn
    terms = decision.terms[:, 0]
    parts = {
        "first position": first_bn,
        "clients' money": clients_bn,
        "normal weight less weight held": rate * (gap - float(terms.sum())),
        **{name: rate * float(term) for name, term in zip(TARGET_TERMS, terms, strict=True)},
        "left for later": rate * (float(decision.wanted[0]) - gap),
        "curb on outflows": rate * (trade - float(decision.wanted[0])),
    }
    return [(name, value, "CNY bn") for name, value in parts.items()]
