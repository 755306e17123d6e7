"""The book of securities at the end of the year before the base year: who holds which bonds."""

from agents.foreign_investors import ForeignInvestors
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.base_year.base_year import BaseYear
from sim.bond_market.state import BondMarketConstants, ResidualHolders
from sim.component import Changes
from sim.financing.issuers_2019 import outstanding_2019_bn
from sim.financing.state import FinancingConstants


def first_book(
    base_year: BaseYear, financing: FinancingConstants, market: BondMarketConstants, investors: ForeignInvestors
) -> SecurityBook:
    """The first book: foreigners hold what they decided to hold, banks and asset managers the rest."""
    book = SecurityBook(outstanding_2019_bn(base_year, financing), float(investors["holdings_bn"].sum()))
    book.interbank_share[SecurityClass.SOVEREIGN] = market.sovereign_interbank_share
    return book


def start_residual_holders(book: SecurityBook, holders: Changes[ResidualHolders]) -> None:
    """Banks buy the share of new issues that they hold of all bonds outside foreign hands."""
    residual = book.holdings_bn[1:]
    holders.bank_share_of_purchases = float(residual[0].sum() / residual.sum())
