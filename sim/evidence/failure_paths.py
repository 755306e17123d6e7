"""Who fails first under a stress, and along which links losses go on, from two runs of the same past."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Flags, Floats, Integers
from agents.institutions import Sector
from sim.banking.state import Exposures, InterbankClaims
from sim.failures.state import BankFailures
from sim.stress.debtrank import debtrank
from sim.stress.links import link_losses

if TYPE_CHECKING:
    from sim.model import FinancialCenter

MOST_LINKS = 10
"""Links that are named."""


@dataclass(frozen=True)
class Snapshot:
    """Institutions of the city at the end of a month; arrays of shape (n,), amounts in CNY bn."""

    ids: Integers
    sector: Integers
    equity: Floats
    lacking: Floats
    """Equity that is lacking to the capital that supervisors require, zero where none is."""
    loans: Exposures
    """Interbank loans by id of both ends."""
    failures: int = 0
    """Bank failures so far."""

    def among(self, ids: Integers) -> "Snapshot":
        """Only the institutions of some ids; ids of later newcomers may name others in another run."""
        kept = np.isin(self.ids, ids)
        return replace(
            self, ids=self.ids[kept], sector=self.sector[kept], equity=self.equity[kept], lacking=self.lacking[kept]
        )


def snapshot(centre: "FinancialCenter") -> Snapshot:
    """The institutions of a centre at the end of its month."""
    institutions = centre.institutions
    equity = institutions["equity_bn"].copy()
    return Snapshot(
        institutions.unique_ids.copy(),
        institutions["sector"].astype(np.int64),
        equity,
        np.maximum(equity, 0.0) * np.expm1(institutions["excess_leverage"]),
        centre.state(InterbankClaims).loans,
        len(centre.state(BankFailures).failures),
    )


@dataclass(frozen=True)
class Link:
    """Loss of a bank on what it lent to another one; banks by their place by equity, the largest is 1."""

    lender: int
    borrower: int
    lost_bn: float


@dataclass(frozen=True)
class FailurePath:
    """How losses of a stress reach institutions within two years."""

    first_sector: str
    """Sector of the first institution that fails under the stress and not without it; empty if none does."""
    first_rank: float
    """Its place in the sector by equity without the stress, the largest is 1; NaN if none fails."""
    first_month: float
    """Months from the stress to its failure, the month of the stress is 1; NaN if none fails."""
    failed: int
    """Most institutions at once that fail under the stress and not without it."""
    equity_lost_bn: float
    """Equity that institutions have lost to the stress in the worst month."""
    lost_on_links_bn: float
    """What banks lose on claims on one another by the lost value of the debtors, in that month (linear DebtRank)."""
    links: tuple[Link, ...]
    """The claims with the largest of these losses."""


def failure_path(usual: Sequence[Snapshot], struck: Sequence[Snapshot], loss_given_default: float) -> FailurePath:
    """Compare the months after a stress with those of the same run without it.

    An institution fails when it lacks capital that supervisors require and does not without the stress, or when it has
    left after it lacked some or as a bank that fails, and is still there without the stress. Losses on links are those
    of linear DebtRank on the network under the stress; each bank begins with the part of its equity that it has lost to
    the stress in the worst month.

    Parameters
    ----------
    usual, struck
        Snapshots of the same months, the first is that of the stress, of the institutions that were there before it.
    loss_given_default
        Part of a claim that is lost when the debtor defaults, 0 to 1.
    """
    counts: list[int] = []
    first: tuple[str, int, int] | None = None
    lost = np.zeros(len(usual))
    left: set[int] = set()
    short_before: set[int] = set()
    for month, (plain, hit) in enumerate(zip(usual, struck, strict=True)):
        place = _places(plain.ids, hit.ids)
        there = place >= 0
        lacking = np.where(there, hit.lacking[place], 0.0)
        bank_failed = hit.failures > plain.failures
        for absent in np.flatnonzero(~there):
            if int(plain.ids[absent]) in short_before or (bank_failed and plain.sector[absent] == Sector.BANK):
                left.add(int(plain.ids[absent]))
        short_before |= {int(each) for each in hit.ids[hit.lacking > 0.0]}
        gone = ~there & np.isin(plain.ids, list(left))
        fails = (plain.lacking == 0.0) & ((lacking > 0.0) | gone)
        counts.append(int(fails.sum()))
        lost[month] = float((plain.equity - np.where(there, hit.equity[place], 0.0))[there | gone].sum())
        if first is None and fails.any():
            # Among several the one with most equity lacking; one that has left lacks all of it.
            row = int(np.argmax(np.where(fails, np.where(there, lacking, np.maximum(plain.equity, 0.0)), -1.0)))
            first = (Sector(int(plain.sector[row])).name.lower(), _rank(plain, row), month + 1)
    worst = int(np.argmax(lost))
    total, links = _links(usual[worst], struck[worst], loss_given_default)
    sector, rank, when = first if first is not None else ("", float("nan"), float("nan"))
    return FailurePath(sector, float(rank), float(when), max(counts), max(float(lost[worst]), 0.0), total, links)


def _places(ids: Integers, among: Integers) -> Integers:
    """Rows of ids among others, -1 where they are not there."""
    order = np.argsort(among)
    at = np.minimum(np.searchsorted(among[order], ids), len(among) - 1)
    return np.where(among[order][at] == ids, order[at], -1)


def _rank(at: Snapshot, row: int) -> int:
    own: Flags = at.sector == at.sector[row]
    return 1 + int((at.equity[own] > at.equity[row]).sum())


def _links(plain: Snapshot, hit: Snapshot, loss_given_default: float) -> tuple[float, tuple[Link, ...]]:
    """Losses of banks on claims on one another, CNY bn, and the largest of them."""
    from scipy.sparse import coo_array

    banks = np.flatnonzero(plain.sector == Sector.BANK)
    ids, equity = plain.ids[banks], np.maximum(plain.equity[banks], 0.0)
    place = _places(ids, hit.ids)
    left = np.where(place >= 0, hit.equity[place], 0.0)
    start = np.clip(1.0 - np.divide(left, equity, out=np.ones_like(equity), where=equity > 0.0), 0.0, 1.0)
    lender, borrower = _places(hit.loans.lender, ids), _places(hit.loans.borrower, ids)
    here = (lender >= 0) & (borrower >= 0)
    exposures = coo_array(
        (hit.loans.amount_bn[here], (lender[here], borrower[here])), shape=(len(banks), len(banks))
    ).tocsr()
    found = debtrank(exposures, equity, start, loss_given_default=loss_given_default)
    losses = link_losses(exposures, equity, found, loss_given_default)
    rank = np.empty(len(banks), dtype=np.int64)
    rank[np.argsort(-equity, kind="stable")] = np.arange(1, len(banks) + 1)
    largest = zip(losses.lender[:MOST_LINKS], losses.borrower[:MOST_LINKS], losses.lost[:MOST_LINKS], strict=True)
    return float(losses.lost.sum()), tuple(
        Link(int(rank[lender]), int(rank[borrower]), float(lost)) for lender, borrower, lost in largest
    )
