"""Foreign investors hold A shares through Stock Connect."""

import numpy as np

from agents.arrays import Floats
from agents.draws import Draws
from agents.equity_investors import (
    EQUITY_TERMS,
    EquityStyle,
    ForeignShareholders,
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
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.base_year.base_year import BaseYear
from sim.base_year.first_agents import pareto_shares
from sim.bond_market.blocs import bloc_shares
from sim.bond_market.foreign_investors import risk_and_access
from sim.bond_market.state import Geopolitics
from sim.clock import Clock
from sim.component import Changes
from sim.trading.state import ForeignShareholdings
from sim.world.macro import MacroPath
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues


def start_foreign_shareholders(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    base_year: BaseYear,
    macro: MacroPath,
    investors: Changes[ForeignShareholders],
    shares: Changes[ForeignShareholdings],
) -> None:
    """Set foreign holders of A shares, index funds and active ones, with their total as observed."""
    month, observed = clock.month, base_year.observed
    count = round(parameters.equity_investors_2020)
    rows = investors.add(count, month)
    keys = investors.draw_keys[rows]
    spread = draws["population.attributes"].normal(keys, month, count=2)
    style = np.where(np.arange(count) < round(parameters.equity_index_fund_share * count), 0, 1)
    share = np.zeros(count)
    total = observed("foreign_equity_holdings_2019")
    by_style = np.array([parameters.equity_index_held_share, 1.0 - parameters.equity_index_held_share]) * total
    for each in EquityStyle:
        members = style == each
        share[members] = pareto_shares(int(members.sum()), parameters.investor_size_tail, 1.0)
    holdings = by_style[style] * share
    weight = parameters.msci_em_china_weight * np.exp(parameters.weight_spread * spread[0])
    rate = float(macro.usdcny[macro.position(month)])
    groups = np.where(style == EquityStyle.INDEX, InvestorGroup.BENCHMARK_FUND, InvestorGroup.REAL_MONEY)
    investors["style"][rows] = style
    investors["bloc"][rows] = bloc_of(draws["investor.bloc"].uniform(keys, month), groups, bloc_shares())
    investors["assets_usd_bn"][rows] = holdings / weight / rate
    investors["base_log_weight"][rows] = np.log(weight)
    investors["holdings_bn"][rows] = holdings
    band = parameters.inaction_band * np.exp(parameters.inaction_band_spread * spread[1])
    investors["inaction_band"][rows] = np.where(style == EquityStyle.INDEX, 0.0, band)
    shares.market_value_bn = observed("sse_market_value_2020") / float(
        np.exp(macro.change(macro.equity_index, BASELINE, 12))
    )


def equity_investors_trade(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    shocks: ShockValues,
    macro: MacroPath,
    politics: Geopolitics,
    investors: Changes[ForeignShareholders],
    shares: Changes[ForeignShareholdings],
    ledger: Changes[Ledger],
) -> None:
    """Foreign holders of shares move towards their targets within the quota of Stock Connect."""
    month = clock.month
    growth = float(np.exp(macro.change(macro.equity_index, month, 1)))
    shares.market_value_bn *= growth
    terms = shares.terms = _terms(clock, parameters, channels, shocks, macro, politics, investors)
    investors["assets_usd_bn"][:] *= np.exp(parameters.foreign_assets_growth / 12.0)
    assets_bn = investors["assets_usd_bn"] * macro.usdcny[macro.position(month)]
    held = investors["holdings_bn"]
    shares.opening_bn = float(held.sum())
    held *= growth
    shares.gain_bn = float(held.sum()) - shares.opening_bn
    investors["opening_weight"][:] = held / assets_bn
    bought = held * np.expm1(_trade(parameters, investors, terms))
    quota = channels["connect_quota"] * parameters.trading_days_by_month[month % 12]
    bought = within_quota(bought, parameters.connect_shanghai_part, quota)
    investors["net_purchases_bn"][:] = bought
    held += bought
    net = float(bought.sum())
    ledger.trade("currency conversion", Account.REST_OF_WORLD, Account.FOREIGN_INVESTORS, net)
    ledger.trade("share trade", Account.FOREIGN_INVESTORS, Account.SHAREHOLDERS, net)


def _terms(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    shocks: ShockValues,
    macro: MacroPath,
    tension: Geopolitics,
    investors: ForeignShareholders,
) -> Floats:
    """Terms of the log target of every investor this month, shape (terms, n)."""
    month = clock.month
    months = max(clock.months_since_base_year, 0)
    since_2020 = macro.change(macro.equity_index, month, months)
    trend = parameters.equity_drift * months
    risk, access = risk_and_access(clock, parameters, channels, macro)
    politics = geopolitical_shift(
        tension.tension, parameters.geopolitical_jump_west, parameters.geopolitical_jump_nonaligned
    )[InvestorGroup.REAL_MONEY]
    politics[Bloc.WEST] += shocks["western_demand"]
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


def _trade(parameters: Parameters, investors: ForeignShareholders, terms: Floats, row: slice = slice(None)) -> Floats:
    """Log change of the weight that investors want to trade this month, shape (n,)."""
    speed = np.array([parameters.adjustment_speed_benchmarked, parameters.adjustment_speed_equity])
    opening = np.log(investors["opening_weight"][row])
    gap = investors["base_log_weight"][row] + terms[:, row].sum(axis=0) - opening
    traded = traded_log_gap(gap, speed[investors["style"][row]], investors["inaction_band"][row])
    return within_assets(traded, opening)


def equity_purchase_terms(
    parameters: Parameters, investors: ForeignShareholders, shares: ForeignShareholdings, row: int
) -> list[tuple[str, float, str]]:
    """Terms of an investor's net purchases of shares this month, CNY bn, which add up to them."""
    at = slice(row, row + 1)
    trade = float(_trade(parameters, investors, shares.terms, at)[0])
    bought = float(investors["net_purchases_bn"][row])
    opening_bn = float(investors["holdings_bn"][row]) - bought
    terms = shares.terms[:, row]
    gap = float(investors["base_log_weight"][row] + terms.sum() - np.log(investors["opening_weight"][row]))
    wanted = opening_bn * float(np.expm1(trade))
    rate = wanted / trade if trade != 0.0 else opening_bn
    return [
        ("normal weight less weight held", rate * (gap - float(terms.sum())), "CNY bn"),
        *((name, rate * float(term), "CNY bn") for name, term in zip(EQUITY_TERMS, terms, strict=True)),
        ("left for later", rate * (trade - gap), "CNY bn"),
        ("quota of Stock Connect", bought - wanted, "CNY bn"),
    ]
