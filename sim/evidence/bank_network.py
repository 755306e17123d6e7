"""Banks of a centre and their claims on one another, and how the failure of one spreads round by round."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Floats, Integers
from agents.institutions import Sector
from sim.banking.state import InterbankClaims
from sim.stress.debtrank import DebtRank, debtrank
from sim.stress.links import LinkLosses, link_losses

if TYPE_CHECKING:
    from sim.model import FinancialCenter


@dataclass(frozen=True)
class BankNetwork:
    """Banks of the city at the end of a month, the largest by equity first; amounts in CNY bn."""

    ids: Integers
    """Their ids, shape (n,)."""
    equity: Floats
    """Equity, shape (n,); none is negative."""
    exposures: Any
    """What row i has lent to column j, sparse, shape (n, n)."""
    loss_given_default: float

    @classmethod
    def of(cls, centre: "FinancialCenter") -> "BankNetwork":
        """The network of a centre; claims of or on banks that have left are not in it."""
        from scipy.sparse import coo_array

        institutions, claims = centre.institutions, centre.state(InterbankClaims).loans
        banks = np.flatnonzero(institutions["sector"] == Sector.BANK)
        banks = banks[np.argsort(-institutions["equity_bn"][banks], kind="stable")]
        place = np.full(len(institutions) + 1, -1)  # the last stands for institutions that have left
        place[banks] = np.arange(len(banks))
        lender, borrower = place[institutions.rows_of(claims.lender)], place[institutions.rows_of(claims.borrower)]
        here = (lender >= 0) & (borrower >= 0)
        exposures = coo_array(
            (claims.amount_bn[here], (lender[here], borrower[here])), shape=(len(banks), len(banks))
        ).tocsr()
        equity = np.maximum(institutions["equity_bn"][banks], 0.0)
        return cls(
            institutions.unique_ids[banks].copy(), equity, exposures, centre.parameters.interbank_loss_given_default
        )

    def failure(self, bank: int, rounds: int | None = None) -> tuple[DebtRank, LinkLosses]:
        """Distress of all banks and losses by claim when a bank loses all its equity.

        Parameters
        ----------
        bank
            Place of the bank, from 0.
        rounds
            Most rounds in which distress spreads (linear DebtRank); None spreads it to the end.
        """
        shock = np.zeros(len(self.equity))
        shock[bank] = 1.0
        found = debtrank(self.exposures, self.equity, shock, loss_given_default=self.loss_given_default, rounds=rounds)
        return found, link_losses(self.exposures, self.equity, found, self.loss_given_default)
