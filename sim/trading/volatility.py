"""Volatility of the markets: the macro path, and what forced sales add to it."""

from agents.forced_sales import next_volatility_gap, sales_pressure
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook
from sim.banking.state import ForcedSales
from sim.clock import Clock
from sim.component import Changes
from sim.markets import Product
from sim.trading.state import TradingConstants, Turnover
from sim.world.interactions import Interactions


def volatility_answers_to_sales(
    clock: Clock,
    parameters: Parameters,
    interactions: Interactions,
    constants: TradingConstants,
    book: SecurityBook,
    turnover: Turnover,
    sales: Changes[ForcedSales],
) -> None:
    """Forced sales make markets more volatile.

    Sales of the month are compared with the spot turnover of bonds of the month before. In the base year, whose
    volatility is observed, their mean is learnt and adds nothing.
    """
    activity = float(turnover.activity[Product.INTERBANK_SPOT_BONDS])
    traded_bn = 1000.0 * float(constants.velocity[Product.INTERBANK_SPOT_BONDS]) * activity
    if not interactions.on("forced_sales") or traded_bn <= 0.0:  # before the first month nothing has been traded
        return
    pressure = sales_pressure(sales.share, float(book.holdings_bn[1:].sum()), traded_bn)
    if clock.in_base_year:
        months = clock.month_of_year
        sales.usual_pressure += (pressure - sales.usual_pressure) / max(months, 1)
        return
    sales.log_volatility = next_volatility_gap(
        sales.log_volatility,
        parameters.realised_volatility_persistence,
        parameters.forced_sales_volatility,
        pressure - sales.usual_pressure,
    )
