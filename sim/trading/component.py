"""Trading: turnover by product and price discovery."""

from collections.abc import Iterator

import numpy as np

from agents.arrays import sum_of_products
from agents.draws import Draws
from agents.equity_investors import ForeignEquityInvestor, ForeignShareholders
from agents.institutions import Institutions
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import SecurityBook
from sim.clock import Clock
from sim.component import Changes, Component, Explanation, Identity, Step
from sim.trading.contract_venues import start_contract_traders, traders_choose_venues
from sim.trading.foreign_shareholders import (
    equity_investors_trade,
    equity_purchase_terms,
    shares_are_valued,
    start_foreign_shareholders,
)
from sim.trading.liquidity import depth_is_measured, foreign_shares
from sim.trading.market_making import market_making_bn
from sim.trading.price_discovery import prices_are_discovered
from sim.trading.readings import READINGS, SHAREHOLDER_READINGS
from sim.trading.solved import TRADING_SOLVED
from sim.trading.state import (
    ContractTraders,
    ForeignShareholdings,
    Liquidity,
    PriceDiscovery,
    ShareMarket,
    TradingConstants,
    Turnover,
)
from sim.trading.turnover import markets_turn_over
from sim.trading.volatility import volatility_answers_to_sales
from sim.world.macro import MacroPath


def start_trading(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    macro: MacroPath,
    turnover: Changes[Turnover],
    traders: Changes[ContractTraders],
) -> None:
    """Set the volatility of the month before, the foreign share of open interest and the traders of contracts."""
    start_contract_traders(clock, parameters, draws, traders)
    turnover.volatility = float(macro.log_volatility[macro.position(clock.month)]) - parameters.volatility_mean
    turnover.foreign_futures_share = parameters.futures_foreign_share_2020


def base_year_is_remembered(
    institutions: Institutions,
    book: SecurityBook,
    shares: ForeignShareholdings,
    turnover: Changes[Turnover],
    prices: Changes[PriceDiscovery],
    liquidity: Changes[Liquidity],
) -> None:
    """Keep the capital of market makers, the depth of markets and the volumes behind the four contracts."""
    liquidity.base_year = np.mean(liquidity.turnover_ratio, axis=0)
    liquidity.foreign_share_base_year = foreign_shares(book, shares)
    turnover.market_making_base_year_bn = market_making_bn(institutions)
    prices.volume_base_year = np.mean(prices.volumes, axis=0)


def trading_identities(constants: TradingConstants, turnover: Turnover) -> Iterator[Identity]:
    """Turnover is activity times velocity, product by product, and that of REIT units."""
    yield (
        "turnover of products",
        float(np.abs(turnover.turnover_trn).sum()),
        float(sum_of_products(constants.velocity, turnover.activity)) + turnover.reit_trn,
    )


def share_market_opens(market: Changes[ShareMarket]) -> None:
    """Take the market's value before the month; no shares are sold yet."""
    market.opening_bn = market.value_bn
    market.gain_bn = market.listed_bn = 0.0


def shareholder_identities(
    parameters: Parameters,
    investors: ForeignShareholders,
    market: ShareMarket,
    shares: ForeignShareholdings,
    ledger: Ledger,
) -> Iterator[Identity]:
    """Shares held move by their gain and by trades, which are paid for, and are the stakes in companies."""
    yield "market value of shares", market.value_bn, market.opening_bn + market.gain_bn + market.listed_bn
    bought = float(investors["net_purchases_bn"].sum())
    yield (
        "shares held by foreigners",
        float(investors["holdings_bn"].sum()),
        shares.opening_bn + shares.gain_bn + bought,
    )
    yield (
        "foreign stakes in companies",
        float(shares.stakes.mean()) * market.value_bn,
        parameters.connect_shanghai_part * float(investors["holdings_bn"].sum()),
    )
    yield "share trades of foreigners", bought + 1e5, ledger.net("share trade", Account.FOREIGN_INVESTORS) + 1e5


FOREIGN_SHAREHOLDERS = Component(
    name="foreign shareholders",
    states=(ShareMarket, ForeignShareholdings),
    start=start_foreign_shareholders,
    opens=share_market_opens,
    steps=(
        Step(shares_are_valued, owner="Market"),
        Step(equity_investors_trade, owner="ForeignEquityInvestor"),
    ),
    readings=SHAREHOLDER_READINGS,
    identities=shareholder_identities,
    explanations=(
        Explanation(ForeignEquityInvestor, "shares", "net purchases of shares in the month", equity_purchase_terms),
    ),
)

TRADING = Component(
    name="trading",
    states=(Turnover, Liquidity, ContractTraders, PriceDiscovery),
    start=start_trading,
    streams=("contract.trader", "contract.trader_size", "contract.venue"),
    remembers=base_year_is_remembered,
    steps=(
        Step(volatility_answers_to_sales, owner="Market"),
        Step(markets_turn_over, owner="Market"),
        Step(depth_is_measured, owner="Market"),
        Step(traders_choose_venues, owner="Market"),
        Step(prices_are_discovered, owner="Market"),
    ),
    readings=READINGS,
    identities=trading_identities,
    solving=TRADING_SOLVED,
)
