"""Forced sales of institutions and the volatility that answers to them.

Institutions sell when volatility lowers what their risk limits allow, or when capital falls below the minimum. What
they sell within a month, against what the market trades, makes prices more volatile, which lowers the limits again
(Brunnermeier and Pedersen 2009).
"""

import numpy as np

from agents.arrays import Floats


def sold_bn(bonds_bn: Floats, log_cut: Floats) -> Floats:
    """Bonds that a fall of assets or of leverage makes institutions sell, CNY bn, shape (n,).

    sold = bonds * (1 - exp(min(log cut, 0)))

    For a fall of assets `bonds` are those held, for one of repo leverage those financed by repo.
    """
    sold: Floats = bonds_bn * -np.expm1(np.minimum(log_cut, 0.0))
    return sold


def sales_pressure(forced_share: float, holdings_bn: float, traded_bn: float) -> float:
    """Forced sales of a month over the turnover of the market: forced share of bonds held * holdings / turnover.

    The institutions of the city stand for those that hold the bonds of the country, CNY bn.
    """
    return forced_share * holdings_bn / traded_bn


def next_volatility_gap(gap: float, persistence: float, slope: float, pressure_gap: float) -> float:
    """Log volatility above what it would be without the response to forced sales, a month later.

    gap' = persistence * gap + slope * (pressure - usual pressure)

    Usual is the mean of the base year, which the volatility of that year already holds. Parameters
    `realised_volatility_persistence`, `forced_sales_volatility`.
    """
    return persistence * gap + slope * pressure_gap
