"""Trading: turnover by product, price discovery."""

from typing import TYPE_CHECKING

import numpy as np

from scenarios.calendar import BASELINE
from sim.bond_market.state import GovernmentYield
from sim.leverage import repo_outstanding_bn
from sim.market_making import MarketMade, market_making_bn
from sim.markets import (
    Product,
    benchmark_use_share,
    foreign_open_interest_share,
    futures_activity,
    market_maker_gain,
    next_log_daily_volume,
    price_discovery_share,
    price_influence_index,
    repo_turns_per_month,
)

if TYPE_CHECKING:
    from sim.model import FinancialCenter

MADE_FUTURES = (
    (Product.SHFE_FUTURES, MarketMade.COMMODITY_FUTURES),
    (Product.CFFEX_FUTURES, MarketMade.FINANCIAL_FUTURES),
    (Product.SGE_GOLD, MarketMade.GOLD),
)
RATE_BENCHMARKS = 3
"""Position of rate benchmarks among the contracts of Shanghai Prices."""


def markets_turn_over(centre: "FinancialCenter") -> None:
    """Turnover of each product is its activity this month times a velocity that is solved on 2020."""
    parameters, channels, macro, book = centre.parameters, centre.channels, centre.macro, centre.book
    baseline = centre.policy.baseline
    at = macro.position(centre.month)
    days = centre.trading_days
    noise = centre.luck.market.normals(centre.month, 6)
    volatility = float(macro.log_volatility[at] - parameters.volatility_mean)
    years = (centre.month - BASELINE) / 12.0
    turns = repo_turns_per_month(days, parameters.overnight_repo_share, parameters.term_repo_days)
    interbank_repo, exchange_repo = repo_outstanding_bn(centre)
    interbank = book.interbank_custody_bn()
    activity = np.zeros(len(Product))
    activity[Product.INTERBANK_MONEY] = interbank_repo * turns
    makers = market_making_bn(centre)
    if centre.month <= BASELINE:
        centre.market_making_2020_bn = makers
    makers_ratio = np.maximum(makers / centre.market_making_2020_bn, parameters.market_making_floor)
    settlement = (channels["settlement_cost"] / baseline["settlement_cost"]) ** parameters.settlement_turnover
    activity[Product.INTERBANK_SPOT_BONDS] = (
        interbank
        * days
        * settlement
        * market_maker_gain(float(makers_ratio[MarketMade.SPOT_BONDS]), parameters.market_maker_effect)
    )
    flows = abs(centre.foreign_net_purchases_bn) / centre.foreign_flow_2020_bn
    activity[Product.INTERBANK_FX_DERIVATIVES] = (
        days
        * np.exp(parameters.fx_turnover_growth * years)
        * (1.0 + parameters.fx_portfolio_share * (min(flows, parameters.fx_flow_bound) - 1.0))
    )
    returns = [macro.change(macro.equity_index, centre.month - back, 1) for back in (0, 1)]
    centre.log_daily_volume = next_log_daily_volume(
        centre.log_daily_volume,
        volatility,
        returns[0],
        returns[1],
        parameters.equity_volume_persistence,
        parameters.equity_volume_volatility_slope,
        parameters.equity_volume_return_slope,
        parameters.equity_volume_lagged_return,
        parameters.equity_volume_sd * float(noise[1]),
    )
    activity[Product.SSE_EQUITY] = days * np.exp(centre.log_daily_volume)
    activity[Product.SSE_REPO_BONDS_FUNDS] = exchange_repo * turns
    foreign_share = foreign_open_interest_share(
        parameters.futures_foreign_share_2020,
        channels["futures_access_cost"],
        baseline["futures_access_cost"],
        parameters.futures_access_elasticity,
        parameters.futures_foreign_share_bound,
    )
    centre.foreign_futures_share = foreign_share
    foreign_gain_pp = 100.0 * (foreign_share - parameters.futures_foreign_share_2020)
    persistence = parameters.futures_velocity_persistence
    for position, (product, market) in enumerate(MADE_FUTURES):
        centre.futures_noise[position] = (
            persistence * centre.futures_noise[position] + parameters.futures_velocity_sd * noise[2 + position]
        )
        activity[product] = days * futures_activity(
            parameters.futures_open_interest_growth,
            years,
            volatility,
            parameters.futures_volatility_elasticity,
            float(makers_ratio[market]),
            parameters.market_maker_effect,
            foreign_gain_pp,
            parameters.foreign_participation_effect,
            channels["approved_hedging_products"] / baseline["approved_hedging_products"],
            parameters.product_breadth_elasticity,
            float(centre.futures_noise[position]),
        )
    centre.activity = activity
    centre.turnover_trn = centre.levels.velocity * activity
    bond_return = parameters.managed_bond_duration * centre.state(GovernmentYield).change_1m_pp / 100.0
    traded = centre.turnover_trn[[Product.INTERBANK_SPOT_BONDS, Product.SSE_EQUITY]].sum()
    centre.price_impact_history.append(float((abs(bond_return) + abs(np.expm1(returns[0]))) / traded))


def prices_are_discovered(centre: "FinancialCenter") -> None:
    """Shanghai's weight in the discovery of copper, oil, gold and rate prices, from volumes of twelve months."""
    parameters = centre.parameters
    # Copper and oil trade on the futures exchange, gold on the gold exchange, rates in spot bonds.
    products = [Product.SHFE_FUTURES, Product.SHFE_FUTURES, Product.SGE_GOLD, Product.INTERBANK_SPOT_BONDS]
    centre.volume_history.append(centre.turnover_trn[products])
    recent = np.mean(centre.volume_history, axis=0)
    if centre.month <= BASELINE:
        centre.volume_2020 = recent
    share_2020 = np.array([*parameters.price_discovery_share_2020, parameters.rate_benchmark_share])
    share = price_discovery_share(
        share_2020,
        recent / centre.volume_2020,
        centre.foreign_futures_share - parameters.futures_foreign_share_2020,
        float(np.exp(parameters.rival_volume_growth * max(0, centre.month - BASELINE) / 12.0)),
        parameters.price_discovery_volume_exponent,
        parameters.price_discovery_foreign_effect,
    )
    # A cheaper switch to Shanghai benchmarks moves contracts of the last kind, which choose what they reference.
    switching = centre.channels["benchmark_switching_cost"] / centre.policy.baseline["benchmark_switching_cost"]
    share[RATE_BENCHMARKS] = benchmark_use_share(
        float(share[RATE_BENCHMARKS]), switching, parameters.benchmark_switching_elasticity
    )
    centre.price_discovery_shares = share
    centre.price_influence = price_influence_index(np.array(parameters.price_weights), share, share_2020)
