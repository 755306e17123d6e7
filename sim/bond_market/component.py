"""The bond market: public supply, foreign investors and clearing."""

from collections.abc import Iterator

import numpy as np

from agents.foreign_investors import ForeignInvestor, ForeignInvestors
from sim.accounting.securities import Holder, SecurityBook
from sim.bond_market.certificates import banks_roll_certificates
from sim.bond_market.clearing import bond_market_clears, leverage_is_remembered
from sim.bond_market.foreign_investors import foreign_investors_enter, foreign_investors_trade, purchase_terms
from sim.bond_market.foreign_value import foreign_bonds_are_valued, value_identities
from sim.bond_market.geopolitics import geopolitical_events_happen
from sim.bond_market.public_supply import public_sector_issues
from sim.bond_market.readings import READINGS
from sim.bond_market.solved import BOND_MARKET_SOLVED
from sim.bond_market.start import start_foreign_investors
from sim.bond_market.state import (
    BankStress,
    ForeignBondValue,
    ForeignDemand,
    ForeignFlow,
    Geopolitics,
    GovernmentYield,
    PublicSupply,
    ResidualHolders,
)
from sim.component import Changes, Component, Explanation, Identity, Step


def bond_market_opens(book: Changes[SecurityBook], holders: Changes[ResidualHolders]) -> None:
    """Take the stocks before the month; no flows yet."""
    book.open_month()
    holders.paid_by_banks_bn = 0.0


def foreign_identities(
    book: SecurityBook,
    investors: ForeignInvestors,
    holders: ResidualHolders,
    flow: ForeignFlow,
    value: ForeignBondValue,
) -> Iterator[Identity]:
    """Holdings and purchases of single investors add up to those of the market, and their value moves by its parts."""
    yield "foreign holdings", float(investors["holdings_bn"].sum()), float(book.holdings_bn[Holder.FOREIGN].sum())
    supply = book.holdings_bn[1:].sum(axis=0)
    missed = np.abs(holders.demanded_bn.sum(axis=0) - supply).sum()
    yield "demand for bonds equals supply", float(supply.sum() + missed), float(supply.sum())
    yield "purchases of all holders", float(holders.bought_bn.sum()), float(book.gross_bn.sum())
    yield "foreign net purchases", float(investors["net_purchases_bn"].sum()) + 1e5, flow.net_purchases_bn + 1e5
    yield from value_identities(book, value)


BOND_MARKET = Component(
    name="bond market",
    states=(
        ResidualHolders,
        GovernmentYield,
        ForeignFlow,
        ForeignBondValue,
        PublicSupply,
        BankStress,
        Geopolitics,
        ForeignDemand,
    ),
    start=start_foreign_investors,
    opens=bond_market_opens,
    remembers=leverage_is_remembered,
    streams=(
        "investor.entry",
        "investor.client_money",
        "investor.first_view",
        "investor.experience",
        "geopolitics.event",
    ),
    steps=(
        Step(public_sector_issues, owner="Supply"),
        Step(banks_roll_certificates, owner="Supply"),
        Step(geopolitical_events_happen, owner="World"),
        Step(foreign_investors_enter, owner="ForeignInvestor"),
        Step(foreign_investors_trade, owner="ForeignInvestor"),
        Step(bond_market_clears, owner="Market"),
        Step(foreign_bonds_are_valued, owner="Market"),
    ),
    readings=READINGS,
    identities=foreign_identities,
    explanations=(Explanation(ForeignInvestor, "purchases", "net purchases of the month", purchase_terms),),
    solving=BOND_MARKET_SOLVED,
)
