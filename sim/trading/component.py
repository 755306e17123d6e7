"""Trading: turnover by product and price discovery."""

from collections.abc import Iterator

import numpy as np

from scenarios.parameters import Parameters
from sim.component import Changes, Component, Identity, Step
from sim.levels import Levels
from sim.trading.price_discovery import prices_are_discovered
from sim.trading.state import PriceDiscovery, Turnover
from sim.trading.turnover import markets_turn_over


def start_trading(parameters: Parameters, turnover: Changes[Turnover]) -> None:
    """Set the foreign share of open interest."""
    turnover.foreign_futures_share = parameters.futures_foreign_share_2020


def trading_identities(levels: Levels, turnover: Turnover) -> Iterator[Identity]:
    """Turnover is activity times velocity, product by product."""
    yield "turnover of products", float(np.abs(turnover.turnover_trn).sum()), float(levels.velocity @ turnover.activity)


TRADING = Component(
    name="trading",
    states=(Turnover, PriceDiscovery),
    start=start_trading,
    steps=(Step(markets_turn_over, owner="Market"), Step(prices_are_discovered, owner="Market")),
    identities=trading_identities,
)
