"""The interbank market: exposures between banks, drawn anew each quarter, and repo lent by the core each month.

Bonds, interbank loans and repo lent are parts of total assets, interbank debt and repo borrowed parts
of total liabilities. A new or repaid loan changes the parts and not the totals: other assets and other
liabilities offset it. Both ends of every exposure here are institutions in the city.
"""

import numpy as np

from agents.arrays import Floats, rows_where
from agents.draws import Draws
from agents.institutions import Institutions, Sector
from agents.interbank import (
    balanced_exposures,
    core_of,
    link_probability,
    links,
    pair_keys,
    repo_lenders,
    within_room,
)
from agents.leverage import unsecured_lending_factor
from scenarios.parameters import Parameters
from sim.banking.leverage import borrowers
from sim.banking.state import Exposures, InterbankClaims
from sim.clock import Clock
from sim.component import Changes
from sim.world.policy import Channels

QUARTER = 3
RELATIONSHIP = 0
"""Month of the draws of relationships, which are the same in all months."""


def interbank_market_clears(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    institutions: Changes[Institutions],
    claims: Changes[InterbankClaims],
) -> None:
    """Banks lend to each other, anew each quarter, and to those that borrow repo.

    Claims on and of institutions that left are settled first.
    """
    if clock.month % QUARTER == 0:
        claims.loans = new_exposures(parameters, draws, institutions, unsecured_share(parameters, channels))
    else:
        settle_claims_of_leavers(institutions, claims)
    bonds, liabilities = institutions["bonds_bn"], institutions["liabilities_bn"]
    room = institutions["assets_bn"] - bonds
    claims.loans = fitting(institutions, claims.loans, room, liabilities)
    lent, borrowed = totals_by_institution(institutions, claims.loans)
    room = room - lent
    repo = repo_dealt_out(parameters, draws, institutions, room)
    claims.repo = fitting(institutions, repo, room, liabilities - borrowed)
    _book(institutions, "interbank", lent, borrowed)
    _book(institutions, "repo", *totals_by_institution(institutions, claims.repo))


def settle_claims_of_leavers(institutions: Institutions, claims: Changes[InterbankClaims]) -> None:
    """Settle claims on and of institutions that have left, by repayment."""
    rows_of = institutions.rows_of
    for kind in ("loans", "repo"):
        of_kind: Exposures = getattr(claims, kind)
        here = (rows_of(of_kind.lender) >= 0) & (rows_of(of_kind.borrower) >= 0)
        if not here.all():
            setattr(claims, kind, of_kind.among(here))


def fitting(institutions: Institutions, exposures: Exposures, to_lend_bn: Floats, to_borrow_bn: Floats) -> Exposures:
    """Claims cut to the room in balance sheets, which may have shrunk since a loan was made."""
    if not len(exposures.amount_bn):
        return exposures
    lender, borrower = institutions.rows_of(exposures.lender), institutions.rows_of(exposures.borrower)
    amount = within_room(lender, borrower, exposures.amount_bn, to_lend_bn, to_borrow_bn)
    fits = amount is exposures.amount_bn or bool((amount == exposures.amount_bn).all())
    return exposures if fits else Exposures(exposures.lender, exposures.borrower, amount)


def unsecured_share(parameters: Parameters, channels: Channels) -> float:
    """Interbank loans without collateral over what they would be under the macroprudential rules of 2020."""
    return unsecured_lending_factor(
        channels["macropru_tightness"] - channels.baseline("macropru_tightness"),
        parameters.macropru_leverage,
        parameters.unsecured_tightness_ratio,
    )


def unsecured_against_repo(parameters: Parameters, channels: Channels) -> float:
    """Loans without collateral against repo, over that ratio under the macroprudential rules of 2020."""
    repo = unsecured_lending_factor(
        channels["macropru_tightness"] - channels.baseline("macropru_tightness"), parameters.macropru_leverage, 1.0
    )
    return unsecured_share(parameters, channels) / repo


def new_exposures(
    parameters: Parameters, draws: Draws, institutions: Institutions, unsecured: float = 1.0
) -> Exposures:
    """Draw the interbank network of a quarter: a core and a periphery, fitted to the loans and debts of each bank.

    Banks lend and borrow the same part of their assets, times `unsecured` as supervision tightens.
    """
    banks = rows_where(institutions["sector"] == int(Sector.BANK))
    banks = banks[np.argsort(institutions.unique_ids[banks])]
    if len(banks) < 2:
        return Exposures()
    assets = institutions["assets_bn"][banks]
    core = core_of(assets, parameters.interbank_core_share)
    keys = institutions.draw_keys[banks]
    uniform = (
        draws["institution.interbank"].uniform(pair_keys(keys, keys), RELATIONSHIP).reshape(len(banks), len(banks))
    )
    linked = links(
        uniform, link_probability(core, parameters.interbank_density, parameters.interbank_periphery_ratio), core
    )
    lender, borrower = np.nonzero(linked)
    wanted = unsecured * parameters.interbank_asset_share * assets
    ids = institutions.unique_ids[banks]
    return Exposures(ids[lender], ids[borrower], balanced_exposures(lender, borrower, wanted, wanted))


def repo_dealt_out(parameters: Parameters, draws: Draws, institutions: Institutions, room_bn: Floats) -> Exposures:
    """Allocate the repo of borrowers to core banks, in equal parts to a few of them each.

    `room_bn` is what each institution has beside bonds and interbank loans, CNY bn, shape (n,).
    """
    rows = borrowers(institutions)
    banks = rows_where((institutions["sector"] == int(Sector.BANK)) & (institutions["normal_leverage"] == 0.0))
    if not len(banks):
        return Exposures()
    banks = banks[np.argsort(institutions.unique_ids[banks])]
    parts = round(parameters.repo_counterparties)
    uniform = draws["institution.repo"].uniform(institutions.draw_keys[rows], RELATIONSHIP, count=parts)
    amount = institutions["leverage"][rows] * institutions["bonds_bn"][rows] / parts
    lender = banks[repo_lenders(uniform, institutions["assets_bn"][banks], amount, room_bn[banks])]
    ids = institutions.unique_ids
    return Exposures(ids[lender].ravel(), np.tile(ids[rows], parts), np.tile(amount, parts))


def totals_by_institution(institutions: Institutions, claims: Exposures) -> tuple[Floats, Floats]:
    """Loans and debts of each institution in a set of claims, CNY bn, shapes (n,).

    Institutions that have left are omitted.
    """
    lent, borrowed = (
        np.bincount(institutions.rows_of(end) + 1, weights=claims.amount_bn, minlength=len(institutions) + 1)[1:]
        for end in (claims.lender, claims.borrower)
    )
    return lent, borrowed


def book_exposures(institutions: Changes[Institutions], claims: InterbankClaims) -> None:
    """Enter the loans and debts of institutions in their balance sheets."""
    for kind, of_kind in (("interbank", claims.loans), ("repo", claims.repo)):
        _book(institutions, kind, *totals_by_institution(institutions, of_kind))


def _book(institutions: Changes[Institutions], kind: str, lent_bn: Floats, borrowed_bn: Floats) -> None:
    institutions[f"{kind}_lent_bn"][:] = lent_bn
    institutions[f"{kind}_borrowed_bn"][:] = borrowed_bn
