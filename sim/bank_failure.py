"""A bank fails: its creditors write off what they lent, and those without equity left fail with it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.institutions import Sector
from agents.interbank import debtrank_distress, write_off_cascade
from sim.institutions.arrivals import institutions_depart
from sim.institutions.state import Adopters, ManagedMoney, SeatFlows
from sim.interbank import book_exposures, settle_claims_of_leavers
from sim.side_markets.private_funds import Commitments

if TYPE_CHECKING:
    from sim.model import FinancialCenter


@dataclass(frozen=True)
class BankFailure:
    """What a failure did, CNY bn."""

    month: int
    assets_bn: float
    """Assets of the bank that failed first."""
    interbank_borrowed_bn: float
    first_losses_bn: float
    """What its own creditors wrote off."""
    equity_loss_share: float
    """Part of all other banks' equity that is lost when distress is passed on (linear DebtRank), before defaults."""
    further_failures: int
    """Creditors that lost all their equity to write-offs, and left."""


def bank_fails(centre: "FinancialCenter", row: int) -> BankFailure:
    """Let a bank fail and leave.

    Each creditor writes `interbank_loss_given_default` of its claim off its assets and its equity; a creditor whose
    equity is gone fails in the same way. What the failed banks lent is repaid to their estates, and their repo is
    covered by its collateral. They count as exits.

    Parameters
    ----------
    centre
        The centre, in any step of a month or between two months.
    row
        Row of a bank in `centre.institutions`.

    Raises
    ------
    ValueError
        If the institution is no bank.
    """
    parameters, institutions = centre.parameters, centre.institutions
    if institutions["sector"][row] != Sector.BANK:
        raise ValueError(f"row {row} is a {Sector(int(institutions['sector'][row])).name}, not a bank")
    settle_claims_of_leavers(centre)
    claims = centre.interbank
    lender, borrower = institutions.rows_of(claims.lender), institutions.rows_of(claims.borrower)
    loss_rate, count = parameters.interbank_loss_given_default, len(institutions)
    equity, assets = institutions["equity_bn"], institutions["assets_bn"]
    failed = np.zeros(count, dtype=np.bool_)
    failed[row] = True
    distress = debtrank_distress(
        lender, borrower, claims.amount_bn, equity, failed.astype(np.float64), loss_rate, parameters.interbank_precision
    )
    others = ~failed & (institutions["sector"] == Sector.BANK)
    lost_share = float(equity[others] @ distress[others] / equity[others].sum()) if others.any() else 0.0
    size, owed = float(assets[row]), float(institutions["interbank_borrowed_bn"][row])
    owed_here = claims.amount_bn[borrower == row]
    failed, written_off, _ = write_off_cascade(lender, borrower, claims.amount_bn, equity, failed, loss_rate)
    assets -= written_off
    equity -= written_off
    first_losses = float(loss_rate * owed_here.sum())
    record = BankFailure(centre.month, size, owed, first_losses, lost_share, int(failed.sum()) - 1)
    centre.state(SeatFlows).exits += int(failed.sum())
    institutions_depart(
        institutions, centre.state(ManagedMoney), centre.state(Adopters), centre.state(Commitments), failed
    )
    settle_claims_of_leavers(centre)
    book_exposures(institutions, centre.interbank, centre.repo)
    centre.bank_failures.append(record)
    return record
