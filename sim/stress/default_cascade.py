"""Default cascades: creditors write claims on failed debtors off, and fail when their equity is gone."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.arrays import Flags, Floats
from agents.interbank import write_off_cascade
from sim.stress.checked import checked_links, checked_share, checked_vector


@dataclass(frozen=True)
class DefaultCascade:
    """Failures and write-offs."""

    failed: Flags
    """Institutions that fail, those of the start included, shape (n,)."""
    written_off: Floats
    """Claims that each institution writes off, shape (n,), in the unit of the exposures."""
    rounds: int
    """Rounds with a failure, the first included."""


def default_cascade(exposures: Any, equity: Any, failed: Any, loss_given_default: float = 1.0) -> DefaultCascade:
    """Let some institutions fail and count who follows.

    An institution fails in a round in which it loses something and its write-offs reach its equity.

    Parameters
    ----------
    exposures, equity, loss_given_default
        As for `debtrank`.
    failed
        Whether each institution fails at the start, shape (n,).

    Raises
    ------
    scenarios.InputError
        If an array has another shape or holds what cannot be.

    References
    ----------
    Furfine, C. (2003), Interbank exposures: quantifying the risk of contagion, Journal of Money, Credit and Banking 35.
    """
    solid = checked_vector(equity, "equity")
    lender, borrower, amount, count = checked_links(exposures, "exposures", len(solid))
    start = checked_vector(failed, "failed", count, high=1.0) == 1.0
    rate = checked_share(loss_given_default, "loss_given_default")
    return DefaultCascade(*write_off_cascade(lender, borrower, amount, solid, start.astype(np.bool_), rate))
