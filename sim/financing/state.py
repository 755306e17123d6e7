"""States of financing."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from agents.arrays import Flags, Floats, Integers
from agents.issuers import Industry, Instrument, ListingRoute
from sim.base_year.sums import LargeDeal
from sim.clock import Clock
from sim.financing.provinces import province_shares
from sim.world.conditions import YieldsAndCurrency

YEAR = 12


@dataclass(frozen=True)
class FinancingConstants:
    """Solved constants of financing; see `sim.financing.solved`."""

    instrument_constants: Floats
    """Constants of the nine instruments in the choice; the loan's is zero, the REIT's is a prior."""
    deal_sizes_bn: Floats
    """Median proceeds of a large deal, CNY bn, shape (4,)."""
    deal_factor_2020: Floats
    """Factor on each flow of large deals in 2020 alone, shape (4,), which removes the sampling noise of that year:
    sizes are solved on expected flows, so that the noise does not persist."""
    queue_2019: Floats
    """Filings waiting at end-2019 over those of a steady queue, by route, shape (4,)."""
    financial_bonds_2019_bn: float
    """Bonds of banks and brokers at end-2019, CNY bn."""
    shenzhen_share_of_exchange_credit: float
    """Part of exchange-traded credit issues that goes to Shenzhen."""
    default_rate_scale: float
    """Factor on all default rates, below one where contagion and distress raise them: 2020 keeps its rate."""

    def deal_factor(self, clock: Clock, deal: LargeDeal) -> float:
        """Factor on the expected flow of a kind of large deal: that of the base year in it, one afterwards."""
        return float(self.deal_factor_2020[deal]) if clock.in_base_year else 1.0


@dataclass
class Issuance:
    """Funds raised by issuers in the month, CNY bn, and the basis of their choices."""

    issued_bn: Floats = field(default_factory=lambda: np.zeros(len(Instrument)))
    financial_bonds_bn: float = 0.0
    follow_on_bn: float = 0.0
    due_bn: Floats = field(default_factory=lambda: np.zeros(0))
    """Debt that fell due and is paid out of new funds, shape (issuers,)."""
    expected_bn: Floats = field(default_factory=lambda: np.zeros(len(LargeDeal)))
    """Expected flows of large deals."""
    deferred_debt_bn: float = 0.0
    """Debt that underwriters could not place."""
    deferred_equity_bn: float = 0.0
    """Offers that underwriters could not place."""
    delta_financing_bn: float = 0.0
    """Bonds, paper, asset-backed securities and shares sold by issuers of the Yangtze River Delta."""
    opening_cash_bn: float = 0.0
    opening_loans_bn: float = 0.0
    eligible: Flags = field(default_factory=lambda: np.zeros((len(Instrument), 0), dtype=bool))
    """Instruments that each issuer could take, shape (9, issuers)."""
    choice_terms: tuple[Floats, Floats] = field(default_factory=lambda: (np.zeros((0, 0, 0)), np.zeros((0, 0))))
    """Terms of the utility of instruments; see `instrument_terms`."""
    own_terms: list[tuple[str, tuple[Instrument, ...], Floats]] = field(default_factory=list)
    """Terms of utility that issuers have for themselves, as they chose; see `own_utilities`."""


@dataclass
class ListingQueue:
    """Filings for a listing by route (none, main board, STAR, REIT), and the gate of the regulator."""

    filed: Integers = field(default_factory=lambda: np.zeros(len(ListingRoute), dtype=np.int64))
    expected_filings: Floats = field(default_factory=lambda: np.zeros(len(ListingRoute)))
    """Filings of the base year so far that the probabilities of the choices make expected."""
    listings: Integers = field(default_factory=lambda: np.zeros(len(ListingRoute), dtype=np.int64))
    stopped: Integers = field(default_factory=lambda: np.zeros(len(ListingRoute), dtype=np.int64))
    withdrawn: Integers = field(default_factory=lambda: np.zeros(len(ListingRoute), dtype=np.int64))
    log_gate: float = 0.0
    """Log of the throughput of the regulator over its usual one."""
    suspended_months: float = 0.0
    """Expected months until listings on the boards are approved again; zero unless they are suspended."""
    expected: Floats = field(default_factory=lambda: np.zeros(len(ListingRoute)))
    """Listings expected in the month."""
    opening_star_listings: int = 0


@dataclass
class FilingMemory:
    """Exponential means of filings a month, shape (industries, routes) each."""

    recent: Floats = field(default_factory=lambda: np.zeros((len(Industry), len(ListingRoute))))
    usual: Floats = field(default_factory=lambda: np.zeros((len(Industry), len(ListingRoute))))


@dataclass
class UsualDeals:
    """Deals of a mean month of the base year and the capital behind them; unknown before the year is over."""

    debt_bn: float = np.inf
    equity_bn: float = np.inf
    capital_bn: float = 1.0


@dataclass
class PandaProgramme:
    """Panda bonds issued since the first as the plan counts them, CNY bn."""

    cumulative_bn: float = 0.0
    opening_bn: float = 0.0
    usual: YieldsAndCurrency = field(default_factory=YieldsAndCurrency)
    """Yields and the trend of the currency, means of five years to the base year."""


@dataclass
class Contagion:
    """Discounted losses from past defaults, and the resulting spreads."""

    industry_losses_pct: Floats = field(default_factory=lambda: np.zeros(len(Industry)))
    province_losses_pct: Floats = field(default_factory=lambda: np.zeros(len(province_shares()) + 1))
    """The last place stands for issuers without a province and stays zero, as in the spreads."""
    market_losses_pct: Floats = field(default_factory=lambda: np.zeros(1))
    industry_spread_pp: Floats = field(default_factory=lambda: np.zeros(len(Industry)))
    province_spread_pp: Floats = field(default_factory=lambda: np.zeros(len(province_shares()) + 1))
    opening_industry_spread_pp: Floats = field(default_factory=lambda: np.zeros(len(Industry)))
    """Spreads at which the defaults of the month were drawn."""
    opening_province_spread_pp: Floats = field(default_factory=lambda: np.zeros(len(province_shares()) + 1))


@dataclass
class Defaults:
    """Defaults so far, and those expected in the month."""

    count: int = 0
    expected: tuple[float, float] = (0.0, 0.0)
    """At the month's probabilities, and at those of the ratings alone."""
    expected_bn: float = 0.0
    """Market debt that ratings imply is written off in the month."""
    unexpected_share: float = 0.0
    """Part of firms' market debt written off in the month beyond that."""


@dataclass
class SmallFirmCredit:
    """Loans to firms that banks ration."""

    guarantee_coverage: float = 0.0
    newly_guaranteed: float = 0.0
    """Share of firms whose guarantee is new; it fades."""
    acceptance_rate: float = 0.0
    """Share of the demand of small firms that banks accept."""
    loan_spread_pp: float = 0.0
    """Mean spread over the prime rate of loans newly granted to small firms."""
    asked_bn: float = 0.0
    refused_bn: float = 0.0
    beyond_asked_bn: float = 0.0
    """Loans of firms with a new guarantee beyond their demand."""


@dataclass
class DirectFinancing:
    """Direct financing in Shanghai and in the country, CNY bn."""

    month_bn: tuple[float, float] = (0.0, 0.0)
    recent_bn: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=YEAR))
    """The last twelve months."""
    on_exchanges_bn: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=YEAR))
    """Sales on the exchanges of Shanghai and on all, last twelve months."""
