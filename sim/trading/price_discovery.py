"""Shanghai and its rivals share the discovery of prices."""

import numpy as np

from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.component import Changes
from sim.markets import Product, benchmark_use_share, price_discovery_share, price_influence_index
from sim.trading.state import PriceDiscovery, Turnover
from sim.world.policy import Channels

RATE_BENCHMARKS = 3
"""Position of rate benchmarks among the contracts of Shanghai Prices."""


def prices_are_discovered(
    clock: Clock, parameters: Parameters, channels: Channels, turnover: Turnover, prices: Changes[PriceDiscovery]
) -> None:
    """Shanghai and its rivals share price discovery.

    The share of Shanghai in copper, oil, gold and rate prices depends on volumes of twelve months.
    """
    # Copper and oil trade on the futures exchange, gold on the gold exchange, rates in spot bonds.
    products = [Product.SHFE_FUTURES, Product.SHFE_FUTURES, Product.SGE_GOLD, Product.INTERBANK_SPOT_BONDS]
    prices.volumes.append(turnover.turnover_trn[products])
    recent = np.mean(prices.volumes, axis=0)
    usual = recent if clock.in_base_year else prices.volume_base_year
    share_2020 = np.array([*parameters.price_discovery_share_2020, parameters.rate_benchmark_share])
    share = price_discovery_share(
        share_2020,
        recent / usual,
        turnover.foreign_futures_share - parameters.futures_foreign_share_2020,
        float(np.exp(parameters.rival_volume_growth * max(0, clock.months_since_base_year) / 12.0)),
        parameters.price_discovery_volume_exponent,
        parameters.price_discovery_foreign_effect,
    )
    # A cheaper switch to Shanghai benchmarks affects contracts of the last kind, which choose their reference rate.
    switching = channels.ratio("benchmark_switching_cost")
    share[RATE_BENCHMARKS] = benchmark_use_share(
        float(share[RATE_BENCHMARKS]), switching, parameters.benchmark_switching_elasticity
    )
    prices.shares = share
    prices.influence = price_influence_index(np.array(parameters.price_weights), share, share_2020)
