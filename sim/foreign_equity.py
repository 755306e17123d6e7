"""Foreign investors hold A shares through Stock Connect."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from agents.equity_investors import (
    EQUITY_TERMS,
    EquityStyle,
    earnings_yield_change_pp,
    equity_terms,
    within_quota,
)
from agents.foreign_investors import (
    Bloc,
    InvestorGroup,
    bloc_of,
    geopolitical_shift,
    traded_log_gap,
    within_assets,
)
from scenarios.calendar import BASELINE
from sim.baseline import observed
from sim.foreign_flows import risk_and_access
from sim.ledger import Account
from sim.start import pareto_shares
from sim.starting_point import bloc_shares

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def start_equity_investors(centre: "FinancialCenter", month: int) -> None:
    """Foreign holders of A shares at end-2019, index funds and active ones, with what they held in all."""
    parameters, investors = centre.parameters, centre.equity_investors
    count = round(parameters.equity_investors_2020)
    rows = investors.add(count, month)
    keys = investors.luck[rows]
    spread = centre.luck.population.normal(keys, month, count=2)
    style = np.where(np.arange(count) < round(parameters.equity_index_fund_share * count), 0, 1)
    share = np.zeros(count)
    total = observed("foreign_equity_holdings_2019")
    by_style = np.array([parameters.equity_index_held_share, 1.0 - parameters.equity_index_held_share]) * total
    for each in EquityStyle:
        members = style == each
        share[members] = pareto_shares(int(members.sum()), parameters.investor_size_tail, 1.0)
    holdings = by_style[style] * share
    weight = parameters.msci_em_china_weight * np.exp(parameters.weight_spread * spread[0])
    rate = float(centre.macro.usdcny[centre.macro.position(month)])
    groups = np.where(style == EquityStyle.INDEX, InvestorGroup.BENCHMARK_FUND, InvestorGroup.REAL_MONEY)
    investors["style"][rows] = style
    investors["bloc"][rows] = bloc_of(centre.luck.investor_bloc.uniform(keys, month), groups, bloc_shares())
    investors["assets_usd_bn"][rows] = holdings / weight / rate
    investors["base_log_weight"][rows] = np.log(weight)
    investors["holdings_bn"][rows] = holdings
    band = parameters.inaction_band * np.exp(parameters.inaction_band_spread * spread[1])
    investors["inaction_band"][rows] = np.where(style == EquityStyle.INDEX, 0.0, band)
    centre.share_market_value_bn = observed("sse_market_value_2020") / float(
        np.exp(centre.macro.change(centre.macro.equity_index, BASELINE, 12))
    )


def equity_investors_trade(centre: "FinancialCenter") -> None:
    """Foreign holders of A shares move towards the weight they want, within the quota of Stock Connect."""
    parameters, investors, macro, month = centre.parameters, centre.equity_investors, centre.macro, centre.month
    growth = float(np.exp(macro.change(macro.equity_index, month, 1)))
    centre.share_market_value_bn *= growth
    centre.equity_terms = _terms(centre)
    investors["assets_usd_bn"][:] *= np.exp(parameters.foreign_assets_growth / 12.0)
    assets_bn = investors["assets_usd_bn"] * macro.usdcny[macro.position(month)]
    held = investors["holdings_bn"]
    centre.opening_foreign_equity_bn = float(held.sum())
    held *= growth
    centre.foreign_equity_gain_bn = float(held.sum()) - centre.opening_foreign_equity_bn
    investors["opening_weight"][:] = held / assets_bn
    bought = held * np.expm1(_trade(centre, centre.equity_terms))
    quota = centre.channels["connect_quota"] * parameters.trading_days_by_month[month % 12]
    bought = within_quota(bought, parameters.connect_shanghai_part, quota)
    investors["net_purchases_bn"][:] = bought
    held += bought
    net = float(bought.sum())
    centre.ledger.trade("currency conversion", Account.REST_OF_WORLD, Account.FOREIGN_INVESTORS, net)
    centre.ledger.trade("share trade", Account.FOREIGN_INVESTORS, Account.SHAREHOLDERS, net)


def _terms(centre: "FinancialCenter") -> Floats:
    """Terms of the log target of every investor this month, shape (terms, n)."""
    parameters, investors, macro, month = centre.parameters, centre.equity_investors, centre.macro, centre.month
    since_2020 = macro.change(macro.equity_index, month, max(month - BASELINE, 0))
    trend = parameters.equity_drift * max(month - BASELINE, 0)
    risk, access = risk_and_access(centre)
    politics = geopolitical_shift(
        centre.geopolitical_tension, parameters.geopolitical_jump_west, parameters.geopolitical_jump_nonaligned
    )[InvestorGroup.REAL_MONEY]
    politics[Bloc.WEST] += centre.shock["western_demand"]
    return equity_terms(
        earnings_yield_change_pp(parameters.equity_earnings_yield_2020, since_2020 - trend),
        macro.change(macro.equity_index, month - 1, 3),
        risk,
        access,
        politics,
        parameters.equity_price_elasticity,
        parameters.equity_duration,
        parameters.equity_momentum,
        parameters.benchmark_risk_share,
        investors["style"],
        investors["bloc"],
    )


def _trade(centre: "FinancialCenter", terms: Floats, row: slice = slice(None)) -> Floats:
    """Log change of the weight that investors want to trade this month, shape (n,)."""
    parameters, investors = centre.parameters, centre.equity_investors
    speed = np.array([parameters.adjustment_speed_benchmarked, parameters.adjustment_speed_equity])
    opening = np.log(investors["opening_weight"][row])
    gap = investors["base_log_weight"][row] + terms[:, row].sum(axis=0) - opening
    traded = traded_log_gap(gap, speed[investors["style"][row]], investors["inaction_band"][row])
    return within_assets(traded, opening)


def equity_purchase_terms(centre: "FinancialCenter", row: int) -> list[tuple[str, float, str]]:
    """Terms of an investor's net purchases of shares this month, CNY bn, which add up to them."""
    investors = centre.equity_investors
    at = slice(row, row + 1)
    trade = float(_trade(centre, centre.equity_terms, at)[0])
    bought = float(investors["net_purchases_bn"][row])
    opening_bn = float(investors["holdings_bn"][row]) - bought
    terms = centre.equity_terms[:, row]
    gap = float(investors["base_log_weight"][row] + terms.sum() - np.log(investors["opening_weight"][row]))
    wanted = opening_bn * float(np.expm1(trade))
    rate = wanted / trade if trade != 0.0 else opening_bn
    return [
        ("normal weight less weight held", rate * (gap - float(terms.sum())), "CNY bn"),
        *((name, rate * float(term), "CNY bn") for name, term in zip(EQUITY_TERMS, terms, strict=True)),
        ("left for later", rate * (trade - gap), "CNY bn"),
        ("quota of Stock Connect", bought - wanted, "CNY bn"),
    ]
