"""Foreign investors hold A shares through Stock Connect."""

import numpy as np

from agents.arrays import Floats
from agents.draws import Draws
from agents.equity_investors import (
    EQUITY_TERMS,
    EquityStyle,
    ForeignShareholders,
    appeal_to_foreigners,
    equity_terms,
    log_odds,
    neutral_drift,
    weight_after,
    within_ceiling,
    within_quota,
)
from agents.foreign_investors import (
    Bloc,
    InvestorGroup,
    bloc_of,
    geopolitical_shift,
    traded_log_gap,
)
from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.base_year.base_year import BaseYear
from sim.base_year.first_agents import pareto_shares
from sim.bond_market.blocs import bloc_shares
from sim.bond_market.group_terms import risk_and_access
from sim.bond_market.state import Geopolitics
from sim.clock import Clock
from sim.component import Changes
from sim.trading.state import ForeignShareholdings, ShareMarket
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
    market: Changes[ShareMarket],
    shares: Changes[ForeignShareholdings],
) -> None:
    """Set the market's value and foreign holders of A shares, index funds and active ones, with their total observed.

    The value of the year before is that of the base year without the shares sold and the change of prices in it.
    """
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
    investors["base_log_odds"][rows] = log_odds(weight)
    investors["holdings_bn"][rows] = holdings
    band = parameters.inaction_band * np.exp(parameters.inaction_band_spread * spread[1])
    investors["inaction_band"][rows] = np.where(style == EquityStyle.INDEX, 0.0, band)
    market.value_bn = (observed("sse_market_value_2020") - observed("equity_raised_sse")) / float(
        np.exp(macro.change(macro.equity_index, BASELINE, 12))
    )
    mean = parameters.connect_shanghai_part * total / market.value_bn
    shares.stakes = mean * appeal_to_foreigners(parameters.foreign_stake_spread)


def shares_are_valued(
    clock: Clock,
    parameters: Parameters,
    macro: MacroPath,
    investors: Changes[ForeignShareholders],
    market: Changes[ShareMarket],
    shares: Changes[ForeignShareholdings],
) -> None:
    """Shares are valued at the month's prices and exchange rate, and issuers' sales add to the market.

    Foreign holders' other assets grow at their trend; nobody has traded yet.
    """
    month = clock.month
    growth = float(np.exp(macro.change(macro.equity_index, month, 1)))
    others = parameters.foreign_assets_growth / 12.0
    market.gain_bn = market.opening_bn * (growth - 1.0)
    market.value_bn += market.gain_bn
    shares.neutral_log_odds += neutral_drift(
        float(np.log(market.value_bn / market.opening_bn)), macro.change(macro.usdcny, month, 1), others
    )
    # New companies have no foreign holders yet.
    shares.stakes *= 1.0 - market.listed_bn / market.value_bn
    at = macro.position(month)
    held, assets = investors["holdings_bn"], investors["assets_usd_bn"]
    shares.opening_bn = float(held.sum())
    assets -= held / macro.usdcny[at - 1]
    assets *= np.exp(others)
    held *= growth
    assets += held / macro.usdcny[at]
    shares.gain_bn = float(held.sum()) - shares.opening_bn


def equity_investors_trade(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    shocks: ShockValues,
    macro: MacroPath,
    politics: Geopolitics,
    market: ShareMarket,
    investors: Changes[ForeignShareholders],
    shares: Changes[ForeignShareholdings],
    ledger: Changes[Ledger],
) -> None:
    """Foreign holders of shares move towards their targets.

    Purchases stay within the quota of Stock Connect and the ceiling on the stake of all foreigners in a company.
    """
    month, part = clock.month, parameters.connect_shanghai_part
    shares.terms = _terms(clock, parameters, channels, shocks, macro, politics, investors)
    assets_bn = investors["assets_usd_bn"] * macro.usdcny[macro.position(month)]
    held = investors["holdings_bn"]
    opening = investors["opening_weight"][:] = held / assets_bn
    wanted = assets_bn * (weight_after(opening, _trade(parameters, investors, shares)) - opening)
    quota = channels["connect_quota"] * parameters.trading_days_by_month[month % 12]
    bought = within_quota(wanted, part, quota)
    buys = bought > 0.0
    purchases, sales = float(bought[buys].sum()), -float(bought[~buys].sum())
    shares.part_within_quota = purchases / float(wanted[buys].sum()) if buys.any() else 1.0
    shares.part_within_ceiling, shares.stakes = within_ceiling(
        part * purchases,
        part * sales,
        shares.stakes,
        appeal_to_foreigners(parameters.foreign_stake_spread),
        market.value_bn,
        parameters.foreign_buying_stop,
    )
    bought = np.where(buys, shares.part_within_ceiling * bought, bought)
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
    """Terms of the log odds of every investor's target this month, shape (terms, n)."""
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
        since_2020 - trend,
        parameters.equity_earnings_yield_2020,
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


def _gap(investors: ForeignShareholders, shares: ForeignShareholdings, row: slice = slice(None)) -> Floats:
    """Log odds of the target less those of the weight held, shape (n,)."""
    normal = investors["base_log_odds"][row] + shares.neutral_log_odds
    return np.asarray(normal + shares.terms[:, row].sum(axis=0) - log_odds(investors["opening_weight"][row]))


def _trade(
    parameters: Parameters,
    investors: ForeignShareholders,
    shares: ForeignShareholdings,
    row: slice = slice(None),
) -> Floats:
    """Change of the log odds that investors want to trade this month, shape (n,)."""
    speed = np.array([parameters.adjustment_speed_benchmarked, parameters.adjustment_speed_equity])
    return traded_log_gap(_gap(investors, shares, row), speed[investors["style"][row]], investors["inaction_band"][row])


def equity_purchase_terms(
    parameters: Parameters, investors: ForeignShareholders, shares: ForeignShareholdings, row: int
) -> list[tuple[str, float, str]]:
    """Terms of an investor's net purchases of shares this month, CNY bn, which add up to them."""
    at = slice(row, row + 1)
    trade = float(_trade(parameters, investors, shares, at)[0])
    bought = float(investors["net_purchases_bn"][row])
    opening_bn = float(investors["holdings_bn"][row]) - bought
    weight = investors["opening_weight"][at]
    terms = shares.terms[:, row]
    gap = float(_gap(investors, shares, at)[0])
    wanted = opening_bn * float(weight_after(weight, np.array([trade]))[0] / weight[0] - 1.0)
    rate = wanted / trade if trade != 0.0 else opening_bn
    within = shares.part_within_quota if wanted > 0.0 else 1.0
    return [
        ("normal weight less weight held", rate * (gap - float(terms.sum())), "CNY bn"),
        *((name, rate * float(term), "CNY bn") for name, term in zip(EQUITY_TERMS, terms, strict=True)),
        ("left for later", rate * (trade - gap), "CNY bn"),
        ("quota of Stock Connect", (within - 1.0) * wanted, "CNY bn"),
        ("ceiling on foreign stakes", bought - within * wanted, "CNY bn"),
    ]
