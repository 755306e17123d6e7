"""The bond book: amounts outstanding, their holders and spreads.

Foreigners trade as they decide. Two residual holders, banks and asset managers, hold the rest; their demand rises with
their money, own and borrowed, and with yields, so that yields rise with the supply that foreigners leave.
"""

from enum import IntEnum
from functools import cache

import numpy as np

from agents.arrays import Floats, sum_of_products
from agents.issuers import Instrument
from sim.base_year.tables import table


class SecurityClass(IntEnum):
    """Classes of bonds in custody. Green bonds are counted once, inside corporate bonds."""

    SOVEREIGN = 0
    CERTIFICATE = 1
    FINANCIAL = 2
    CORPORATE = 3
    PAPER = 4
    ABS = 5
    PANDA = 6


class Holder(IntEnum):
    """Who holds bonds."""

    FOREIGN = 0
    BANKS = 1
    ASSET_MANAGERS = 2


COUNTED = slice(SecurityClass.FINANCIAL, SecurityClass.PANDA + 1)
"""Classes of bonds that direct financing counts."""
CLASS_OF_INSTRUMENT = {
    Instrument.BOND: SecurityClass.CORPORATE,
    Instrument.GREEN_BOND: SecurityClass.CORPORATE,
    Instrument.COMMERCIAL_PAPER: SecurityClass.PAPER,
    Instrument.ABS: SecurityClass.ABS,
}
"""Class of the bonds of a non-financial issuer."""


@cache
def class_table() -> dict[str, tuple[float, ...]]:
    """Fixed attributes of the classes by name, each in the order of `SecurityClass`; empty cells are NaN."""
    rows = {row["security_class"]: row for row in table("security_classes")}
    names = ("interbank_share", "exchange_share_of_issues", "foreign_allocation", "bank_share")
    return {name: tuple(float(rows[c.name][name] or "nan") for c in SecurityClass) for name in names}


MOST_HELD = 0.999
"""Largest part of a class that foreigners hold, so that counterparties remain."""


def foreign_by_class(foreign_bn: float, allocation: Floats, outstanding_bn: Floats) -> Floats:
    """Holdings of foreigners by class, CNY bn, shape (classes,).

    Of a class that has become scarce they hold nearly all; the rest of their mix is government bonds. `allocation` and
    `outstanding_bn` have shape (classes,).
    """
    foreign = foreign_bn * allocation
    beyond = np.maximum(foreign - MOST_HELD * outstanding_bn, 0.0)
    foreign -= beyond
    foreign[SecurityClass.SOVEREIGN] += beyond.sum()
    return foreign


class SecurityBook:
    """Outstanding amounts and holdings by class, CNY bn at face value, with the month's flows."""

    def __init__(self, outstanding_bn: Floats, foreign_bn: float) -> None:
        attributes = class_table()
        self.outstanding_bn: Floats = outstanding_bn.copy()
        self.foreign_allocation = np.array(attributes["foreign_allocation"])
        self.holdings_bn: Floats = np.zeros((len(Holder), len(SecurityClass)))
        self.holdings_bn[Holder.FOREIGN] = foreign_by_class(foreign_bn, self.foreign_allocation, outstanding_bn)
        residual = outstanding_bn - self.holdings_bn[Holder.FOREIGN]
        bank_share = np.array(attributes["bank_share"])
        self.holdings_bn[Holder.BANKS] = residual * bank_share
        self.holdings_bn[Holder.ASSET_MANAGERS] = residual * (1.0 - bank_share)
        self.demand_base_bn: Floats = self.holdings_bn[1:].copy()
        """Holdings of each residual holder at its usual yields, with its size and leverage of the base year."""
        self.premium_pp: Floats = np.zeros(len(SecurityClass))
        """Of government bonds: yield over the macro path. Of others: change of their spread over government bonds."""
        self.interbank_share: Floats = np.array(attributes["interbank_share"])
        self.exchange_share_of_issues: Floats = np.array(attributes["exchange_share_of_issues"])
        self.gross_bn: Floats = np.zeros(len(SecurityClass))
        self.redeemed_bn: Floats = np.zeros(len(SecurityClass))
        self.defaulted_bn: Floats = np.zeros(len(SecurityClass))
        self.start_bn: Floats = self.outstanding_bn.copy()
        self.gone_bn: Floats = np.zeros(len(SecurityClass))
        """Redeemed or written off since the start, by class."""
        self.opening_bn: Floats = self.outstanding_bn.copy()
        self.opening_holdings_bn: Floats = self.holdings_bn.copy()

    def open_month(self) -> None:
        """Start a month: opening stocks, no flows."""
        self.opening_bn = self.outstanding_bn.copy()
        self.opening_holdings_bn = self.holdings_bn.copy()
        for flow in (self.gross_bn, self.redeemed_bn, self.defaulted_bn):
            flow[:] = 0.0

    def close_flows(self) -> None:
        """Move outstanding amounts by the month's issues, redemptions and defaults."""
        self.outstanding_bn = self.opening_bn + self.gross_bn - self.redeemed_bn - self.defaulted_bn
        self.gone_bn = self.gone_bn + self.redeemed_bn + self.defaulted_bn

    def yield_premia_pp(self) -> Floats:
        """Yields of all classes over the macro path and their spreads of 2020, percentage points, shape (classes,)."""
        premia = self.premium_pp + self.premium_pp[SecurityClass.SOVEREIGN]
        premia[SecurityClass.SOVEREIGN] = self.premium_pp[SecurityClass.SOVEREIGN]
        return np.asarray(premia)

    def interbank_custody_bn(self) -> float:
        """Bonds in interbank custody, CNY bn."""
        return float(sum_of_products(self.interbank_share, self.outstanding_bn))
