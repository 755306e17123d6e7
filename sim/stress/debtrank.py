"""DebtRank: losses of value that spread from debtors to creditors before anybody defaults."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.arrays import Floats, Integers
from scenarios.counts import checked_count
from scenarios.errors import InputError, unknown
from sim.stress.checked import checked_links, checked_share, checked_vector

VARIANTS = ("linear", "battiston")
PRECISION = 1e-12
"""Rise of distress, a share of equity, below which a round counts as the last."""


@dataclass(frozen=True)
class DebtRank:
    """Distress of each institution and of the system. Shares of equity, 0 to 1."""

    distress: Floats
    """Share of its equity that each institution loses, shape (n,)."""
    shock: Floats
    """The part of it that was there at the start, shape (n,)."""
    index: float
    """DebtRank: the weighted distress beyond the shock."""


def debtrank(
    exposures: Any,
    equity: Any,
    shock: Any,
    weights: Any = None,
    variant: str = "linear",
    loss_given_default: float = 1.0,
    rounds: int | None = None,
) -> DebtRank:
    """Spread distress along exposures.

    h_i <- min(1, h_i + sum_j L_ij * rise of h_j in the round before)
    L_ij = loss given default * exposures[i, j] / equity_i

    This is the linear variant. In the one of 2012 L_ij is at most 1, and each institution passes its distress on once,
    in the round after it was first hit.

    The linear variant counts every round trip of a loss, the older one cuts cycles off and understates losses there.

    Parameters
    ----------
    exposures
        What row i has lent to column j, shape (n, n), dense or sparse, any unit.
    equity
        Equity in the same unit, shape (n,); an institution without equity is in full distress as soon as it loses
        anything.
    shock
        Share of its equity that each institution loses at the start, shape (n,); 1 is a default.
    weights
        Economic value of each institution, shape (n,), of which shares are taken; None takes equity.
    variant
        "linear" (Bardoscia and others) or "battiston".
    loss_given_default
        Part of a claim that is lost when the debtor defaults, 0 to 1.
    rounds
        Most rounds in which distress spreads, from 0; None spreads it to the end.

    Raises
    ------
    scenarios.InputError
        If an array has another shape or holds what cannot be, or the variant is unknown, or the rounds are negative.

    References
    ----------
    Bardoscia, M., Battiston, S., Caccioli, F. and Caldarelli, G. (2015), DebtRank: a microscopic foundation for shock
    propagation, PLoS ONE 10(6). Battiston, S., Puliga, M., Kaushik, R., Tasca, P. and Caldarelli, G. (2012), DebtRank:
    too central to fail?, Scientific Reports 2.
    """
    if variant not in VARIANTS:
        raise InputError(unknown("debtrank_variant", variant, VARIANTS, key="variant"))
    solid = checked_vector(equity, "equity")
    count = len(solid)
    lender, borrower, amount, _ = checked_links(exposures, "exposures", count)
    start = checked_vector(shock, "shock", count, high=1.0)
    value = solid if weights is None else checked_vector(weights, "weights", count)
    rate = checked_share(loss_given_default, "loss_given_default")
    passed_on = rate * amount / np.maximum(solid, PRECISION)[lender]
    left = float("inf") if rounds is None else checked_count(rounds, "rounds", least=0)
    if variant == "linear":
        distress = _linear(lender, borrower, passed_on, start, left)
    else:
        impact = np.minimum(1.0, passed_on)
        distress, passing, passed = start.copy(), start > 0.0, np.zeros(count, dtype=np.bool_)
        while passing.any() and left > 0:
            left -= 1
            hits = passing[borrower]
            loss = np.bincount(lender[hits], weights=(impact * distress[borrower])[hits], minlength=count)
            passed |= passing
            distress = np.minimum(1.0, distress + loss)
            passing = (distress > 0.0) & ~passed
    share = value / value.sum() if value.any() else np.zeros(count)
    return DebtRank(distress, start, float((share * (distress - start)).sum()))


def _linear(lender: Integers, borrower: Integers, impact: Floats, start: Floats, rounds: float) -> Floats:
    """Distress of the linear variant, shape (n,); links row by row, with what a full loss of the debtor costs.

    The rounds are those of `agents.interbank.debtrank_distress`, as products of one sparse matrix.
    """
    from scipy.sparse import csr_array

    count = len(start)
    ends = np.concatenate(([0], np.cumsum(np.bincount(lender, minlength=count))))
    spreads = csr_array((impact, borrower, ends), shape=(count, count))
    distress, rise, after = start.copy(), start.copy(), np.empty(count)
    while rise.max(initial=0.0) > PRECISION and rounds > 0:
        rounds -= 1
        np.add(distress, spreads @ rise, out=after)
        np.minimum(after, 1.0, out=after)
        np.subtract(after, distress, out=rise)
        distress, after = after, distress
    return distress
