"""Watches a run month by month without touching it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats, Integers
from agents.foreign_investors import InvestorGroup
from agents.institutions import Centre, Sector, choice_shares
from agents.issuers import ListingRoute
from sim.banking.leverage import log_volatility
from sim.banking.state import ForcedSales, InterbankClaims
from sim.bond_market.state import ForeignFlow
from sim.clock import Clock
from sim.financing.state import Defaults, ListingQueue
from sim.institutions.licences import filings_looked_for
from sim.institutions.state import SeatFlows, SectorTraits
from sim.markets import Product
from sim.trading.state import Turnover
from sim.trading.turnover import trading_days
from sim.world.conditions import equity_return_6m

if TYPE_CHECKING:
    from sim.model import FinancialCenter

BOARDS = [ListingRoute.MAIN, ListingRoute.STAR]
QUARTER = 3
CORE = 0.15
"""Part of banks, by assets, that counts as the core."""


@dataclass
class Opening:
    """State at the start of the month."""

    listings: Integers
    filings: Integers
    defaults: int
    firms: Integers
    """Unique ids of fintech firms, and their ages in months."""
    ages: Floats

    @classmethod
    def of(cls, centre: "FinancialCenter") -> "Opening":
        """Take note before a step."""
        firms = centre.fintech
        return cls(
            centre.state(ListingQueue).listings.copy(),
            centre.state(ListingQueue).filed.copy(),
            centre.state(Defaults).count,
            firms.unique_ids.copy(),
            firms["age_months"].copy(),
        )


@dataclass
class Probe:
    """Series and cross-sections of one run from January 2021 on; lists hold one entry a month."""

    flow_bn: list[float] = field(default_factory=list)
    last_return: list[float] = field(default_factory=list)
    """Return on government bonds and the currency over the three months before, log."""
    buyers: list[Floats] = field(default_factory=list)
    """Investors that bought and that traded, by group, shape (2, groups)."""
    gross_bn: list[float] = field(default_factory=list)
    redeemed_bn: list[float] = field(default_factory=list)
    listings: list[float] = field(default_factory=list)
    filings: list[float] = field(default_factory=list)
    return_6m: list[float] = field(default_factory=list)
    log_volume: list[float] = field(default_factory=list)
    log_volatility: list[float] = field(default_factory=list)
    equity_return: list[float] = field(default_factory=list)
    defaults: list[float] = field(default_factory=list)
    expected_defaults: list[float] = field(default_factory=list)
    """Defaults expected at the chances of the ratings alone."""
    foreign_share_here: list[float] = field(default_factory=list)
    """Part of the foreign institutions that look for a centre and choose Shanghai."""
    fintech: list[Floats] = field(default_factory=list)
    """Growth of the month (NaN for those that left), log age, and whether the firm left, shape (3, firms)."""
    issuer_growth: list[Floats] = field(default_factory=list)
    """Log growth of issuers' debt over each calendar year."""
    core_share: list[float] = field(default_factory=list)
    """Share of interbank lending that comes from the core."""

    def note(self, centre: "FinancialCenter", opening: Opening) -> None:
        """Take note of the month that is over."""
        macro, month, book = centre.macro, centre.month, centre.book
        self.flow_bn.append(centre.state(ForeignFlow).net_purchases_bn)
        at = macro.position(month - 1)
        yields = float(macro.china_yield_pct[at] - macro.china_yield_pct[at - QUARTER])
        bonds = -centre.parameters.government_bond_duration * yields / 100.0
        self.last_return.append(bonds - macro.change(macro.usdcny, month - 1, QUARTER))
        self.buyers.append(_buyers(centre))
        queue = centre.state(ListingQueue)
        self.gross_bn.append(float(book.gross_bn.sum()))
        self.redeemed_bn.append(float(book.redeemed_bn.sum() + book.defaulted_bn.sum()))
        self.listings.append(float((queue.listings - opening.listings)[BOARDS].sum()) / centre.scale)
        self.filings.append(float((queue.filed - opening.filings)[BOARDS].sum()) / centre.scale)
        self.return_6m.append(equity_return_6m(Clock(centre.month), centre.macro))
        traded = float(centre.state(Turnover).turnover_trn[Product.SSE_EQUITY])
        self.log_volume.append(float(np.log(traded / trading_days(Clock(month), centre.parameters))))
        self.log_volatility.append(log_volatility(Clock(month), macro, centre.state(ForcedSales)))
        self.equity_return.append(macro.change(macro.equity_index, month, 1))
        self.defaults.append(float(centre.state(Defaults).count - opening.defaults))
        self.expected_defaults.append(centre.state(Defaults).expected[1])
        shares, _ = choice_shares(centre.state(SeatFlows).location_terms.sum(axis=0))
        looking = filings_looked_for(centre.parameters, centre.state(SectorTraits))[:, 1]
        self.foreign_share_here.append(float(looking @ shares[:, 1, Centre.SHANGHAI] / looking.sum()))
        self.fintech.append(_fintech(centre, opening))
        self.core_share.append(_core_share(centre))


def _buyers(centre: "FinancialCenter") -> Floats:
    investors = centre.investors
    bought, group = investors["net_purchases_bn"], investors["group"].astype(np.int64)
    traded = np.abs(bought) > 1e-9 * investors["holdings_bn"]
    groups = len(InvestorGroup)
    return np.stack(
        [
            np.bincount(group[traded & (bought > 0.0)], minlength=groups),
            np.bincount(group[traded], minlength=groups),
        ]
    ).astype(np.float64)


def _fintech(centre: "FinancialCenter", opening: Opening) -> Floats:
    rows = centre.fintech.rows_of(opening.firms)
    left = rows < 0
    growth = np.where(left, np.nan, centre.fintech["growth"][np.maximum(rows, 0)])
    return np.stack([growth, np.log1p(opening.ages), left])


def _core_share(centre: "FinancialCenter") -> float:
    claims, institutions = centre.state(InterbankClaims).loans, centre.institutions
    if not len(claims.amount_bn):
        return float("nan")
    bank = np.flatnonzero(institutions["sector"] == Sector.BANK)
    core = np.zeros(len(institutions), dtype=bool)
    core[bank[np.argsort(-institutions["assets_bn"][bank], kind="stable")[: round(CORE * len(bank))]]] = True
    lends = core[institutions.rows_of(claims.lender)]
    return float(claims.amount_bn[lends].sum() / claims.amount_bn.sum())


def watched(centre: "FinancialCenter") -> Probe:
    """Step a centre to its end and return the records."""
    probe = Probe()
    last: tuple[Integers, Floats] | None = None
    while centre.month < centre.last_month:
        opening = Opening.of(centre)
        if last is None:
            last = _debt(centre)
        centre.step()
        probe.note(centre, opening)
        if centre.month % 12 == 11:
            probe.issuer_growth.append(_growth(last, centre))
            last = _debt(centre)
    return probe


def _debt(centre: "FinancialCenter") -> tuple[Integers, Floats]:
    return centre.issuers.unique_ids.copy(), centre.issuers["debt_bn"].sum(axis=0)


def _growth(last: tuple[Integers, Floats], centre: "FinancialCenter") -> Floats:
    rows = centre.issuers.rows_of(last[0])
    now = centre.issuers["debt_bn"].sum(axis=0)[np.maximum(rows, 0)]
    both = (rows >= 0) & (last[1] > 0.0) & (now > 0.0)
    return np.asarray(np.log(now[both] / last[1][both]))
