"""Bilateral exposures of which only the totals are known."""

from typing import Any

import numpy as np

from agents.arrays import Floats
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from sim.stress.checked import checked_vector

TOTALS_AGREE = 1e-9
"""Relative difference of total assets and liabilities that counts as rounding."""
MOST_ROUNDS = 100_000
FITTED = 1e-12
"""Misfit of a total, over the sum of all, at which a matrix counts as fitted."""
TRIES = 64
"""Networks drawn by `minimum_density`, of which the one with the fewest links is kept."""


def maximum_entropy(assets: Any, liabilities: Any) -> Floats:
    """Exposures that spread each institution's claims as evenly as the totals allow, none on itself.

    exposures[i, j] = row factor[i] * column factor[j] for i != j, 0 on the diagonal (RAS, iterative proportional
    fitting of assets[i] * liabilities[j])

    Parameters
    ----------
    assets, liabilities
        What each institution has lent to all others and borrowed from them, shape (n,), any unit.

    Returns
    -------
    Exposures of row i to column j, shape (n, n); rows add up to assets and columns to liabilities.

    Raises
    ------
    scenarios.InputError
        If the totals differ, or an institution would have to lend to itself.

    References
    ----------
    Upper, C. and Worms, A. (2004), Estimating bilateral exposures in the German interbank market, European Economic
    Review 48.
    """
    lent, borrowed = _checked_totals(assets, liabilities)
    total = float(lent.sum())
    exposures = np.outer(lent, borrowed) / max(total, 1e-300)
    np.fill_diagonal(exposures, 0.0)
    hub = np.flatnonzero(lent + borrowed >= total * (1.0 - TOTALS_AGREE))
    if total > 0.0 and len(hub):
        # Everything is lent to or by one institution: the only such matrix is a star.
        star = np.zeros_like(exposures)
        star[hub[0], :], star[:, hub[0]] = borrowed, lent
        star[hub[0], hub[0]] = 0.0
        return star
    for _ in range(MOST_ROUNDS):
        exposures *= _factor(lent, exposures.sum(axis=1))[:, None]
        reached = exposures.sum(axis=0)
        if np.abs(reached - borrowed).max(initial=0.0) <= FITTED * total:
            break
        exposures *= _factor(borrowed, reached)
    return exposures


def minimum_density(assets: Any, liabilities: Any, *, rng: Any = None) -> Floats:
    """Exposures on few links, since links cost information and monitoring.

    Of the pairs of a lender and a borrower with something left to place, one is drawn with probability proportional to
    max(assets left / liabilities left, liabilities left / assets left), so that small institutions deal with large
    ones, and all that both have left is placed on it. The sparsest of several networks is kept.

    Parameters
    ----------
    assets, liabilities
        As for `maximum_entropy`.
    rng
        Seed or generator of the random draws; None takes the seed 0, so that the result repeats.

    Returns
    -------
    Exposures, shape (n, n), with as many links as institutions that lend or borrow, or fewer, and few more at most.

    Raises
    ------
    scenarios.InputError
        As for `maximum_entropy`.

    References
    ----------
    Anand, K., Craig, B. and von Peter, G. (2015), Filling in the blanks: network structure and interbank contagion,
    Quantitative Finance 15(4).
    """
    lent, borrowed = _checked_totals(assets, liabilities)
    dice = np.random.default_rng(0 if rng is None else rng)
    found = [_few_links(lent, borrowed, dice) for _ in range(TRIES)]
    return min(found, key=lambda each: int(np.count_nonzero(each)))


def _few_links(lent: Floats, borrowed: Floats, dice: np.random.Generator) -> Floats:
    """One draw of a sparse network with the totals."""
    exposures = np.zeros((len(lent), len(lent)))
    left, owed = lent.copy(), borrowed.copy()
    rounding = FITTED * float(lent.sum())
    while True:
        lenders, borrowers = np.flatnonzero(left > rounding), np.flatnonzero(owed > rounding)
        if not len(lenders) or not len(borrowers):
            return exposures
        ratio = left[lenders][:, None] / owed[borrowers]
        chance = np.where(lenders[:, None] == borrowers, 0.0, np.maximum(ratio, 1.0 / ratio))
        if not chance.any():
            _lend_through_others(exposures, int(lenders[0]), float(min(left[lenders[0]], owed[lenders[0]])))
            return exposures
        drawn = dice.choice(chance.size, p=chance.ravel() / chance.sum())
        lender, borrower = lenders[drawn // len(borrowers)], borrowers[drawn % len(borrowers)]
        amount = min(left[lender], owed[borrower])
        exposures[lender, borrower] += amount
        left[lender] -= amount
        owed[borrower] -= amount


def _lend_through_others(exposures: Floats, institution: int, amount: float) -> None:
    """Place what an institution has left with itself alone: others' links pass through it, largest first."""
    others = exposures.copy()
    others[institution, :], others[:, institution] = 0.0, 0.0
    for place in np.argsort(-others, axis=None, kind="stable"):
        if amount <= 0.0:
            return
        lender, borrower = divmod(int(place), len(others))
        part = min(amount, float(others[lender, borrower]))
        exposures[lender, borrower] -= part
        exposures[lender, institution] += part
        exposures[institution, borrower] += part
        amount -= part


def _checked_totals(assets: Any, liabilities: Any) -> tuple[Floats, Floats]:
    lent = checked_vector(assets, "assets")
    borrowed = checked_vector(liabilities, "liabilities", len(lent))
    total = float(lent.sum())
    if abs(total - float(borrowed.sum())) > TOTALS_AGREE * max(total, float(borrowed.sum())):
        raise InputError(
            coded("exposures.totals_differ", lent=total, borrowed=float(borrowed.sum())),
            key="liabilities",
            value=float(borrowed.sum()),
            allowed=coded("allowed.equal_totals"),
        )
    excess = lent + borrowed - total
    if total > 0.0 and excess.max() > TOTALS_AGREE * total:
        row = int(excess.argmax())
        raise InputError(
            coded("exposures.only_with_itself", row=row),
            key=f"assets[{row}]",
            value=float(lent[row]),
            allowed=coded("allowed.room_with_others"),
        )
    return lent, borrowed


def _factor(wanted: Floats, reached: Floats) -> Floats:
    return np.divide(wanted, reached, out=np.zeros_like(wanted), where=reached > 0.0)
