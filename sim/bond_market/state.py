"""States of the bond market beside the book of securities."""

from dataclasses import dataclass, field

import numpy as np

from agents.arrays import Floats
from agents.bond_valuation import ValueChange
from agents.foreign_investors import IndexFamily, InvestorGroup
from sim.accounting.securities import Holder, SecurityBook, SecurityClass
from sim.clock import Clock
from sim.world.conditions import YieldsAndCurrency
from sim.world.macro import MacroPath


@dataclass(frozen=True)
class BondMarketConstants:
    """Solved constants of the bond market; see `sim.bond_market.solved`."""

    certificate_tenor_tilt: float
    """Log odds by which certificates of twelve months gain on the shortest ones, a year."""
    sovereign_net_2020_bn: float
    """Net supply of government and policy bank bonds in 2020, CNY bn."""
    sovereign_redemption_rate: float
    """Share of government and policy bank bonds that is redeemed in a year."""
    sovereign_interbank_share: float
    """Share of government and policy bank bonds in interbank custody."""
    foreign_target_shift: Floats
    """Log shift of the wanted weight by group of foreign investors, shape (4,); zero for reserve managers."""
    reserve_holdings_2019_bn: float
    """Bonds of reserve managers at end-2019, CNY bn."""
    foreign_investors_2019: int
    """Foreign institutions in the interbank bond market at end-2019."""


@dataclass
class ResidualHolders:
    """Banks and asset managers, which hold the bonds that foreigners do not hold."""

    size: Floats = field(default_factory=lambda: np.ones(2))
    """Size of banks and of asset managers over that of the base year."""
    leverage: Floats = field(default_factory=lambda: np.zeros(2))
    """Repo that banks and asset managers borrow over the bonds they hold."""
    leverage_base_year: Floats = field(default_factory=lambda: np.zeros(2))
    """Leverage at the end of the base year."""
    bank_share_of_purchases: float = 0.0
    paid_by_banks_bn: float = 0.0
    """Banks' payments for new issues in the month, CNY bn."""
    bought_bn: Floats = field(default_factory=lambda: np.zeros(len(Holder)))
    """Purchases of each holder in the month, foreigners first, CNY bn."""
    demanded_bn: Floats = field(default_factory=lambda: np.zeros((2, len(SecurityClass))))
    """Demand of banks and asset managers for each class at the yields of the month, CNY bn."""


@dataclass
class GovernmentYield:
    """The ten-year government yield of last month and its change."""

    last_month_pct: float = 0.0
    change_1m_pp: float = 0.0
    """Change of the yield over the month."""


@dataclass
class ForeignFlow:
    """Net purchases of bonds by foreigners, CNY bn a month."""

    net_purchases_bn: float = 0.0
    base_year_bn: float = 0.0
    """Mean of the base year, as observed."""


@dataclass
class ForeignBondValue:
    """Market value in dollars of the bonds that foreigners hold."""

    usd_bn: float = 0.0
    opening_usd_bn: float = 0.0
    price: float = 1.0
    """Price over face value; one at the start."""
    yield_pct: float = 0.0
    """Ten-year yield at which the price was taken, per cent."""
    rate: float = 1.0
    """Yuan per dollar at which the value was taken."""
    change: ValueChange = field(default_factory=lambda: ValueChange(0.0, 0.0, 0.0, 0.0))
    """Parts of the change of the month."""


@dataclass
class PublicSupply:
    """Government bonds beyond the trend."""

    extra_bn: float = 0.0
    """Stock issued by shocks of supply, CNY bn."""


@dataclass
class BankStress:
    """Stress from recent bank failures, and its effect on certificates of deposit."""

    stress: float = 0.0
    """One is a small bank that has just failed."""
    certificate_spread_pp: Floats = field(default_factory=lambda: np.zeros(3))
    """Spread of certificates by tier of banks, percentage points."""


@dataclass
class Geopolitics:
    """Geopolitical tension from past events."""

    tension: float = 0.0


@dataclass(frozen=True)
class ForeignSignals:
    """Signals common to all foreign investors in a month, kept to explain their trades."""

    group_terms: Floats
    """Terms of the log target by group, shape (5 terms, 4 groups)."""
    benchmark_gain: Floats
    """Gain from index weights by index family, log, shape (4,)."""
    index_step: Floats
    """Change of that gain this month, shape (4,)."""
    geopolitics: Floats
    """Shift by group and bloc, log, shape (4, 3)."""
    adjustment_speed: Floats
    """Part of a gap that is traded in a month, by group, shape (4,)."""
    exit_speed: Floats
    """The same for sales."""
    part_of_sales: float
    """Part of the wanted sales that a curb on outflows lets through; one without it."""
    trust_demand: float
    """Log of the wanted weight per unit of trust in the regime."""


@dataclass
class ForeignDemand:
    """Reference values of the targets of foreign investors in bonds."""

    investors_at_start: int = 1
    """Institutions in the market at the end of the year before the base year."""
    usual: YieldsAndCurrency = field(default_factory=YieldsAndCurrency)
    """Yields and the trend of the currency, means of the base year."""
    reference_gap_pp: float = 0.0
    """Yield of China less that of the United States at the start, percentage points."""
    rebalanced_rate: Floats = field(default_factory=lambda: np.zeros(len(InvestorGroup)))
    """Yuan per dollar, with the change of bond prices, to which the portfolios of each group have been rebalanced."""
    index_weights_base_year: Floats = field(default_factory=lambda: np.zeros(len(IndexFamily)))
    """Index weights that are live at the end of the base year, by index family."""
    benchmark_gain: Floats = field(default_factory=lambda: np.zeros(len(IndexFamily)))
    """Gain from index weights so far, log, by index family."""
    signals: ForeignSignals | None = None
    """Signals of the month; none before the first."""


def china_yield_pct(clock: Clock, macro: MacroPath, book: SecurityBook) -> float:
    """Ten-year government yield with the premium for the supply that foreigners leave, per cent.

    Purchases by foreigners lower the yield once: they leave less for residual holders, whose premium falls.
    """
    return float(macro.china_yield_pct[macro.position(clock.month)] + book.premium_pp[SecurityClass.SOVEREIGN])
