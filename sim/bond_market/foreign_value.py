"""Market value in dollars of the bonds that foreigners hold, and what moves it."""

from collections.abc import Iterator

from agents.bond_valuation import price_after, value_change
from scenarios.parameters import Parameters
from sim.accounting.securities import Holder, SecurityBook
from sim.bond_market.clearing import written_off_of_foreigners_bn
from sim.bond_market.state import ForeignBondValue, ForeignFlow, china_yield_pct
from sim.clock import Clock
from sim.component import Changes, Identity
from sim.world.macro import MacroPath


def foreign_bonds_are_valued(
    clock: Clock,
    parameters: Parameters,
    macro: MacroPath,
    book: SecurityBook,
    flow: ForeignFlow,
    value: Changes[ForeignBondValue],
) -> None:
    """Bonds of foreigners are valued.

    All of them at the price of government bonds of constant duration, in dollars at the rate of the month.
    """
    yield_pct = china_yield_pct(clock, macro, book)
    rate = float(macro.usdcny[macro.position(clock.month)])
    price = price_after(value.price, yield_pct - value.yield_pct, parameters.government_bond_duration)
    value.change = value_change(
        float(book.opening_holdings_bn[Holder.FOREIGN].sum()),
        flow.net_purchases_bn,
        written_off_of_foreigners_bn(book),
        (value.price, price),
        (value.rate, rate),
    )
    value.price, value.yield_pct, value.rate = price, yield_pct, rate
    value.opening_usd_bn = value.usd_bn
    value.usd_bn = float(book.holdings_bn[Holder.FOREIGN].sum()) * price / rate


def value_identities(book: SecurityBook, value: ForeignBondValue) -> Iterator[Identity]:
    """The value moves by purchases, write-offs, prices and the currency, and is that of the bonds held."""
    yield "value of foreign holdings", value.opening_usd_bn + value.change.total_usd_bn, value.usd_bn
    held_bn = float(book.holdings_bn[Holder.FOREIGN].sum())
    yield "foreign holdings at their price", value.usd_bn * value.rate, held_bn * value.price
