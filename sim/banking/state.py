"""States of banks and of institutions that borrow repo."""

from dataclasses import dataclass, field

import numpy as np

from agents.arrays import Flags, Floats, Integers


@dataclass(frozen=True)
class BankingConstants:
    """Solved constant of banking; see `sim.banking.solved`."""

    repo_leverage: float
    """Normal repo of an institution that borrows it, over the bonds it holds."""


@dataclass(frozen=True)
class LeverageSignals:
    """Signals common to all institutions when they set leverage, kept to explain their decisions."""

    carry_change_pp: float = 0.0
    tightness_change: float = 0.0
    risk_limit: float = 0.0
    risk_limit_before: float = 0.0
    common_noise: float = 0.0


@dataclass
class RepoFunding:
    """Cost of overnight funding and the limits on leverage that all institutions share."""

    start_pct: float = 0.0
    """Ten-year yield at the start, per cent."""
    follow_pct: float = 0.0
    """Ten-year yield that overnight funding has followed so far, per cent."""
    risk_limit: float = 0.0
    """Log deviation of the leverage that volatility allows."""
    signals: LeverageSignals = field(default_factory=LeverageSignals)


@dataclass
class LendingCapacity:
    """What the capital of banks lets them lend."""

    share: float = 1.0
    """Part of the loans that borrowers qualify for which banks can grant in the month."""
    usual_room: float = 1.0
    """Mean room of lenders at the end of the base year, 0..1."""


@dataclass
class ForcedSales:
    """Bonds that institutions must sell in the month, and the volatility that answers to it."""

    of_assets_bn: float = 0.0
    """Sold because capital is below the minimum, CNY bn."""
    of_collateral_bn: float = 0.0
    """Collateral of clearing members in default that the lenders sell, CNY bn."""
    share: float = 0.0
    """Bonds sold for these reasons or because limits on leverage fell, over the bonds that institutions hold."""
    usual_pressure: float = 0.0
    """Forced sales over turnover, mean of the base year."""
    log_volatility: float = 0.0
    """What forced sales have added to log volatility."""


@dataclass
class Exposures:
    """Claims on institutions by unique id of both ends, CNY bn, shape (claims,) each."""

    lender: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    borrower: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    amount_bn: Floats = field(default_factory=lambda: np.zeros(0))

    def among(self, kept: Flags) -> "Exposures":
        """Only the claims of a mask."""
        return Exposures(self.lender[kept], self.borrower[kept], self.amount_bn[kept])


@dataclass
class InterbankClaims:
    """Claims of institutions of the city on one another."""

    loans: Exposures = field(default_factory=Exposures)
    """Interbank loans of the quarter."""
    repo: Exposures = field(default_factory=Exposures)
    """Repo of the month."""
