"""States of trading."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from agents.arrays import Flags, Floats, Integers, Keys
from agents.equity_investors import COMPANY_GROUPS
from sim.markets import Product
from sim.trading.market_making import MarketMade

YEAR = 12


@dataclass(frozen=True)
class TradingConstants:
    """Solved constants of trading; see `sim.trading.solved`."""

    velocity: Floats
    """Turnover per unit of activity by product, CNY trn."""


@dataclass
class Turnover:
    """Turnover of the month by product, and its determinants."""

    activity: Floats = field(default_factory=lambda: np.zeros(len(Product)))
    """Activity before the velocity that is solved on the base year."""
    turnover_trn: Floats = field(default_factory=lambda: np.zeros(len(Product)))
    """CNY trn."""
    market_making_base_year_bn: Floats = field(default_factory=lambda: np.ones(len(MarketMade)))
    """Capital for market making in the base year, CNY bn."""
    log_share_velocity: float = 0.0
    """Log of the daily turnover of shares over their market value, relative to its mean."""
    volatility: float = 0.0
    """Log of the volatility of the month less its mean."""
    reit_trn: float = 0.0
    """Turnover of REIT units on the Shanghai exchange, part of its repo, bonds and funds, CNY trn."""
    futures_noise: Floats = field(default_factory=lambda: np.zeros(3))
    foreign_futures_share: float = 0.0
    """Foreign share of open interest."""
    price_impact: deque[float] = field(default_factory=lambda: deque(maxlen=YEAR))
    """Absolute returns of bonds and shares over their turnover, per CNY trn, last twelve months."""


@dataclass
class Liquidity:
    """Depth of the markets of bonds and of shares, shape (2,) each."""

    turnover_ratio: deque[Floats] = field(default_factory=lambda: deque(maxlen=YEAR))
    """Turnover of the month over the stock, last twelve months."""
    base_year: Floats = field(default_factory=lambda: np.zeros(2))
    """Mean of the base year; zero before its end."""
    foreign_share_base_year: Floats = field(default_factory=lambda: np.ones(2))
    """Share of each market that foreigners held at the end of the base year."""
    log_depth: Floats = field(default_factory=lambda: np.zeros(2))
    """Log of depth over that of the base year."""


@dataclass
class ShareMarket:
    """Shares and units of REITs on the Shanghai exchange, CNY bn."""

    value_bn: float = 0.0
    """Market value of shares."""
    opening_bn: float = 0.0
    gain_bn: float = 0.0
    """Change of the value by prices in the month."""
    listed_bn: float = 0.0
    """Shares sold by issuers in the month."""
    reit_units_bn: float = 0.0
    """REIT units listed so far, at their value at issue."""


@dataclass
class ForeignShareholdings:
    """Shares that foreigners hold through Stock Connect, CNY bn."""

    opening_bn: float = 0.0
    gain_bn: float = 0.0
    neutral_log_odds: float = 0.0
    """Log change since the start of the odds of A shares in a portfolio that holds the whole market."""
    stakes: Floats = field(default_factory=lambda: np.zeros(COMPANY_GROUPS))
    """Share of each group of Shanghai's companies that foreigners hold; groups have equal value."""
    part_within_quota: float = 1.0
    """Part of the month's wanted purchases that the quota lets through."""
    part_within_ceiling: float = 1.0
    """Part of these that the ceiling on foreign stakes lets through."""
    terms: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """Terms of the log odds of each investor's target in the month, shape (terms, n)."""


@dataclass
class ContractTraders:
    """Traders of the contracts that Shanghai and rivals list alike, shape (traders,) but for the shares."""

    contract: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    keys: Keys = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    threshold: Floats = field(default_factory=lambda: np.zeros(0))
    """Inclination that a trader needs to prefer Shanghai, log odds."""
    weight: Floats = field(default_factory=lambda: np.zeros(0))
    """Size of a trader over the middling one."""
    foreign: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    at_shanghai: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    share: Floats = field(default_factory=lambda: np.full(4, 0.5))
    """Shanghai's share of the trading of each contract, shape (4,)."""
    share_at_start: Floats = field(default_factory=lambda: np.full(4, 0.5))


@dataclass
class PriceDiscovery:
    """Shares of Shanghai in price discovery and the index "Shanghai Prices"."""

    volumes: deque[Floats] = field(default_factory=lambda: deque(maxlen=YEAR))
    """Turnover behind the four contracts, last twelve months."""
    volume_base_year: Floats = field(default_factory=lambda: np.ones(4))
    shares: Floats = field(default_factory=lambda: np.zeros(4))
    """Copper, oil, gold and rate benchmarks, 0..1."""
    volume_here: Floats = field(default_factory=lambda: np.ones(4))
    """Volume of each contract in Shanghai over that of the base year, twelve months."""
    volume_elsewhere: Floats = field(default_factory=lambda: np.ones(4))
    """Volume at rivals over that of the base year."""
    influence: float = 100.0
    """The index, end-2020 = 100."""
