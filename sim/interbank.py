"""The interbank market: exposures between banks, drawn anew each quarter, and repo lent by the core each month.

What is in what: bonds, interbank loans and repo lent are parts of total assets, interbank debt and repo borrowed parts
of total liabilities. A loan that is repaid or made changes the parts and not the totals: other assets and other
liabilities make room. Both ends of every exposure here are institutions in the city.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats, Integers
from agents.institutions import Sector
from agents.interbank import balanced_exposures, core_of, link_probability, links, pair_keys, repo_lenders
from sim.leverage import borrowers

if TYPE_CHECKING:
    from agents.institutions import FinancialInstitution
    from agents.population import Population
    from sim.model import FinancialCenter

QUARTER = 3
RELATIONSHIP = 0
"""Month of the luck of relationships: who deals with whom does not change from month to month."""


@dataclass
class Exposures:
    """Claims on institutions by unique id of both ends, CNY bn, shape (claims,) each."""

    lender: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    borrower: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    amount_bn: Floats = field(default_factory=lambda: np.zeros(0))

    def among(self, kept: "np.ndarray") -> "Exposures":
        """Only the claims of a mask."""
        return Exposures(self.lender[kept], self.borrower[kept], self.amount_bn[kept])


def interbank_market_clears(centre: "FinancialCenter") -> None:
    """Claims on and of those who left are settled; at the start of a quarter banks lend anew; repo is dealt out."""
    if centre.month % QUARTER == 0:
        centre.interbank = new_exposures(centre)
    else:
        settle_claims_of_leavers(centre)
    centre.repo = repo_dealt_out(centre)
    book_exposures(centre.institutions, centre.interbank, centre.repo)


def settle_claims_of_leavers(centre: "FinancialCenter") -> float:
    """Drop what institutions that are gone lent or borrowed: the other end repays it or is repaid. CNY bn in all."""
    settled = 0.0
    rows_of = centre.institutions.rows_of
    for kind in ("interbank", "repo"):
        claims: Exposures = getattr(centre, kind)
        here = (rows_of(claims.lender) >= 0) & (rows_of(claims.borrower) >= 0)
        if not here.all():
            setattr(centre, kind, claims.among(here))
            settled += float(claims.amount_bn[~here].sum())
    return settled


def new_exposures(centre: "FinancialCenter") -> Exposures:
    """Draw the interbank network of a quarter: a core and a periphery, fitted to what each bank lends and borrows.

    Banks lend and borrow the same part of their assets.
    """
    parameters, institutions = centre.parameters, centre.institutions
    banks = np.flatnonzero(institutions["sector"] == Sector.BANK)
    banks = banks[np.argsort(institutions.unique_ids[banks])]
    if len(banks) < 2:
        return Exposures()
    assets = institutions["assets_bn"][banks]
    core = core_of(assets, parameters.interbank_core_share)
    keys = institutions.luck[banks]
    luck = centre.luck.interbank.uniform(pair_keys(keys, keys), RELATIONSHIP).reshape(len(banks), len(banks))
    linked = links(
        luck, link_probability(core, parameters.interbank_density, parameters.interbank_periphery_ratio), core
    )
    lender, borrower = np.nonzero(linked)
    wanted = parameters.interbank_asset_share * assets
    ids = institutions.unique_ids[banks]
    return Exposures(ids[lender], ids[borrower], balanced_exposures(lender, borrower, wanted, wanted))


def repo_dealt_out(centre: "FinancialCenter") -> Exposures:
    """Deal out the repo that institutions borrow among core banks, in equal parts to a few of them each."""
    parameters, institutions = centre.parameters, centre.institutions
    rows = borrowers(centre)
    banks = np.flatnonzero((institutions["sector"] == Sector.BANK) & (institutions["normal_leverage"] == 0.0))
    if not len(banks):
        return Exposures()
    banks = banks[np.argsort(institutions.unique_ids[banks])]
    parts = round(parameters.repo_counterparties)
    luck = centre.luck.repo.uniform(institutions.luck[rows], RELATIONSHIP, count=parts)
    amount = institutions["leverage"][rows] * institutions["bonds_bn"][rows] / parts
    lent, _ = totals_by_institution(institutions, centre.interbank)
    room = institutions["assets_bn"] - institutions["bonds_bn"] - lent
    lender = banks[repo_lenders(luck, institutions["assets_bn"][banks], amount, room[banks])]
    ids = institutions.unique_ids
    return Exposures(ids[lender].ravel(), np.tile(ids[rows], parts), np.tile(amount, parts))


def totals_by_institution(institutions: "Population[FinancialInstitution]", claims: Exposures) -> tuple[Floats, Floats]:
    """What each institution has lent and borrowed in a set of claims, CNY bn, shapes (n,).

    An end that is gone counts for nobody.
    """
    lent, borrowed = (
        np.bincount(institutions.rows_of(end) + 1, weights=claims.amount_bn, minlength=len(institutions) + 1)[1:]
        for end in (claims.lender, claims.borrower)
    )
    return lent, borrowed


def book_exposures(institutions: "Population[FinancialInstitution]", interbank: Exposures, repo: Exposures) -> None:
    """Write what institutions lent and borrowed into their balance sheets."""
    for kind, claims in (("interbank", interbank), ("repo", repo)):
        lent, borrowed = totals_by_institution(institutions, claims)
        institutions[f"{kind}_lent_bn"][:] = lent
        institutions[f"{kind}_borrowed_bn"][:] = borrowed
