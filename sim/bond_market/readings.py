"""Readings of the bond market."""

import numpy as np

from agents.certificates import BankTier
from agents.foreign_investors import ForeignInvestors
from sim.accounting.record import Record
from sim.accounting.securities import COUNTED, Holder, SecurityBook, SecurityClass
from sim.bond_market.state import BankStress, ForeignBondValue, ForeignFlow, china_yield_pct
from sim.component import Reading
from sim.world.policy import Channels


def foreign_bond_share(book: SecurityBook) -> float:
    """Bonds held by foreigners over bonds in interbank custody."""
    return float(book.holdings_bn[Holder.FOREIGN].sum()) / book.interbank_custody_bn()


def foreign_bond_holdings(book: SecurityBook) -> float:
    """Bonds held by foreigners at face value."""
    return float(book.holdings_bn[Holder.FOREIGN].sum()) / 1000.0


def foreign_net_purchases(flow: ForeignFlow) -> float:
    """Bonds bought by foreigners less bonds sold by them."""
    return flow.net_purchases_bn


def foreign_bond_value(value: ForeignBondValue) -> float:
    """Bonds held by foreigners at market prices, in dollars."""
    return value.usd_bn


def foreign_bond_valuation(value: ForeignBondValue) -> float:
    """Change of that value by bond prices."""
    return value.change.price_gain_usd_bn


def foreign_bond_currency_gain(value: ForeignBondValue) -> float:
    """Change of that value by the exchange rate."""
    return value.change.currency_gain_usd_bn


def foreign_investor_count(investors: ForeignInvestors) -> float:
    """Foreign investors in the bond market."""
    return float(len(investors))


def capital_flow_volatility(book: SecurityBook, record: Record) -> float:
    """Standard deviation of monthly net purchases by foreigners over twelve months, over their holdings."""
    purchases = np.array(record.over_year("foreign_net_purchases"))
    return float(purchases.std()) / (foreign_bond_holdings(book) * 1000.0)


def bond_custody_interbank(book: SecurityBook) -> float:
    """Bonds outstanding in interbank custody at face value."""
    return book.interbank_custody_bn() / 1000.0


def bond_custody_total(book: SecurityBook) -> float:
    """Bonds outstanding at face value, interbank market and exchanges."""
    return float(book.outstanding_bn.sum()) / 1000.0


def panda_outstanding(book: SecurityBook) -> float:
    """Panda bonds outstanding: issued and neither redeemed nor written off."""
    return float(book.outstanding_bn[SecurityClass.PANDA])


def bond_issuance(book: SecurityBook) -> float:
    """Gross issues of financial, corporate, asset-backed and Panda bonds and of commercial paper, national."""
    return float(book.gross_bn[COUNTED].sum()) / 1000.0


def certificate_spread_small_banks(stress: BankStress) -> float:
    """Yield of certificates of deposit of small banks over those of large banks."""
    spread = stress.certificate_spread_pp
    return float(spread[BankTier.SMALL] - spread[BankTier.LARGE]) * 100.0


def effective_hedging_cost(channels: Channels) -> float:
    """Cost of hedging exchange-rate risk beyond the interest differential."""
    return channels["hedging_cost"]


READINGS = (
    Reading("foreign_bond_share", "share", "ratio", foreign_bond_share),
    Reading("foreign_bond_holdings", "trn yuan", "stock", foreign_bond_holdings),
    Reading("foreign_net_purchases", "bn yuan per year", "flow", foreign_net_purchases),
    Reading("foreign_bond_value", "bn US dollars", "stock", foreign_bond_value),
    Reading("foreign_bond_valuation", "bn US dollars per year", "flow", foreign_bond_valuation),
    Reading("foreign_bond_currency_gain", "bn US dollars per year", "flow", foreign_bond_currency_gain),
    Reading("foreign_investor_count", "investors", "stock", foreign_investor_count),
    Reading("capital_flow_volatility", "share of stock", "ratio", capital_flow_volatility),
    Reading("bond_custody_interbank", "trn yuan", "stock", bond_custody_interbank),
    Reading("bond_custody_total", "trn yuan", "stock", bond_custody_total),
    Reading("panda_outstanding", "bn yuan", "stock", panda_outstanding),
    Reading("bond_issuance", "trn yuan per year", "flow", bond_issuance),
    Reading("china_yield", "percent", "ratio", china_yield_pct),
    Reading("certificate_spread_small_banks", "bp", "ratio", certificate_spread_small_banks),
    Reading("effective_hedging_cost", "bp per year", "ratio", effective_hedging_cost),
)
