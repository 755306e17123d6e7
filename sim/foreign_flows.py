"""Foreign investors enter and trade; the bond market clears around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Floats, Integers, median_of
from agents.draws import poisson
from agents.foreign_investors import (
    GROUP_TERMS,
    TARGET_TERMS,
    Bloc,
    IndexFamily,
    InvestorGroup,
    access_shift,
    benchmark_weight_gain,
    bloc_of,
    client_flow,
    collateral_shift,
    entry_by_peers,
    entry_rate_per_month,
    event_probability,
    geopolitical_shift,
    hedged_room,
    next_view,
    peer_buying,
    remembered_buying,
    risk_aversion_shift,
    shift_by_peers,
    target_log_weight,
    target_terms,
    tension_after,
    traded_log_weight,
    unhedged_signal_pp,
    within_assets,
    yield_impact_pp,
)
from scenarios.calendar import BASELINE
from sim.baseline import observed
from sim.bond_market.state import ForeignFlow, GovernmentYield, ResidualHolders
from sim.index_weights import MONTHS_AROUND, tracked_index_weights
from sim.ledger import Account
from sim.securities import Holder, SecurityClass, foreign_by_class, supply_premium_pp
from sim.starting_point import bloc_shares

if TYPE_CHECKING:
    from sim.model import FinancialCenter

MANAGERS = Holder.ASSET_MANAGERS - 1
"""Row of asset managers among the residual holders."""

MOST_REDEEMED = 0.9
"""Largest share of managers' demand that shocks of redemptions which overlap can take away."""

NEWCOMERS_INDEX = (IndexFamily.WORLD_GOVERNMENT, IndexFamily.EMERGING_MARKETS, IndexFamily.GLOBAL_AGGREGATE)


def geopolitical_events_happen(centre: "FinancialCenter") -> None:
    """Politics divides the world now and then; what was felt before fades. Nothing happens before 2021.

    Events of a shock `geopolitical_event` come on top of those of chance.
    """
    if centre.month <= BASELINE:
        return
    parameters = centre.parameters
    event = centre.luck.geopolitics.scalar(centre.month) < event_probability(parameters.geopolitical_hazard)
    centre.geopolitical_tension = tension_after(
        centre.geopolitical_tension,
        int(event) + centre.shock["geopolitical_event"],
        parameters.geopolitical_half_life,
    )


def foreign_investors_enter(centre: "FinancialCenter") -> None:
    """Institutions enter the interbank market; a newcomer starts small and moves towards its target."""
    parameters, channels, investors = centre.parameters, centre.channels, centre.investors
    baseline = centre.policy.baseline["foreign_access_cost"]
    friction_change = parameters.access_friction_2020 * (channels["foreign_access_cost"] / baseline - 1.0)
    rate = entry_rate_per_month(
        parameters.foreign_entry_rate, friction_change, parameters.entry_access_coefficient, _peers_of_entrants(centre)
    )
    count = int(poisson(rate, centre.luck.investor_entry.scalar(centre.month)))
    if count == 0:
        return
    group = investors["group"]
    groups = np.bincount(group, minlength=len(InvestorGroup)) / len(investors)
    members = [np.flatnonzero(group == g) for g in InvestorGroup]
    median = np.array([median_of(investors["assets_usd_bn"][rows]) for rows in members])
    typical = np.array([median_of(investors["base_log_weight"][rows]) for rows in members])
    rows = investors.add(count, centre.month)
    # Draws 0 and 1 are the spreads, 2 and 3 the group and the index: no number of luck serves twice.
    spread = centre.luck.population.normal(investors.luck[rows], centre.month, count=2)
    luck = centre.luck.population.uniform(investors.luck[rows], centre.month, count=4)[2:]
    chosen = np.minimum(np.searchsorted(np.cumsum(groups), luck[0]), len(InvestorGroup) - 1)
    fund = chosen == InvestorGroup.BENCHMARK_FUND
    bounds = np.cumsum([parameters.world_index_fund_share, parameters.emerging_index_fund_share])
    family = np.where(fund, np.array(NEWCOMERS_INDEX)[np.searchsorted(bounds, luck[1])], IndexFamily.NONE)
    index_weight = parameters.off_benchmark_weight + (
        parameters.benchmark_passthrough * centre.live_index_weights_2020[family]
    )
    normal = np.where(
        fund,
        np.log(index_weight) + centre.levels.foreign_target_shift[InvestorGroup.BENCHMARK_FUND],
        typical[chosen],
    )
    base = normal + parameters.weight_spread * spread[1]
    investors["group"][rows] = chosen
    investors["index_family"][rows] = family
    entered = centre.luck.investor_bloc.uniform(investors.luck[rows], centre.month)
    investors["bloc"][rows] = bloc_of(entered, chosen, bloc_shares())
    investors["assets_usd_bn"][rows] = parameters.entrant_size_ratio * median[chosen] * np.exp(spread[0])
    investors["base_log_weight"][rows] = base
    investors["weight"][rows] = parameters.entrant_first_weight * np.exp(base)
    investors["inaction_band"][rows] = parameters.inaction_band
    views_begin(centre, rows)
    # What a newcomer brings in its first month is bought like any other purchase.
    investors["holdings_bn"][rows] = 0.0


def views_begin(centre: "FinancialCenter", rows: Integers | slice) -> None:
    """Investors come with a view of their own."""
    investors = centre.investors
    luck = centre.luck.first_view.normal(investors.luck[rows], centre.month)
    investors["own_view"][rows] = next_view(
        np.zeros(len(luck)), luck, centre.parameters.investor_view_spread, 0.0, investors["group"][rows]
    )


def _peers_of_entrants(centre: "FinancialCenter") -> float:
    """What the recent buying of those inside adds to the log rate of entry."""
    parameters, investors = centre.parameters, centre.investors
    if "peers" in centre.interactions_off:
        return 0.0
    held = investors["holdings_bn"]
    buying = float(investors["recent_buying"] @ held) / float(held.sum())
    return entry_by_peers(
        buying, parameters.peer_flow_spread, parameters.peer_bound, parameters.peer_coefficient_foreign
    )


def world_index_live_shares(centre: "FinancialCenter") -> list[float]:
    """Share of the world government index's weight that is live, this month and in the three before it.

    The channel is the live share of all announced weight; what was not live at end-2020 belongs to that index.
    """
    policy, not_live = centre.policy, centre.parameters.index_weight_not_live_2020
    baseline = policy.baseline["index_tracking_demand"]
    months = range(centre.month, centre.month - MONTHS_AROUND - 1, -1)
    return [(policy.at(month)["index_tracking_demand"] - baseline) / not_live for month in months]


@dataclass(frozen=True)
class ForeignSignals:
    """What all foreign investors saw in a month, kept for those who ask why they traded."""

    group_terms: Floats
    """Terms of the log target by group, shape (5 terms, 4 groups)."""
    benchmark_gain: Floats
    """Gain from index weights by index family, log, shape (4,)."""
    index_step: Floats
    """Change of that gain this month, shape (4,)."""
    geopolitics: Floats
    """Shift by group and bloc, log, shape (4, 3)."""
    adjustment_speed: Floats
    """Part of a gap that is traded in a month, by group, shape (4,)."""


@dataclass(frozen=True)
class _Decision:
    """Log terms of the wanted weights and the trades they led to."""

    terms: Floats
    """Shape (terms, n)."""
    target: Floats
    gap: Floats
    trade: Floats


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
    )
    target = target_log_weight(investors["base_log_weight"], terms)
    held = np.log(investors["opening_weight"])
    gap = target - held
    # Reserve managers hold their band against a reserve share that moves slowly: they trade every month.
    band = np.where(group == InvestorGroup.RESERVE_MANAGER, 0.0, investors["inaction_band"])
    trade = traded_log_weight(gap, signals.index_step[family], signals.adjustment_speed[group], band)
    return _Decision(terms, target, gap, within_assets(trade, held))


def risk_and_access(centre: "FinancialCenter") -> tuple[float, float]:
    """What world volatility and the cost and breadth of access do to what foreigners want to hold, log, this month."""
    parameters, channels, baseline, macro = centre.parameters, centre.channels, centre.policy.baseline, centre.macro
    risk = risk_aversion_shift(
        float(macro.log_vix[macro.position(centre.month)]),
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
    return risk, access


def foreign_investors_trade(centre: "FinancialCenter") -> None:
    """Each investor sets a target weight and trades a part of the gap."""
    parameters, channels, investors = centre.parameters, centre.channels, centre.investors
    baseline, macro, month = centre.policy.baseline, centre.macro, centre.month
    at = macro.position(month)
    appreciation = -100.0 * macro.change(macro.usdcny, month, 12)
    signal = unhedged_signal_pp(centre.china_yield_pct, centre.us_yield_pct, appreciation, parameters.fx_extrapolation)
    spread_change = signal - centre.reference_signal_pp
    risk, access = risk_and_access(centre)
    hedged_stock = observed("foreign_bond_holdings") * parameters.holdings_share_by_type[InvestorGroup.HEDGED_BUYER]
    pickup_2020 = parameters.hedged_threshold + hedged_stock / 1000.0 / parameters.hedged_capacity
    pickup = pickup_2020 - (channels["hedging_cost"] - baseline["hedging_cost"]) / 100.0
    active = [InvestorGroup.BENCHMARK_FUND, InvestorGroup.REAL_MONEY]
    group_terms = np.zeros((len(GROUP_TERMS), len(InvestorGroup)))
    group_terms[0, active] = spread_change * np.array(
        [parameters.spread_semi_elasticity_benchmarked, parameters.spread_semi_elasticity_real_money]
    )
    group_terms[1, active] = [-parameters.benchmark_risk_share * risk, -risk]
    group_terms[2, InvestorGroup.BENCHMARK_FUND :] = access
    group_terms[3, InvestorGroup.HEDGED_BUYER] = hedged_room(pickup, parameters.hedged_threshold, pickup_2020)
    group_terms[4, [InvestorGroup.RESERVE_MANAGER, InvestorGroup.HEDGED_BUYER]] = collateral_shift(
        channels["collateral_haircut"], baseline["collateral_haircut"], parameters.collateral_elasticity
    )
    gain = benchmark_weight_gain(
        tracked_index_weights(parameters, month, world_index_live_shares(centre)),
        centre.live_index_weights_2020,
        parameters.off_benchmark_weight,
        parameters.benchmark_passthrough,
    )
    geopolitics = geopolitical_shift(
        centre.geopolitical_tension, parameters.geopolitical_jump_west, parameters.geopolitical_jump_nonaligned
    )
    geopolitics[:, Bloc.WEST] += centre.shock["western_demand"]
    group, bloc = investors["group"], investors["bloc"]
    if "peers" not in centre.interactions_off:
        peers = peer_buying(
            investors["recent_buying"], investors["holdings_bn"], group, bloc, parameters.peer_network_overlap
        )
        investors["peer_shift"][:] = shift_by_peers(
            peers, parameters.peer_flow_spread, parameters.peer_bound, parameters.peer_coefficient_foreign, group
        )
    centre.foreign_signals = ForeignSignals(
        group_terms,
        gain,
        gain - centre.benchmark_gain,
        geopolitics,
        np.array(
            [
                parameters.adjustment_speed_reserve,
                parameters.adjustment_speed_benchmarked,
                parameters.adjustment_speed_real_money,
                parameters.adjustment_speed_hedged,
            ]
        ),
    )
    centre.benchmark_gain = gain
    investors["assets_usd_bn"][:] *= np.exp(parameters.foreign_assets_growth / 12.0)
    assets_bn = investors["assets_usd_bn"] * macro.usdcny[at]
    luck = centre.luck.client_money.normal(investors.luck, month, count=2)
    flow = client_flow(luck[0], parameters.client_flow_spread, investors["group"])
    investors["own_view"][:] = next_view(
        investors["own_view"],
        luck[1],
        parameters.investor_view_spread,
        parameters.investor_view_persistence,
        investors["group"],
    )
    investors["client_flow"][:] = flow
    investors["assets_usd_bn"][:] *= np.exp(flow)
    held = investors["holdings_bn"]
    held *= 1.0 - _default_loss(centre)
    # Holdings are kept at face value, so the weight drifts with the currency and with growth, not with prices. What
    # clients bring or take is invested or sold at the weight that is held.
    drifted = np.where(held > 0.0, held / assets_bn, investors["weight"])
    investors["opening_weight"][:] = drifted
    decision = _decision(investors, centre.foreign_signals)
    weight = drifted * np.exp(decision.trade)
    investors["target_weight"][:] = np.exp(decision.target)
    investors["weight"][:] = weight
    assets_bn = assets_bn * np.exp(flow)
    bought = assets_bn * weight - held
    investors["recent_buying"][:] = remembered_buying(investors["recent_buying"], bought, held, parameters.peer_memory)
    investors["net_purchases_bn"][:] = bought
    held[:] = assets_bn * weight


def purchase_terms(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of an investor's net purchases this month, CNY bn, which add up to them: (term, value, unit).

    Terms of the log weight become money at the same rate, net purchases over the log change of the weight, so that
    they add up. The last one takes off what is left for later months: partial adjustment and the inaction band.
    """
    investors = centre.investors
    columns = (
        "group",
        "index_family",
        "bloc",
        "base_log_weight",
        "peer_shift",
        "own_view",
        "opening_weight",
        "inaction_band",
    )
    one = {name: investors[name][row : row + 1] for name in columns}
    decision = _decision(one, centre.foreign_signals)
    bought, holdings = float(investors["net_purchases_bn"][row]), float(investors["holdings_bn"][row])
    gap, trade = float(decision.gap[0]), float(decision.trade[0])
    opening_bn = holdings * float(np.exp(-trade))
    # A newcomer's first position is a purchase of its own; everybody else held it before.
    first_bn = opening_bn if bought == holdings else 0.0
    clients_bn = 0.0 if first_bn else -opening_bn * float(np.expm1(-investors["client_flow"][row]))
    rate = (bought - first_bn - clients_bn) / trade if trade != 0.0 else opening_bn
    terms = decision.terms[:, 0]
    parts = {
        "first position": first_bn,
        "clients' money": clients_bn,
        "normal weight less weight held": rate * (gap - float(terms.sum())),
        **{name: rate * float(term) for name, term in zip(TARGET_TERMS, terms, strict=True)},
        "left for later": rate * (trade - gap),
    }
    return [(name, value, "CNY bn") for name, value in parts.items()]


def _default_loss(centre: "FinancialCenter") -> float:
    """Share of foreign holdings that was written off this month."""
    book = centre.book
    before = book.opening_holdings_bn[Holder.FOREIGN]
    lost = before * _share_of_stock(book.defaulted_bn, book.opening_bn)
    return float(lost.sum() / before.sum())


def _share_of_stock(flow_bn: Floats, stock_bn: Floats) -> Floats:
    return np.divide(flow_bn, stock_bn, out=np.zeros_like(flow_bn), where=stock_bn > 0.0)


def bond_market_clears(centre: "FinancialCenter") -> None:
    """Foreigners hold what they decided; residual holders take the rest at the spread that makes them willing."""
    book, parameters, ledger = centre.book, centre.parameters, centre.ledger
    holders = centre.state(ResidualHolders)
    book.close_flows()
    before = book.opening_holdings_bn
    kept = before * (1.0 - _share_of_stock(book.redeemed_bn + book.defaulted_bn, book.opening_bn))
    foreign = foreign_by_class(
        float(centre.investors["holdings_bn"].sum()), book.foreign_allocation, book.outstanding_bn
    )
    book.holdings_bn[Holder.FOREIGN] = foreign
    residual = book.outstanding_bn - foreign
    if centre.month <= BASELINE:
        # Spreads of 2020 are observed; demand is what held the stocks at those spreads.
        share = book.demand_base_bn / book.demand_base_bn.sum(axis=0)
        book.demand_base_bn = residual * share / holders.size[:, None]
        book.premium_pp[:] = 0.0
    demand = book.demand_base_bn * holders.size[:, None]
    demand[MANAGERS] *= 1.0 - min(centre.shock["bond_fund_redemptions"], MOST_REDEEMED)
    if centre.month > BASELINE:
        book.premium_pp = supply_premium_pp(residual, demand.sum(axis=0), parameters.demand_semielasticity)
    book.holdings_bn[1:] = residual * demand / demand.sum(axis=0)
    bought = (book.holdings_bn - kept).sum(axis=1)
    centre.bought_bn = bought
    foreign_bought = float(bought[Holder.FOREIGN])
    banks = holders.bank_share_of_purchases
    ledger.trade("secondary trade", Account.FOREIGN_INVESTORS, Account.BANKS, foreign_bought * banks)
    ledger.trade("secondary trade", Account.FOREIGN_INVESTORS, Account.ASSET_MANAGERS, foreign_bought * (1.0 - banks))
    # What banks bought in all, less their part of new issues, plus what they sold to foreigners, came from managers.
    between = float(bought[Holder.BANKS]) - centre.paid_by_banks_bn + foreign_bought * banks
    ledger.trade("secondary trade", Account.BANKS, Account.ASSET_MANAGERS, between)
    holders.bank_share_of_purchases = float(book.holdings_bn[Holder.BANKS].sum() / book.holdings_bn[1:].sum())
    # Net purchases are what foreigners bought beyond what was repaid to them; that much money crossed the border.
    repaid = float((before[Holder.FOREIGN] * _share_of_stock(book.redeemed_bn, book.opening_bn)).sum())
    net = centre.state(ForeignFlow).net_purchases_bn = foreign_bought - repaid
    ledger.trade("currency conversion", Account.REST_OF_WORLD, Account.FOREIGN_INVESTORS, net)
    share_held = float(foreign[SecurityClass.SOVEREIGN] / book.outstanding_bn[SecurityClass.SOVEREIGN])
    if centre.month <= BASELINE:
        centre.sovereign_foreign_share_2020 = share_held
    centre.state(GovernmentYield).foreign_impact_pp = yield_impact_pp(
        share_held, centre.sovereign_foreign_share_2020, parameters.yield_impact
    )
