"""Turnover of the markets."""

import numpy as np

from agents.authorities import Curb
from agents.draws import Draws
from agents.institutions import Institutions
from agents.leverage import money_market_activity
from agents.liquidity import turnover_by_foreigners, turnover_by_liquidity
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook
from sim.authorities.state import Curbs
from sim.banking.interbank import unsecured_against_repo
from sim.banking.leverage import log_volatility, repo_outstanding_bn
from sim.banking.state import ForcedSales
from sim.bond_market.state import ForeignFlow, GovernmentYield
from sim.clock import Clock
from sim.component import Changes
from sim.markets import (
    Product,
    foreign_open_interest_share,
    futures_activity,
    market_maker_gain,
    next_log_velocity,
    reit_turnover_trn,
    repo_turns_per_month,
)
from sim.trading.liquidity import foreign_shares, premium_bp
from sim.trading.market_making import MarketMade, market_making_bn
from sim.trading.state import ForeignShareholdings, Liquidity, ShareMarket, TradingConstants, Turnover
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels

MADE_FUTURES = (
    (Product.SHFE_FUTURES, MarketMade.COMMODITY_FUTURES),
    (Product.CFFEX_FUTURES, MarketMade.FINANCIAL_FUTURES),
    (Product.SGE_GOLD, MarketMade.GOLD),
)

DEEPENED = [Product.INTERBANK_SPOT_BONDS, Product.SSE_EQUITY]
"""Markets whose depth sets the liquidity premium of issuers: bonds and shares."""


def trading_days(clock: Clock, parameters: Parameters) -> float:
    """Trading days of the month."""
    return float(parameters.trading_days_by_month[clock.month_of_year])


def markets_turn_over(
    clock: Clock,
    parameters: Parameters,
    constants: TradingConstants,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    macro: MacroPath,
    book: SecurityBook,
    institutions: Institutions,
    foreign: ForeignFlow,
    government: GovernmentYield,
    market: ShareMarket,
    shares: ForeignShareholdings,
    liquidity: Liquidity,
    sales: ForcedSales,
    curbs: Curbs,
    turnover: Changes[Turnover],
) -> None:
    """Turnover of the markets is computed.

    Turnover of a product is its activity in the month times a velocity that is solved on the base year. REITs did not
    trade in the base year: their units turn over at a velocity of their own.
    """
    days = trading_days(clock, parameters)
    noise = draws["market.activity"].normals(clock.month, 6)
    volatility = log_volatility(clock, macro, sales) - parameters.volatility_mean
    years = clock.months_since_base_year / 12.0
    turns = repo_turns_per_month(days, parameters.overnight_repo_share, parameters.term_repo_days)
    interbank_repo, exchange_repo = repo_outstanding_bn(institutions, book)
    interbank = book.interbank_custody_bn()
    activity = np.zeros(len(Product))
    activity[Product.INTERBANK_MONEY] = money_market_activity(
        interbank_repo, turns, parameters.unsecured_share_2020, unsecured_against_repo(parameters, channels)
    )
    makers = market_making_bn(institutions)
    usual = makers if clock.in_base_year else turnover.market_making_base_year_bn
    makers_ratio = np.maximum(makers / usual, parameters.market_making_floor)
    settlement = channels.ratio("settlement_cost") ** parameters.settlement_turnover
    activity[Product.INTERBANK_SPOT_BONDS] = (
        interbank
        * days
        * settlement
        * market_maker_gain(float(makers_ratio[MarketMade.SPOT_BONDS]), parameters.market_maker_effect)
    )
    flows = abs(foreign.net_purchases_bn) / foreign.base_year_bn
    activity[Product.INTERBANK_FX_DERIVATIVES] = (
        days
        * np.exp(parameters.fx_turnover_growth * years)
        * (1.0 + parameters.fx_portfolio_share * (min(flows, parameters.fx_flow_bound) - 1.0))
    )
    returns = [macro.change(macro.equity_index, clock.month - back, 1) for back in (0, 1)]
    turnover.log_share_velocity = next_log_velocity(
        turnover.log_share_velocity,
        volatility,
        turnover.volatility,
        returns[0],
        returns[1],
        parameters.equity_volume_persistence,
        parameters.equity_volume_volatility_slope,
        parameters.equity_volume_lagged_volatility,
        parameters.equity_volume_return_slope,
        parameters.equity_volume_lagged_return,
        parameters.equity_volume_sd * float(noise[1]),
    )
    turnover.volatility = volatility
    mean_value_bn = 0.5 * (market.opening_bn + market.value_bn)
    activity[Product.SSE_EQUITY] = mean_value_bn * days * np.exp(turnover.log_share_velocity)
    if not clock.in_base_year:
        premium = premium_bp(parameters, channels, interactions, liquidity)
        activity[DEEPENED] *= turnover_by_liquidity(
            premium / channels.baseline("market_liquidity_premium"), parameters.turnover_liquidity_elasticity
        ) * turnover_by_foreigners(
            foreign_shares(book, shares),
            liquidity.foreign_share_base_year,
            np.array([parameters.foreign_bond_turnover_share, parameters.northbound_share]),
        )
    activity[Product.SSE_REPO_BONDS_FUNDS] = exchange_repo * turns
    foreign_share = foreign_open_interest_share(
        parameters.futures_foreign_share_2020,
        channels["futures_access_cost"],
        channels.baseline("futures_access_cost"),
        parameters.futures_access_elasticity,
        parameters.futures_foreign_share_bound,
    )
    turnover.foreign_futures_share = foreign_share
    foreign_gain_pp = 100.0 * (foreign_share - parameters.futures_foreign_share_2020)
    persistence = parameters.futures_velocity_persistence
    for position, (product, made) in enumerate(MADE_FUTURES):
        turnover.futures_noise[position] = (
            persistence * turnover.futures_noise[position] + parameters.futures_velocity_sd * noise[2 + position]
        )
        activity[product] = days * futures_activity(
            parameters.futures_open_interest_growth,
            years,
            volatility,
            parameters.futures_volatility_elasticity,
            float(makers_ratio[made]),
            parameters.market_maker_effect,
            foreign_gain_pp,
            parameters.foreign_participation_effect,
            channels.ratio("approved_hedging_products"),
            parameters.product_breadth_elasticity,
            float(turnover.futures_noise[position]),
        )
    activity[Product.CFFEX_FUTURES] *= curbs.part_left(Curb.FUTURES, parameters.futures_curb_share)
    turnover.activity = activity
    turnover.turnover_trn = constants.velocity * activity
    turnover.reit_trn = reit_turnover_trn(
        market.reit_units_bn, parameters.reit_velocity, days, sum(parameters.trading_days_by_month)
    )
    turnover.turnover_trn[Product.SSE_REPO_BONDS_FUNDS] += turnover.reit_trn
    bond_return = parameters.managed_bond_duration * government.change_1m_pp / 100.0
    traded = turnover.turnover_trn[[Product.INTERBANK_SPOT_BONDS, Product.SSE_EQUITY]].sum()
    turnover.price_impact.append(float((abs(bond_return) + abs(np.expm1(returns[0]))) / traded))
