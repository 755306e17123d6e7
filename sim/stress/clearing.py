"""Clearing of mutual debts: what everybody can pay when payments depend on payments."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.arrays import Flags, Floats
from sim.stress.checked import checked_links, checked_share, checked_vector

SOLVENT = 1e-12
"""Shortfall, over the debt, that counts as rounding."""


@dataclass(frozen=True)
class Clearing:
    """The greatest clearing vector. Amounts in the unit of the liabilities."""

    payments: Floats
    """What each institution pays to all creditors, shape (n,)."""
    defaulted: Flags
    """Institutions that cannot pay in full, shape (n,)."""
    equity: Floats
    """What is left to owners after payment, shape (n,)."""
    rounds: int
    """Rounds of default, 0 if all pay in full."""


def clearing_vector(
    liabilities: Any,
    external_assets: Any,
    external_liabilities: Any = None,
    bankruptcy_cost: float = 0.0,
) -> Clearing:
    """Payments that all can make at once: the greatest of the vectors that clear.

    p_i = owed_i, if assets_i(p) >= owed_i;  else (1 - cost) * assets_i(p)
    assets_i(p) = external assets_i + sum_j p_j * liabilities[j, i] / owed_j

    Defaults are found round by round from full payment on; the payments of those in default solve a linear system. All
    creditors of an institution are paid in proportion, those outside included.

    Parameters
    ----------
    liabilities
        What row i owes to column j, shape (n, n), dense or sparse. It is the transpose of exposures.
    external_assets, external_liabilities
        Other assets, and debts to others, shape (n,); None is none.
    bankruptcy_cost
        Part of its assets that an institution in default loses, 0 to 1. At 0 no value is lost.

    Raises
    ------
    scenarios.InputError
        If an array has another shape or holds what cannot be.

    References
    ----------
    Eisenberg, L. and Noe, T. (2001), Systemic risk in financial systems, Management Science 47. Rogers, L. and Veraart,
    L. (2013), Failure and rescue in an interbank network, Management Science 59.
    """
    assets = checked_vector(external_assets, "external_assets")
    debtor, creditor, amount, count = checked_links(liabilities, "liabilities", len(assets))
    outside = (
        np.zeros(count)
        if external_liabilities is None
        else checked_vector(external_liabilities, "external_liabilities", count)
    )
    kept = 1.0 - checked_share(bankruptcy_cost, "bankruptcy_cost")
    owed = np.bincount(debtor, weights=amount, minlength=count) + outside
    share = amount / owed[debtor]

    def assets_at(payments: Floats) -> Floats:
        return assets + np.bincount(creditor, weights=share * payments[debtor], minlength=count)

    payments, defaulted, rounds = owed.copy(), np.zeros(count, dtype=np.bool_), 0
    while True:
        short = ~defaulted & (assets_at(payments) < owed * (1.0 - SOLVENT))
        if not short.any():
            break
        rounds += 1
        defaulted |= short
        payments = np.where(defaulted, 0.0, owed)
        rows = np.flatnonzero(defaulted)
        place = np.full(count, -1)
        place[rows] = np.arange(len(rows))
        among = defaulted[debtor] & defaulted[creditor]
        payments[rows] = _solved(
            place[creditor[among]], place[debtor[among]], kept * share[among], kept * assets_at(payments)[rows]
        )
    left = np.maximum(assets_at(payments) * np.where(defaulted, kept, 1.0) - payments, 0.0)
    return Clearing(payments, defaulted, np.where(defaulted, 0.0, left), rounds)


def _solved(row: Any, column: Any, weight: Floats, right: Floats) -> Floats:
    """Solution x of x - W x = right, where W holds the weights at rows and columns."""
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import spsolve

    size = len(right)
    solution = spsolve(csc_array(eye_array(size) - csc_array((weight, (row, column)), shape=(size, size))), right)
    return np.atleast_1d(np.asarray(solution, dtype=np.float64))
