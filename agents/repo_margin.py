"""Repo from the side of its margin: what institutions pledge, and how margins and the price answer to sales."""

from agents.arrays import Floats


def pledged_bonds_bn(repo_borrowed_bn: Floats, haircut: float) -> Floats:
    """Bonds that secure the repo of each institution, CNY bn, shape (n,): repo / (1 - haircut).

    The haircut is the part of the bonds that their holder finances itself. Parameter `repo_haircut`.
    """
    pledged: Floats = repo_borrowed_bn / (1.0 - haircut)
    return pledged


def price_deviation(duration_years: float, yield_deviation_pp: float) -> float:
    """Standard deviation of the price of bonds over a month, share of the price.

    deviation = duration / 100 * standard deviation of the yield over a month

    The yield is in percentage points. Parameters `managed_bond_duration`, `china_yield_sd`.
    """
    return duration_years / 100.0 * yield_deviation_pp


def market_depth_bn(traded_bn: float, deviation: float, coefficient: float) -> float:
    """Sales within a month that would move the price by all of it, CNY bn.

    depth = coefficient * turnover / standard deviation of the price, both of one month

    The square-root rule of Cont and Schaanning (2017, Fire sales, indirect contagion and systemic stress testing),
    coefficient * daily turnover / daily deviation * sqrt(days), is the same for sales spread over the month. Parameter
    `market_depth_coefficient`.
    """
    return coefficient * traded_bn / deviation


def margin_slope(haircut: float, volatility_response: float, traded_bn: float, depth_bn: float) -> float:
    """Rise of the margin on repo for a fall of the price by all of it.

    slope = haircut * response of log volatility to sales over turnover * depth / turnover

    Lenders set margins in proportion to volatility, so that they cover the same quantile of losses (Brunnermeier and
    Pedersen 2009); volatility rises with forced sales over turnover, and a fall of the price by all of it goes with
    sales of the depth, CNY bn as the turnover is. Parameters `repo_haircut`, `forced_sales_volatility`.
    """
    return haircut * volatility_response * depth_bn / traded_bn
