"""Capacity of underwriters: deals that their capital allows in a month."""

import numpy as np

from agents.arrays import one_of, sum_of_products
from agents.institutions import Institutions, Sector
from agents.underwriting import underwriting_capacity_bn
from scenarios.parameters import Parameters
from sim.financing.state import UsualDeals
from sim.world.interactions import Interactions

UNDERWRITERS = (Sector.BANK, Sector.BROKER)


def underwriters_capital_bn(institutions: Institutions) -> float:
    """Equity of the banks and brokers licensed in the city, CNY bn."""
    return float(sum_of_products(institutions["equity_bn"], one_of(institutions["sector"], UNDERWRITERS)))


def capacity_bn(
    parameters: Parameters, interactions: Interactions, institutions: Institutions, usual: UsualDeals
) -> tuple[float, float]:
    """Debt and equity that underwriters can place this month, CNY bn; without bound in 2020 or when switched off."""
    if not interactions.on("underwriting_limits") or not np.isfinite(usual.debt_bn):
        return np.inf, np.inf
    capital, headroom = underwriters_capital_bn(institutions), parameters.underwriting_headroom
    return (
        underwriting_capacity_bn(usual.debt_bn, capital, usual.capital_bn, headroom),
        underwriting_capacity_bn(usual.equity_bn, capital, usual.capital_bn, headroom),
    )
