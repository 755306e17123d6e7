"""Foreign investors in shares: index funds that follow a benchmark, and active ones that respond to value and trend."""

from enum import IntEnum
from functools import cache
from statistics import NormalDist

import numpy as np

from agents.arrays import Codes, Floats
from agents.columns import column
from agents.population import ArrayAgent, Population

RETURN_STEP = 0.10
"""Responses to share returns are stated per ten per cent."""
COMPANY_GROUPS = 20
"""Groups of listed companies of equal market value, from the least to the most sought by foreigners."""


class EquityStyle(IntEnum):
    """Decision rule of an investor in shares."""

    INDEX = 0
    ACTIVE = 1


class ForeignEquityInvestor(ArrayAgent):
    """A foreign holder of A shares through Stock Connect."""

    style = column("i1", unit="code", doc="EquityStyle: index fund or active")
    bloc = column("i1", unit="code", doc="Bloc of the investor's home: west, neutral, aligned")
    assets_usd_bn = column("f8", unit="USD bn", doc="Assets under management")
    base_log_odds = column("f8", unit="log odds", doc="Log odds of the wanted weight of A shares at signals of 2020")
    opening_weight = column("f8", unit="share", doc="Weight that the month's trade started from")
    holdings_bn = column("f8", unit="CNY bn", doc="A shares held, market value")
    net_purchases_bn = column("f8", unit="CNY bn a month", doc="Net purchases of the month")
    inaction_band = column("f8", unit="log", doc="No trade while the log gap to the target is smaller than this")


type ForeignShareholders = Population[ForeignEquityInvestor]


EQUITY_TERMS = ("value", "trend", "world volatility", "access", "geopolitics")
"""Terms of the log odds of the target beside the normal weight, in the order of `equity_terms`."""


def neutral_drift(market_growth: float, dollar_growth: float, others_growth: float) -> float:
    """Change of the log odds of A shares in a portfolio that holds the whole market, over a month.

    drift = growth of the market's value in yuan - growth of the dollar in yuan - growth of other assets in dollars

    All in logs. The wanted weight moves with it, as an index weight does: a change of prices or of the currency alone
    gives no reason to trade, and new shares are bought in proportion. Parameter `foreign_assets_growth`.
    """
    return market_growth - dollar_growth - others_growth


def log_odds(weight: Floats) -> Floats:
    """Log of A shares over other assets, shape of `weight`; weights strictly between 0 and 1."""
    return np.asarray(np.log(weight / (1.0 - weight)))


def weight_after(weight: Floats, trade: Floats) -> Floats:
    """Weight after a trade of the log odds, which never passes the whole of the assets, shape of `weight`.

    w' = w * exp(trade) / (1 - w + w * exp(trade))
    """
    odds = weight * np.exp(trade)
    return np.asarray(odds / (1.0 - weight + odds))


def equity_terms(
    excess_log_return: float,
    earnings_yield_2020_pct: float,
    return_3m: float,
    risk: float,
    access: float,
    geopolitics: Floats,
    price_elasticity: float,
    duration_years: float,
    momentum: float,
    index_risk_share: float,
    style: Codes,
    bloc: Codes,
) -> Floats:
    """Terms of each investor's log odds beside its normal weight, shape (terms, n); see `EQUITY_TERMS`.

    value = price elasticity * duration * earnings yield of 2020 / 100 * log change of the earnings yield (active)
    trend = momentum * three-month log return / RETURN_STEP (active)
    volatility = -risk (active) or -share * risk (index funds, whose clients leave)
    access, geopolitics: for all, the latter by bloc, shape (3,)

    Earnings grow at the trend of prices, so the log change of the yield is the log return since 2020 in excess of the
    trend, with the opposite sign: the price elasticity of demand is constant. Source: elasticity near 1.2 (Koijen and
    Yogo); trend following of flows (Froot, O'Connell and Seasholes). Parameters `equity_price_elasticity`,
    `equity_duration`, `equity_earnings_yield_2020`, `equity_momentum`, `benchmark_risk_share`.
    """
    active = style == EquityStyle.ACTIVE
    terms = np.zeros((len(EQUITY_TERMS), len(style)))
    elasticity = price_elasticity * duration_years * earnings_yield_2020_pct / 100.0
    terms[0] = active * (-elasticity * excess_log_return)
    terms[1] = active * (momentum * return_3m / RETURN_STEP)
    terms[2] = np.where(active, -risk, -index_risk_share * risk)
    terms[3] = access
    terms[4] = geopolitics[bloc]
    return terms


def within_quota(net_purchases_bn: Floats, part_through_connect: float, quota_bn: float) -> Floats:
    """Net purchases within a quota on net inflows, shape (n,).

    Buyers are cut alike where part * net purchases of all > quota; sales are free.

    `quota_bn` is for the month: the daily quota times trading days. Channel `connect_quota`; parameter
    `connect_shanghai_part`.
    """
    net, bought = float(net_purchases_bn.sum()), float(np.maximum(net_purchases_bn, 0.0).sum())
    beyond = part_through_connect * net - quota_bn
    if beyond <= 0.0:
        return net_purchases_bn
    allowed = 1.0 - min(1.0, beyond / (part_through_connect * bought))
    return np.where(net_purchases_bn > 0.0, allowed * net_purchases_bn, net_purchases_bn)


@cache
def _normal_quantiles() -> Floats:
    """Standard normal quantiles at the middle of each group of companies, shape (groups,)."""
    middles = (2 * np.arange(COMPANY_GROUPS) + 1) / (2 * COMPANY_GROUPS)
    return np.array([NormalDist().inv_cdf(float(middle)) for middle in middles])


def appeal_to_foreigners(spread: float) -> Floats:
    """Foreign demand for each group of companies over that for the mean one, shape (groups,).

    appeal = exp(spread * z) over its mean, z the standard normal quantile of the group

    Parameter `foreign_stake_spread`.
    """
    appeal = np.exp(spread * _normal_quantiles())
    return np.asarray(appeal / appeal.mean())


def within_ceiling(
    bought_bn: float, sold_bn: float, stakes: Floats, appeal: Floats, value_bn: float, buying_stops_at: float
) -> tuple[float, Floats]:
    """Part of purchases that the legal ceiling on foreign stakes lets through, and the stakes after the trades.

    kept = stake * (1 - sales / value of all stakes);  room = max(0, level at which buying stops - kept) * value
    bought of a group = min(purchases * appeal / groups, room);  part = 1 - purchases without room / purchases

    The law limits the stake of all foreigners together in a company; the exchange stops their buying a little below the
    limit and never their selling. Stakes are shares of the value of a group, shape (groups,); groups have equal value.
    Parameter `foreign_buying_stop`.
    """
    value = value_bn / len(stakes)
    held_bn = float(stakes.sum()) * value
    kept = stakes * (1.0 - sold_bn / held_bn) if held_bn > 0.0 else stakes
    wanted = bought_bn * appeal / len(stakes)
    got = np.minimum(wanted, np.maximum(buying_stops_at - kept, 0.0) * value)
    part = 1.0 - float((wanted - got).sum()) / bought_bn if bought_bn > 0.0 else 1.0
    return part, kept + got / value
