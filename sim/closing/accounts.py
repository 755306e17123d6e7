"""Accounting identities, checked every month."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.arrays import Floats
from agents.foreign_investors import ForeignInvestors
from agents.institutions import Institutions
from agents.issuers import ROUNDING_BN, Instrument, IssuerClass, Issuers
from scenarios.calendar import month_text
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import Holder, SecurityBook, SecurityClass
from sim.base_year.base_year import BaseYear
from sim.bond_market.foreign_investors import world_index_live_shares
from sim.bond_market.index_weights import live_index_weights
from sim.clock import Clock
from sim.component import AllStates, Changes, Identity, Part, States
from sim.components import component_identities
from sim.trading.state import PriceDiscovery
from sim.world.policy import Policy

TOLERANCE = 1e-9


class AccountingError(AssertionError):
    """An identity that does not hold: which, when, by how much."""


@dataclass
class Verification:
    """Whether identities are checked, and how well they held so far."""

    wanted: bool | None = None
    """True checks every identity every month, False none; None checks the maturity ladder at year ends alone."""
    largest_error: float = 0.0
    """Largest relative error of any identity in any month."""


def identities(states: States, thorough: bool = True) -> Iterator[Identity]:
    """Each identity as (name, left side, right side); the sides must agree.

    The maturity ladder costs more than all other identities together; it is left out where `thorough` is false.

    Perimeters: bonds in custody in all markets of the country; issuers of the whole country; institutions licensed
    in Shanghai.
    """
    yield from _BOOKS.on(states, thorough)
    yield from component_identities(states)


def _identities_of_books(
    clock: Clock,
    parameters: Parameters,
    base_year: BaseYear,
    policy: Policy,
    book: SecurityBook,
    ledger: Ledger,
    issuers: Issuers,
    institutions: Institutions,
    investors: ForeignInvestors,
    discovery: PriceDiscovery,
    thorough: bool,
) -> Iterator[Identity]:
    """Identities of bonds, debt, cash and balance sheets, and bounds of shares."""
    held, outstanding = book.holdings_bn.sum(axis=0).tolist(), book.outstanding_bn.tolist()
    for security in SecurityClass:
        yield f"holders of {security.name}", held[security], outstanding[security]
    yield "holdings are not negative", float(min(book.holdings_bn.min(), 0.0)), 0.0
    flows = book.opening_bn + book.gross_bn - book.redeemed_bn - book.defaulted_bn
    yield (
        "stocks and flows",
        float(np.abs(flows - book.outstanding_bn).sum() + book.outstanding_bn.sum()),
        float(book.outstanding_bn.sum()),
    )
    yield (
        "flows are not negative",
        float(min(book.gross_bn.min(), book.redeemed_bn.min(), book.defaulted_bn.min(), 0)),
        0.0,
    )
    debt = issuers["debt_bn"]
    kind = issuers["issuer_class"]
    bank, foreign = kind == int(IssuerClass.BANK), kind == int(IssuerClass.FOREIGN)
    bond = debt[Instrument.BOND]
    if thorough:
        yield "ladder", float(issuers["maturing_bn"].sum()), float(debt.sum())
        yield "maturities are not negative", float(min(issuers["maturing_bn"].min() + ROUNDING_BN, 0.0)), 0.0
    yield "debt written off", float(issuers["defaulted_bn"].sum()), float(book.defaulted_bn.sum())
    yield (
        "corporate debt",
        float(bond[~(bank | foreign)].sum() + debt[Instrument.GREEN_BOND].sum()),
        float(book.outstanding_bn[SecurityClass.CORPORATE]),
    )
    yield "financial debt", float(bond[bank].sum()), float(book.outstanding_bn[SecurityClass.FINANCIAL])
    yield "Panda debt", float(bond[foreign].sum()), float(book.outstanding_bn[SecurityClass.PANDA])
    yield (
        "commercial paper debt",
        float(debt[Instrument.COMMERCIAL_PAPER].sum()),
        float(book.outstanding_bn[SecurityClass.PAPER]),
    )
    yield "securitised debt", float(debt[Instrument.ABS].sum()), float(book.outstanding_bn[SecurityClass.ABS])
    yield (
        "certificates",
        float(issuers["certificates_bn"].sum()),
        float(book.outstanding_bn[SecurityClass.CERTIFICATE]),
    )
    yield (
        "cash of all accounts",
        float(ledger.month_cash_bn.sum()) + _scale(ledger.month_cash_bn),
        _scale(ledger.month_cash_bn),
    )
    yield "proceeds of issues", ledger.total("issue proceeds"), float(book.gross_bn.sum())
    yield "redemptions", ledger.total("redemption"), float(book.redeemed_bn.sum())
    yield "foreign cash", float(ledger.month_cash_bn[Account.FOREIGN_INVESTORS]) + 1e5, 1e5
    yield "foreign issuers' cash", float(ledger.month_cash_bn[Account.FOREIGN_ISSUERS]) + 1e5, 1e5
    yield (
        "balance sheets",
        float(np.abs(institutions["assets_bn"] - institutions["liabilities_bn"] - institutions["equity_bn"]).sum())
        + float(institutions["assets_bn"].sum()),
        float(institutions["assets_bn"].sum()),
    )
    for name, shares in (
        ("weights of foreign investors", investors["weight"]),
        (
            "live weights of indices",
            live_index_weights(
                parameters,
                base_year,
                clock.month,
                world_index_live_shares(clock, parameters, policy)[0],
            ),
        ),
        ("shares of price discovery", discovery.shares),
    ):
        yield f"{name} within 0..1", float(np.abs(np.clip(shares, 0.0, 1.0) - shares).sum()), 0.0
    share = float(book.holdings_bn[Holder.FOREIGN].sum() / book.interbank_custody_bn())
    yield "foreign share within 0..1", float(np.clip(share, 0.0, 1.0)), share


_BOOKS = Part(_identities_of_books)


def _scale(values: Floats) -> float:
    return float(np.abs(values).sum()) + 1.0


def accounts_close(clock: Clock, states: AllStates, verification: Changes[Verification]) -> None:
    """Accounts are checked.

    Raises
    ------
    AccountingError
        If an identity misses by more than one part in 10^9, naming it, the month and both amounts.
    """
    if verification.wanted is False:
        return
    # By default the ladder is added up at the end of each year: a fault in a stock stays until it is seen.
    for name, left, right in identities(states, thorough=bool(verification.wanted) or clock.month % 12 == 11):
        error = abs(left - right) / max(abs(left), abs(right), 1.0)
        verification.largest_error = max(verification.largest_error, error)
        if not error <= TOLERANCE:
            raise AccountingError(
                f"{name} in {month_text(clock.month)}: {left!r} against {right!r} (error {error:.1e})"
            )
