"""Shanghai and its rivals share the discovery of prices."""

import numpy as np

from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.component import Changes
from sim.markets import Product, benchmark_use_share, price_discovery_share, price_influence_index
from sim.trading.contract_venues import shares_2020, volumes_by_venue
from sim.trading.state import ContractTraders, PriceDiscovery, Turnover
from sim.world.policy import Channels

RATE_BENCHMARKS = 3
"""Position of rate benchmarks among the contracts of Shanghai Prices."""


def prices_are_discovered(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    turnover: Turnover,
    traders: ContractTraders,
    prices: Changes[PriceDiscovery],
) -> None:
    """Shanghai and its rivals share price discovery.

    The share of Shanghai in copper, oil, gold and rate prices depends on volumes of twelve months and on the venues
    that traders of each contract have chosen.
    """
    # Copper and oil trade on the futures exchange, gold on the gold exchange, rates in spot bonds.
    products = [Product.SHFE_FUTURES, Product.SHFE_FUTURES, Product.SGE_GOLD, Product.INTERBANK_SPOT_BONDS]
    prices.volumes.append(turnover.turnover_trn[products])
    recent = np.mean(prices.volumes, axis=0)
    usual = recent if clock.in_base_year else prices.volume_base_year
    share_2020 = shares_2020(parameters)
    growth = float(np.exp(parameters.rival_volume_growth * max(0, clock.months_since_base_year) / 12.0))
    prices.volume_here, prices.volume_elsewhere = volumes_by_venue(traders, recent / usual, growth)
    share = price_discovery_share(
        share_2020,
        prices.volume_here,
        turnover.foreign_futures_share - parameters.futures_foreign_share_2020,
        prices.volume_elsewhere,
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
