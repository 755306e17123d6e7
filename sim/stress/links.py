"""Losses by link: which claims carry distress from debtors to creditors."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.arrays import Floats, Integers
from sim.stress.checked import checked_links, checked_share, checked_vector
from sim.stress.debtrank import DebtRank


@dataclass(frozen=True)
class LinkLosses:
    """Losses on claims, the largest first. Amounts in the unit of the exposures."""

    lender: Integers
    """Row of the creditor, shape (links,)."""
    borrower: Integers
    """Row of the debtor, shape (links,)."""
    lost: Floats
    """What the creditor loses on the claim, shape (links,)."""


def link_losses(exposures: Any, equity: Any, found: DebtRank, loss_given_default: float = 1.0) -> LinkLosses:
    """Losses of linear DebtRank by claim; claims without a loss are left out.

    lost_ij = loss given default * exposures[i, j] * distress_j, scaled down where the creditor has less left to lose

    The losses of a creditor add up to its equity times its distress beyond the shock, those of all to DebtRank times
    all equity.

    Parameters
    ----------
    exposures, equity, loss_given_default
        As given to `debtrank`.
    found
        Its result, linear variant.

    Raises
    ------
    scenarios.InputError
        If an array has another shape or holds what cannot be.
    """
    own = checked_vector(equity, "equity", len(found.distress))
    lender, borrower, amount, count = checked_links(exposures, "exposures", len(own))
    carried = checked_share(loss_given_default, "loss_given_default") * amount * found.distress[borrower]
    most = np.bincount(lender, weights=carried, minlength=count)
    beyond = own * (found.distress - found.shock)
    part = np.divide(beyond, most, out=np.zeros(count), where=most > 0.0)
    lost = carried * np.minimum(part, 1.0)[lender]
    kept = np.flatnonzero(lost > 0.0)
    kept = kept[np.argsort(-lost[kept], kind="stable")]
    return LinkLosses(lender[kept], borrower[kept], lost[kept])
