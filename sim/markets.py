"""Trading: turnover is a stock times a velocity, by product; and the weight of Shanghai in world prices."""

from enum import IntEnum

import numpy as np

from agents.arrays import Floats


class Product(IntEnum):
    """Products whose turnover adds up to the plan's combined market turnover."""

    INTERBANK_MONEY = 0
    INTERBANK_SPOT_BONDS = 1
    INTERBANK_FX_DERIVATIVES = 2
    SSE_EQUITY = 3
    SSE_REPO_BONDS_FUNDS = 4
    SHFE_FUTURES = 5
    CFFEX_FUTURES = 6
    SGE_GOLD = 7


def repo_turns_per_month(trading_days: float, overnight_share: float, term_days: float) -> float:
    """Times that outstanding repo is traded in a month.

    turns = trading days * (overnight share + (1 - overnight share) / term in trading days)

    Parameters `overnight_repo_share`, `term_repo_days`.
    """
    return trading_days * (overnight_share + (1.0 - overnight_share) / term_days)


def next_log_velocity(
    log_velocity: float,
    volatility: float,
    volatility_before: float,
    equity_return: float,
    equity_return_before: float,
    persistence: float,
    volatility_slope: float,
    lagged_volatility: float,
    return_slope: float,
    lagged_return: float,
    noise: float,
) -> float:
    """Log of average daily share turnover over market value, relative to its level at 2020 volatility and no return.

    next = persistence * now + volatility_slope * (volatility + lagged volatility * volatility before)
        + return_slope * (return + lagged return * return before) + noise

    Volatility is log realised volatility less its mean. `lagged_volatility` is below zero: trading answers to news, and
    a part of the answer is over after a month (Clark 1973; Bessembinder and Seguin 1993). Estimated on the Shanghai
    Stock Exchange, 2010-2020 and 2016-2020, over the mean value of the month. Parameters `equity_volume_persistence`,
    `equity_volume_volatility_slope`, `equity_volume_lagged_volatility`, `equity_volume_return_slope`,
    `equity_volume_lagged_return`, `equity_volume_sd`.
    """
    return (
        persistence * log_velocity
        + volatility_slope * (volatility + lagged_volatility * volatility_before)
        + return_slope * (equity_return + lagged_return * equity_return_before)
        + noise
    )


def reit_turnover_trn(units_bn: float, velocity_a_year: float, trading_days: float, days_a_year: float) -> float:
    """Turnover of REIT units in the month, CNY trn.

    turnover = units * velocity * trading days / trading days a year / 1000

    Units at their value at issue. Parameter `reit_velocity`.
    """
    return units_bn * velocity_a_year * trading_days / days_a_year / 1000.0


def market_maker_gain(market_makers_ratio: float, market_maker_effect: float) -> float:
    """Turnover of a market relative to that with the market-making capital of 2020.

    gain = exp(effect * log2(capital / capital of 2020))

    Parameter `market_maker_effect`, log points per doubling.
    """
    return float(np.exp(market_maker_effect * np.log2(market_makers_ratio)))


def futures_activity(
    open_interest_growth: float,
    years: float,
    log_volatility_change: float,
    volatility_elasticity: float,
    market_makers_ratio: float,
    market_maker_effect: float,
    foreign_share_change_pp: float,
    foreign_gain: float,
    products_ratio: float,
    product_elasticity: float,
    noise: float,
) -> float:
    """Turnover of a futures or gold market relative to 2020 per trading day.

    activity = exp(growth * years + elasticity * (ln rv - mean) + foreign gain + product elasticity * ln(products)
        + noise) * gain of market makers

    Parameters `futures_open_interest_growth`, `futures_volatility_elasticity`, `market_maker_effect`,
    `foreign_participation_effect`, `product_breadth_elasticity`; channel `approved_hedging_products`.
    """
    return float(
        np.exp(
            open_interest_growth * years
            + volatility_elasticity * log_volatility_change
            + foreign_gain * foreign_share_change_pp
            + product_elasticity * np.log(products_ratio)
            + noise
        )
    ) * market_maker_gain(market_makers_ratio, market_maker_effect)


def foreign_open_interest_share(
    share_2020: float, access_cost_bp: float, access_cost_baseline_bp: float, elasticity: float, largest_share: float
) -> float:
    """Foreign share of open interest in internationalised contracts.

    share = share_2020 * (cost / cost_2020) ** elasticity, at most the largest share

    Parameters `futures_foreign_share_2020`, `futures_access_elasticity`, `futures_foreign_share_bound`; channel
    `futures_access_cost`.
    """
    return min(largest_share, share_2020 * float((access_cost_bp / access_cost_baseline_bp) ** elasticity))


def price_discovery_share(
    share_2020: Floats,
    volume_ratio: Floats,
    foreign_share_change: float,
    rival_volume_ratio: Floats | float,
    volume_exponent: float,
    foreign_quality: float,
) -> Floats:
    """Shanghai's weight in price discovery by contract, shape (contracts,).

    informed volume = exp(foreign_quality * foreign share change in tenths) * volume ** exponent
    share = share_2020 * informed / (share_2020 * informed + (1 - share_2020) * rival informed)

    The closed form of a two-market error correction in which a market corrects the more slowly the larger its share
    of informed volume. Parameters `price_discovery_share_2020`, `price_discovery_volume_exponent`,
    `price_discovery_foreign_effect`.
    """
    informed = share_2020 * np.exp(foreign_quality * foreign_share_change / 0.10) * volume_ratio**volume_exponent
    rival = (1.0 - share_2020) * rival_volume_ratio**volume_exponent
    return np.asarray(informed / (informed + rival), dtype=np.float64)


def benchmark_use_share(share: float, switching_cost_ratio: float, elasticity: float) -> float:
    """Share of contracts that reference a Shanghai rate benchmark when switching to it costs less.

    log odds = log odds at the 2020 cost + elasticity * ln(cost / cost_2020)

    The elasticity is negative. Parameter `benchmark_switching_elasticity`; channel `benchmark_switching_cost`.
    """
    odds = share / (1.0 - share) * switching_cost_ratio**elasticity
    return float(odds / (1.0 + odds))


def price_influence_index(weights: Floats, share: Floats, share_2020: Floats) -> float:
    """Shanghai Prices: weighted mean of price-discovery shares against 2020, index with 2020 = 100."""
    return float(100.0 * (weights * share / share_2020).sum() / weights.sum())
