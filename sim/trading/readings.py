"""Readings of trading: turnover by product, price discovery and shares held by foreigners."""

from collections.abc import Callable

import numpy as np

from agents.equity_investors import ForeignShareholders
from scenarios.parameters import Parameters
from sim.component import Reading
from sim.markets import Product
from sim.trading.state import PriceDiscovery, ShareMarket, Turnover
from sim.world.policy import Channels

REPO = np.array([Product.INTERBANK_MONEY, Product.SSE_REPO_BONDS_FUNDS])
"""Products that are mostly overnight borrowing against bonds."""
DERIVATIVES = np.array([Product.INTERBANK_FX_DERIVATIVES, Product.SHFE_FUTURES, Product.CFFEX_FUTURES])
COMMODITIES = slice(0, 3)
"""Places of the commodity contracts among the shares of price discovery; the last is the rate benchmark."""
PRODUCTS = {
    Product.INTERBANK_MONEY: "lending and repo on the interbank market",
    Product.INTERBANK_SPOT_BONDS: "bonds on the interbank market, outright",
    Product.INTERBANK_FX_DERIVATIVES: "foreign exchange and derivatives on the interbank market",
    Product.SSE_EQUITY: "shares on the Shanghai Stock Exchange",
    Product.SSE_REPO_BONDS_FUNDS: "repo, bonds and funds on the Shanghai Stock Exchange",
    Product.SHFE_FUTURES: "futures on the Shanghai Futures Exchange",
    Product.CFFEX_FUTURES: "futures on the China Financial Futures Exchange",
    Product.SGE_GOLD: "contracts on the Shanghai Gold Exchange",
}


def turnover_total(turnover: Turnover) -> float:
    """Value traded on the five venues, all products, each trade counted once."""
    return float(turnover.turnover_trn.sum())


def turnover_of(product: Product) -> Callable[[Turnover], float]:
    """Reading of the turnover of a product, CNY trn."""

    def traded(turnover: Turnover) -> float:
        return float(turnover.turnover_trn[product])

    return traded


def trading_without_repo(turnover: Turnover) -> float:
    """Value traded without the money market and exchange repo."""
    traded = turnover.turnover_trn
    return float(traded.sum() - traded[REPO].sum())


def derivatives_turnover(turnover: Turnover) -> float:
    """Value traded in foreign exchange derivatives, commodity and financial futures."""
    return float(turnover.turnover_trn[DERIVATIVES].sum())


def bid_ask_spread(turnover: Turnover) -> float:
    """Absolute returns of shares and bonds over their turnover (Amihud), mean over twelve months."""
    return float(np.mean(turnover.price_impact))


def foreign_futures_share(turnover: Turnover) -> float:
    """Foreign share of open interest in internationalised contracts."""
    return float(turnover.foreign_futures_share)


def shanghai_price_influence(prices: PriceDiscovery) -> float:
    """Weighted mean of Shanghai's shares in price discovery of four contracts, against 2020."""
    return prices.influence


def price_influence_equal_weights(parameters: Parameters, prices: PriceDiscovery) -> float:
    """Geometric mean of Shanghai's shares in price discovery of four contracts, against 2020."""
    start = np.array([*parameters.price_discovery_share_2020, parameters.rate_benchmark_share])
    return 100.0 * float(np.exp(np.mean(np.log(prices.shares / start))))


def price_discovery_share(prices: PriceDiscovery) -> float:
    """Shanghai's share in price discovery, mean of three commodity contracts."""
    return float(prices.shares[COMMODITIES].mean())


def benchmark_adoption(prices: PriceDiscovery) -> float:
    """Share of contracts that reference a Shanghai rate benchmark."""
    return float(prices.shares[-1])


def product_breadth(channels: Channels) -> float:
    """Approved hedging products over those of 2020."""
    return 100.0 * channels["approved_hedging_products"] / channels.baseline("approved_hedging_products")


def foreign_equity_holding(shareholders: ForeignShareholders, market: ShareMarket) -> float:
    """Shares held by foreigners through Stock Connect over the market value of the Shanghai exchange."""
    return float(shareholders["holdings_bn"].sum()) / market.value_bn


READINGS = (
    Reading("turnover_total", "trn yuan per year", "flow", turnover_total),
    *(
        Reading(
            f"turnover_{product.name.lower()}",
            "trn yuan per year",
            "flow",
            turnover_of(product),
            definition=f"Value traded: {what}",
        )
        for product, what in PRODUCTS.items()
    ),
    Reading("trading_without_repo", "trn yuan per year", "flow", trading_without_repo),
    Reading("derivatives_turnover", "trn yuan per year", "flow", derivatives_turnover),
    Reading("bid_ask_spread", "index, 2020 = 100", "ratio", bid_ask_spread, indexed=True),
    Reading("foreign_futures_share", "share", "ratio", foreign_futures_share),
    Reading("shanghai_price_influence", "index, 2020 = 100 (proxy, not in plan)", "ratio", shanghai_price_influence),
    Reading("price_influence_equal_weights", "index, 2020 = 100", "ratio", price_influence_equal_weights),
    Reading("price_discovery_share", "share", "ratio", price_discovery_share),
    Reading("benchmark_adoption", "share", "ratio", benchmark_adoption),
    Reading("product_breadth", "index 2020 = 100", "ratio", product_breadth),
)
SHAREHOLDER_READINGS = (
    Reading("foreign_equity_holding", "index, 2020 = 100", "ratio", foreign_equity_holding, indexed=True),
)
