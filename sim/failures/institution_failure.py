"""Failure of a bank: its creditors write off their claims, and those without remaining equity fail too."""

import numpy as np

from agents.arrays import sum_of_products
from agents.institutions import Institutions, Sector
from agents.interbank import debtrank_distress, write_off_cascade
from scenarios.parameters import Parameters
from sim.banking.interbank import book_exposures, settle_claims_of_leavers
from sim.banking.state import InterbankClaims
from sim.clock import Clock
from sim.component import Changes
from sim.failures.state import BankFailure, BankFailures
from sim.institutions.arrivals import institutions_depart
from sim.institutions.state import Adopters, EquityFlows, ManagedMoney, SeatFlows
from sim.side_markets.private_funds import Commitments


def bank_fails(
    clock: Clock,
    parameters: Parameters,
    institutions: Changes[Institutions],
    claims: Changes[InterbankClaims],
    failures: Changes[BankFailures],
    seats: Changes[SeatFlows],
    managed: Changes[ManagedMoney],
    adopters: Changes[Adopters],
    commitments: Changes[Commitments],
    equity_flows: Changes[EquityFlows],
    row: int,
) -> BankFailure:
    """Let a bank fail and leave.

    Each creditor writes `interbank_loss_given_default` of its claim off its assets and its equity; a creditor whose
    equity is gone fails in the same way. Loans of the failed banks are repaid to their estates, and their repo is
    covered by its collateral. They count as exits.

    Parameters
    ----------
    row
        Row of a bank among the institutions. The function may be called in any step of a month or between months.

    Raises
    ------
    ValueError
        If the institution is no bank.
    """
    if institutions["sector"][row] != int(Sector.BANK):
        raise ValueError(f"row {row} is a {Sector(int(institutions['sector'][row])).name}, not a bank")
    settle_claims_of_leavers(institutions, claims)
    loans = claims.loans
    lender, borrower = institutions.rows_of(loans.lender), institutions.rows_of(loans.borrower)
    loss_rate, count = parameters.interbank_loss_given_default, len(institutions)
    equity, assets = institutions["equity_bn"], institutions["assets_bn"]
    failed = np.zeros(count, dtype=np.bool_)
    failed[row] = True
    distress = debtrank_distress(
        lender, borrower, loans.amount_bn, equity, failed.astype(np.float64), loss_rate, parameters.interbank_precision
    )
    others = ~failed & (institutions["sector"] == int(Sector.BANK))
    lost_share = (
        float(sum_of_products(equity[others], distress[others]) / equity[others].sum()) if others.any() else 0.0
    )
    size, owed = float(assets[row]), float(institutions["interbank_borrowed_bn"][row])
    owed_here = loans.amount_bn[borrower == row]
    failed, written_off, _ = write_off_cascade(lender, borrower, loans.amount_bn, equity, failed, loss_rate)
    assets -= written_off
    equity -= written_off
    institutions["losses_bn"][:] += written_off
    first_losses = float(loss_rate * owed_here.sum())
    record = BankFailure(clock.month, size, owed, first_losses, lost_share, int(failed.sum()) - 1)
    seats.exits += int(failed.sum())
    institutions_depart(institutions, managed, adopters, commitments, equity_flows, failed)
    settle_claims_of_leavers(institutions, claims)
    book_exposures(institutions, claims)
    failures.failures.append(record)
    return record
