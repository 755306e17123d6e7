"""Foreign investors in shares: index funds that follow a benchmark, and active ones that respond to value and trend."""

from enum import IntEnum

import numpy as np

from agents.arrays import Codes, Floats
from agents.columns import column
from agents.population import ArrayAgent, Population

RETURN_STEP = 0.10
"""Responses to share returns are stated per ten per cent."""


class EquityStyle(IntEnum):
    """Decision rule of an investor in shares."""

    INDEX = 0
    ACTIVE = 1


class ForeignEquityInvestor(ArrayAgent):
    """A foreign holder of A shares through Stock Connect."""

    style = column("i1", unit="code", doc="EquityStyle: index fund or active")
    bloc = column("i1", unit="code", doc="Bloc of the investor's home: west, neutral, aligned")
    assets_usd_bn = column("f8", unit="USD bn", doc="Assets under management")
    base_log_weight = column("f8", unit="log share", doc="Log of the wanted weight of A shares at the signals of 2020")
    opening_weight = column("f8", unit="share", doc="Weight that the month's trade started from")
    holdings_bn = column("f8", unit="CNY bn", doc="A shares held, market value")
    net_purchases_bn = column("f8", unit="CNY bn a month", doc="Net purchases of the month")
    inaction_band = column("f8", unit="log", doc="No trade while the log gap to the target is smaller than this")


type ForeignShareholders = Population[ForeignEquityInvestor]


EQUITY_TERMS = ("value", "trend", "world volatility", "access", "geopolitics")
"""Terms of the log target beside the normal weight, in the order of `equity_terms`."""


def earnings_yield_change_pp(earnings_yield_2020_pct: float, excess_log_return: float) -> float:
    """Change of the earnings yield when prices leave the path of earnings, percentage points.

    change = yield_2020 * (exp(-excess return since 2020) - 1)

    Earnings grow at the trend of prices. Parameter `equity_earnings_yield_2020`.
    """
    return earnings_yield_2020_pct * float(np.expm1(-excess_log_return))


def equity_terms(
    yield_change_pp: float,
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
    """Terms of each investor's log target beside its normal weight, shape (terms, n); see `EQUITY_TERMS`.

    value = price elasticity * duration / 100 * change of the earnings yield (active)
    trend = momentum * three-month log return / RETURN_STEP (active)
    volatility = -risk (active) or -share * risk (index funds, whose clients leave)
    access, geopolitics: for all, the latter by bloc, shape (3,)

    Source: demand elasticity of equities near 1.2 (Koijen and Yogo); trend following of flows (Froot, O'Connell and
    Seasholes). Parameters `equity_price_elasticity`, `equity_duration`, `equity_momentum`, `benchmark_risk_share`.
    """
    active = style == EquityStyle.ACTIVE
    terms = np.zeros((len(EQUITY_TERMS), len(style)))
    terms[0] = active * (price_elasticity * duration_years / 100.0 * yield_change_pp)
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
