"""Capacity of underwriters: what their capital lets them place in a month."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import one_of, sum_of_products
from agents.institutions import Sector
from agents.underwriting import underwriting_capacity_bn

if TYPE_CHECKING:
    from sim.model import FinancialCenter

UNDERWRITERS = (Sector.BANK, Sector.BROKER)


@dataclass
class UsualDeals:
    """Deals of a mean month of 2020 and the capital behind them; not known before the year is over."""

    debt_bn: float = np.inf
    equity_bn: float = np.inf
    capital_bn: float = 1.0


def underwriters_capital_bn(centre: "FinancialCenter") -> float:
    """Equity of the banks and brokers licensed in the city, CNY bn."""
    institutions = centre.institutions
    return float(sum_of_products(institutions["equity_bn"], one_of(institutions["sector"], UNDERWRITERS)))


def start_of_capacity(centre: "FinancialCenter") -> UsualDeals:
    """Usual deals from the sums over 2020, with the capital of end-2020."""
    year = centre.year_2020
    return UsualDeals(
        debt_bn=year.debt_deals_bn / 12.0,
        equity_bn=year.equity_deals_bn / 12.0,
        capital_bn=underwriters_capital_bn(centre),
    )


def capacity_bn(centre: "FinancialCenter") -> tuple[float, float]:
    """Debt and equity that underwriters can place this month, CNY bn; without bound in 2020 or when switched off."""
    usual = centre.usual_deals
    if "underwriting_limits" in centre.interactions_off or not np.isfinite(usual.debt_bn):
        return np.inf, np.inf
    capital, headroom = underwriters_capital_bn(centre), centre.parameters.underwriting_headroom
    return (
        underwriting_capacity_bn(usual.debt_bn, capital, usual.capital_bn, headroom),
        underwriting_capacity_bn(usual.equity_bn, capital, usual.capital_bn, headroom),
    )
