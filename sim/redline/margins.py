"""The margin spiral that a common loss would set off among institutions that finance bonds by repo."""

import numpy as np

from agents.arrays import rows_where
from agents.institutions import Institutions
from agents.repo_margin import margin_slope, market_depth_bn, pledged_bonds_bn, price_deviation
from scenarios.parameters import Parameters
from sim.accounting.securities import SecurityBook
from sim.banking.capital import capital_above_minimum_bn
from sim.component import Changes
from sim.markets import Product
from sim.redline.state import SystemicRisk
from sim.stress.margin_spiral import margin_spiral
from sim.trading.state import Turnover
from sim.world.policy import Channels

BP = 10_000.0
"""Basis points of the whole price."""
LEAST_MARGIN = 1e-9
"""In place of a haircut of zero, share of the price."""
LEAST_DEPTH_BN = 1e-9
"""In place of a market without depth, CNY bn."""


def hypothetical_fall(
    parameters: Parameters, channels: Channels, book: SecurityBook, institutions: Institutions, turnover: Turnover
) -> float:
    """Fall of the bond price by the margin spiral that a common loss would set off, share of the price, 0..1.

    An institution pays the loss and higher margins out of its margin and its capital above the minimum; where these do
    not suffice it sells bonds that secure its repo. The sales of the city's institutions move the price as if all
    holders in the country sold the same part of their bonds.
    """
    rows = rows_where(institutions["repo_borrowed_bn"])
    traded_bn = 1000.0 * float(turnover.turnover_trn[Product.INTERBANK_SPOT_BONDS])
    deviation = price_deviation(parameters.managed_bond_duration, parameters.china_yield_sd)
    # Without repo nobody must sell, a price that never moves does not fall, and before the first month nobody trades.
    if not len(rows) or traded_bn <= 0.0 or deviation <= 0.0:
        return 0.0
    haircut = parameters.repo_haircut
    pledged = pledged_bonds_bn(institutions["repo_borrowed_bn"][rows], haircut)
    cushion = capital_above_minimum_bn(parameters, channels, institutions, rows)
    depth_bn = market_depth_bn(traded_bn, deviation, parameters.market_depth_coefficient)
    of_country = float(institutions["bonds_bn"].sum()) / float(book.holdings_bn[1:].sum())
    slope = margin_slope(haircut, parameters.forced_sales_volatility, traded_bn, depth_bn)
    # A run goes on with every parameter that it accepts, also at the ends where the spiral is not defined.
    return margin_spiral(
        bonds=pledged,
        equity=haircut * pledged + cushion,
        loss=np.maximum(parameters.common_loss * institutions["assets_bn"][rows], 0.0),
        margin=max(haircut, LEAST_MARGIN),
        margin_slope=max(slope, 0.0),
        depth=max(depth_bn * of_country, LEAST_DEPTH_BN),
    ).price_fall


def margin_spiral_is_measured(
    parameters: Parameters,
    channels: Channels,
    book: SecurityBook,
    institutions: Institutions,
    turnover: Turnover,
    risk: Changes[SystemicRisk],
) -> None:
    """The margin spiral of a common loss is measured.

    Nothing is sold: the price of the run stays as it is.
    """
    risk.margin_spiral_bp = BP * hypothetical_fall(parameters, channels, book, institutions, turnover)
