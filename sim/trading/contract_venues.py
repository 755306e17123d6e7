"""Traders of four contracts choose between Shanghai and its rivals."""

import numpy as np

from agents.arrays import Floats
from agents.contract_venues import depth_share, shanghai_share, threshold_of
from agents.coordination import joins
from agents.draws import Draws
from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.component import Changes
from sim.trading.state import ContractTraders, PriceDiscovery
from sim.world.interactions import Interactions
from sim.world.policy import Channels

CONTRACTS = 4
"""Copper, oil, gold and rate benchmarks."""


def shares_2020(parameters: Parameters) -> Floats:
    """Share of Shanghai in the price discovery of each contract at end-2020, shape (4,)."""
    return np.array([*parameters.price_discovery_share_2020, parameters.rate_benchmark_share])


def start_contract_traders(
    clock: Clock, parameters: Parameters, draws: Draws, traders: Changes[ContractTraders]
) -> None:
    """Draw the traders of each contract: thresholds, sizes and home; each begins at the venue that it prefers."""
    count = round(parameters.contract_traders_2020)
    traders.contract = np.repeat(np.arange(CONTRACTS), count)
    traders.keys = np.arange(1, CONTRACTS * count + 1, dtype=np.uint64)
    uniform = draws["contract.trader"].uniform(traders.keys, clock.month, count=2)
    traders.threshold = threshold_of(uniform[0], shares_2020(parameters)[traders.contract])
    traders.foreign = uniform[1] < parameters.futures_foreign_share_2020
    size = draws["contract.trader_size"].normal(traders.keys, clock.month)
    traders.weight = np.exp(parameters.contract_trader_spread * size)
    traders.at_shanghai = traders.threshold < 0.0
    traders.share = traders.share_at_start = _shares(parameters, traders)


def _shares(parameters: Parameters, traders: ContractTraders) -> Floats:
    usual = shares_2020(parameters)
    of = [traders.contract == contract for contract in range(CONTRACTS)]
    return np.array(
        [
            shanghai_share(
                traders.at_shanghai[rows], traders.weight[rows], float(share), parameters.captive_trading_share
            )
            for rows, share in zip(of, usual, strict=True)
        ]
    )


def volumes_by_venue(traders: ContractTraders, volume: Floats, rival_volume: float) -> tuple[Floats, Floats]:
    """Volume in Shanghai and at rivals over those of 2020 after traders have moved, shape (4,) each."""
    here = volume * traders.share / traders.share_at_start
    elsewhere = rival_volume * (1.0 - traders.share) / (1.0 - traders.share_at_start)
    return here, elsewhere


def traders_choose_venues(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    prices: PriceDiscovery,
    traders: Changes[ContractTraders],
) -> None:
    """Traders of contracts choose a venue by depth and access.

    A part of them reconsiders each month; foreigners also look at what access to Shanghai costs them.
    """
    if clock.in_base_year:
        return
    strength = parameters.venue_depth_strength if interactions.on("coordination") else 0.0
    gain = depth_share(shares_2020(parameters), prices.volume_here, prices.volume_elsewhere) - shares_2020(parameters)
    access = parameters.futures_access_elasticity * float(np.log(channels.ratio("futures_access_cost")))
    inclination = strength * gain[traders.contract] + access * traders.foreign
    uniform = draws["contract.venue"].uniform(traders.keys, clock.month)
    reconsiders = uniform < -float(np.expm1(-1.0 / parameters.venue_choice_months))
    traders.at_shanghai = np.where(reconsiders, joins(inclination, traders.threshold), traders.at_shanghai)
    traders.share = _shares(parameters, traders)
