"""The interbank network, and the losses of other banks when a bank fails.

The network has a core, the largest banks, which all deal with each other; the others deal mostly with the core.
"""

import numpy as np

from agents.arrays import Floats, Integers, Keys, rows_where

Flags = np.ndarray
"""Booleans, one an institution or one a pair of them."""

BALANCING_ROUNDS = 40
"""Most rounds in which exposures are fitted to both totals; a round costs time and the misfit shrinks geometrically."""
ROUNDING = 1e-12
"""Part of its room that an institution leaves unused where claims are cut to fit."""
BALANCED = 1e-6
"""Misfit of lenders' totals, over all that is lent, at which exposures count as fitted."""
_DIRECTION = np.uint64(0xD1342543DE82EF95)
"""Odd number that separates a lender's key from a borrower's."""


def core_of(assets_bn: Floats, core_share: float) -> Flags:
    """Whether a bank belongs to the core: the largest of them, at least two, shape (n,).

    Parameter `interbank_core_share`.
    """
    count = min(len(assets_bn), max(2, round(core_share * len(assets_bn))))
    core = np.zeros(len(assets_bn), dtype=np.bool_)
    core[np.argsort(-assets_bn, kind="stable")[:count]] = True
    return core


def pair_keys(lenders: Keys, borrowers: Keys) -> Keys:
    """One key for each ordered pair of lender and borrower, lender by lender, shape (m * n,)."""
    return np.asarray((lenders[:, None] + borrowers[None, :] * _DIRECTION).ravel(), dtype=np.uint64)


def link_probability(core: Flags, density: float, periphery_ratio: float) -> Floats:
    """Probability that a bank lends to another, shape (n, n).

    One inside the core, p between core and periphery, periphery_ratio * p inside the periphery, with p such that the
    expected part of all pairs that are linked is the density. Parameters `interbank_density`,
    `interbank_periphery_ratio`.
    """
    count, centre = len(core), int(core.sum())
    outside = count - centre
    wanted = density * count * (count - 1) - centre * (centre - 1)
    possible = 2.0 * centre * outside + periphery_ratio * outside * (outside - 1)
    mixed = float(np.clip(wanted / max(possible, 1.0), 0.0, 1.0))
    inner = core.astype(np.float64)
    both = np.add.outer(inner, inner)
    probability = np.where(both == 2.0, 1.0, np.where(both == 1.0, mixed, periphery_ratio * mixed))
    np.fill_diagonal(probability, 0.0)
    return probability


def links(uniform: Floats, probability: Floats, core: Flags) -> Flags:
    """Whether a bank lends to another, shape (n, n), from uniform numbers of the same shape.

    Every bank has at least one debtor and one creditor in the core: if none is drawn, that with the smallest number.
    """
    linked: Flags = uniform < probability
    members = rows_where(core)
    others = rows_where(~core)
    if len(others) and len(members):
        debtor, creditor = uniform[np.ix_(others, members)], uniform[np.ix_(members, others)]
        alone = ~linked[np.ix_(others, members)].any(axis=1)
        linked[others[alone], members[debtor.argmin(axis=1)][alone]] = True
        alone = ~linked[np.ix_(members, others)].any(axis=0)
        linked[members[creditor.argmin(axis=0)][alone], others[alone]] = True
    return linked


def balanced_exposures(lender: Integers, borrower: Integers, lent_bn: Floats, borrowed_bn: Floats) -> Floats:
    """Amounts on the links that add up to what each bank lends and borrows, CNY bn, shape (links,).

    amount = row factor * column factor (RAS, iterative proportional fitting), from equal amounts

    Borrowers' totals are met exactly and lenders' to `BALANCED` where the links allow. Where they do not, as when one
    bank wants more than all its creditors together, no bank lends beyond its total and the borrower goes short.
    Both totals must agree.
    """
    count, misfit = len(lent_bn), BALANCED * float(lent_bn.sum())
    column = np.ones(count)
    amount = np.zeros(len(lender))
    for _ in range(BALANCING_ROUNDS):
        row = _factor(lent_bn, np.bincount(lender, weights=column.take(borrower), minlength=count))
        of_lender = row.take(lender)
        column = _factor(borrowed_bn, np.bincount(borrower, weights=of_lender, minlength=count))
        amount = of_lender * column.take(borrower)
        if np.abs(np.bincount(lender, weights=amount, minlength=count) - lent_bn).sum() <= misfit:
            return amount
    lent = np.bincount(lender, weights=amount, minlength=count)
    within = np.divide(lent_bn, lent, out=np.ones(count), where=lent > lent_bn)
    return amount * within[lender]


def _factor(wanted: Floats, reached: Floats) -> Floats:
    return np.divide(wanted, reached, out=np.zeros_like(wanted), where=reached > 0.0)


def within_room(
    lender: Integers, borrower: Integers, amount_bn: Floats, room_to_lend_bn: Floats, room_to_borrow_bn: Floats
) -> Floats:
    """Amounts of claims cut where an institution has lent or borrowed more than fits into its balance sheet.

    amount * min(1, room / lent of the lender, room / borrowed of the borrower), shape (claims,)

    Parameters
    ----------
    lender, borrower, amount_bn
        Claims by row of both ends, CNY bn, shape (claims,).
    room_to_lend_bn, room_to_borrow_bn
        What the other assets and debts of each institution leave, CNY bn, shape (n,).
    """
    count = len(room_to_lend_bn)
    lent = np.bincount(lender, weights=amount_bn, minlength=count)
    borrowed = np.bincount(borrower, weights=amount_bn, minlength=count)
    room_to_lend, room_to_borrow = np.maximum(room_to_lend_bn, 0.0), np.maximum(room_to_borrow_bn, 0.0)
    too_much_lent, too_much_borrowed = lent > room_to_lend, borrowed > room_to_borrow
    if not (too_much_lent.any() or too_much_borrowed.any()):
        return amount_bn
    of_lender, of_borrower = _cut(lent, room_to_lend, too_much_lent), _cut(borrowed, room_to_borrow, too_much_borrowed)
    return amount_bn * np.minimum(of_lender[lender], of_borrower[borrower])


def _cut(used: Floats, room: Floats, beyond: Flags) -> Floats:
    """Part of what is used that fits; a hair less than the room, so that rounding does not pass it."""
    return np.divide(room * (1.0 - ROUNDING), used, out=np.ones(len(used)), where=beyond)


def repo_lenders(uniform: Floats, assets_bn: Floats, amount_bn: Floats, room_bn: Floats) -> Integers:
    """Places of the banks that lend to borrowers, each drawn in proportion to assets, shape of `uniform`.

    Parameters
    ----------
    uniform
        Uniform numbers, shape (parts, borrowers).
    assets_bn, room_bn
        Assets of the banks, and those that are neither bonds nor lent already, CNY bn, shape (banks,).
    amount_bn
        Amount of each part of a borrower's repo, CNY bn, shape (borrowers,).

    A bank that would lend more than its room lends nothing; the largest bank lends instead, as far as it has room
    (`within_room`).
    """
    share = np.cumsum(assets_bn)
    drawn = np.minimum(np.searchsorted(share / share[-1], uniform), len(assets_bn) - 1)
    weights = np.broadcast_to(amount_bn, drawn.shape).ravel()
    lent = np.bincount(drawn.ravel(), weights=weights, minlength=len(assets_bn))
    return np.where((lent > room_bn)[drawn], int(np.argmax(assets_bn)), drawn)


def write_off_cascade(
    lender: Integers,
    borrower: Integers,
    amount_bn: Floats,
    equity_bn: Floats,
    start: Flags,
    loss_given_default: float,
) -> tuple[Flags, Floats, int]:
    """Failures when creditors write off claims on failed institutions, round by round.

    losses_i = loss_given_default * sum of exposures of i to those that failed in the round before
    i fails in a round in which it loses something and its equity is gone

    Parameters
    ----------
    lender, borrower, amount_bn
        Claims by row of both ends, CNY bn, shape (claims,).
    equity_bn
        Equity before, CNY bn, shape (n,).
    start
        Initial failures, shape (n,).
    loss_given_default
        Part of a claim that is lost, 0..1; parameter `interbank_loss_given_default`.

    Returns
    -------
    All failures, shape (n,); write-offs of each, CNY bn, shape (n,); and the number of rounds with a failure, the
    first included.
    """
    failed, falls = start.copy(), start
    written_off = np.zeros(len(equity_bn))
    rounds = 0
    while falls.any():
        rounds += 1
        hit = falls[borrower] & ~failed[lender]
        losses = np.bincount(lender[hit], weights=loss_given_default * amount_bn[hit], minlength=len(equity_bn))
        written_off += losses
        falls = ~failed & (losses > 0.0) & (equity_bn - written_off <= 0.0)
        failed |= falls
    return failed, written_off, rounds


def debtrank_distress(
    lender: Integers,
    borrower: Integers,
    amount_bn: Floats,
    equity_bn: Floats,
    start: Floats,
    loss_given_default: float,
    precision: float,
) -> Floats:
    """Part of each bank's equity that is lost when distress spreads along exposures, shape (n,).

    h_i <- min(1, h_i + sum over borrowers j of loss_given_default * exposure[i, j] / equity_i * new distress of j)

    until no distress rises by more than the precision (linear DebtRank: Bardoscia et al. 2015). `start` is the
    distress of the first round, one for a bank that fails. A creditor marks claims down before a default, so
    this is a valuation loss. Parameter `interbank_loss_given_default`.
    """
    distress, fresh = start.copy(), start
    solid, at_risk = np.maximum(equity_bn, precision), loss_given_default * amount_bn
    while fresh.max(initial=0.0) > precision:
        loss = np.bincount(lender, weights=at_risk * fresh.take(borrower), minlength=len(start))
        after = np.minimum(1.0, distress + loss / solid)
        fresh, distress = after - distress, after
    return distress


def common_loss_distress(equity_bn: Floats, assets_bn: Floats, loss_share: float) -> Floats:
    """Part of its equity that each institution loses when all assets lose the same part, 0..1, shape (n,).

    distress = min(1, loss share * assets / equity);  full distress where there is no equity

    Parameter `common_loss`.
    """
    lost = np.divide(loss_share * assets_bn, equity_bn, out=np.ones_like(equity_bn), where=equity_bn > 0.0)
    return np.minimum(1.0, lost)


def exposure_concentration(lender: Integers, amount_bn: Floats, equity_bn: Floats) -> float:
    """Herfindahl index of claims on single debtors over the capital of their lenders.

    index = sum over claims of amount ^ 2 / equity of the lender / sum of equity

    It is the mean over lenders, counted by equity, of the sum of squares of claims over equity: 1 if every lender has
    lent its whole equity to one debtor, 1 / n if it has lent it in equal parts to n. Claims are measured against
    capital as in the standard on large exposures (Basel Committee 2014). A lender without equity is left out.
    """
    solid = equity_bn[lender] > 0.0
    weight = float(np.maximum(equity_bn, 0.0).sum())
    return float((amount_bn[solid] ** 2 / equity_bn[lender[solid]]).sum()) / weight if weight > 0.0 else 0.0


def unmet_share(wanted_bn: float, placed_bn: float) -> float:
    """Part of the loans wanted that is not placed, 0..1."""
    return min(max(1.0 - placed_bn / wanted_bn, 0.0), 1.0) if wanted_bn > 0.0 else 0.0


def funding_pressure(unmet_loans: float, forced_sales: float, certificates_refused: float) -> float:
    """Funding that institutions want over what they get, one or more, from the unmet parts of three markets.

    pressure = 1 / (1 - mean of the three parts)

    Interbank loans that find no lender; bonds that limits of lenders and of capital make institutions sell, over
    those held; certificates of small banks that find no buyer. Each part 0..1.
    """
    parts = (unmet_loans, forced_sales, certificates_refused)
    return 1.0 / max(1.0 - sum(parts) / len(parts), ROUNDING)
