"""Figures of the base year that follow from several observations."""

import numpy as np

from agents.arrays import Floats
from sim.base_year.base_year import BaseYear
from sim.markets import Product

PRODUCT_OBSERVED = {
    Product.INTERBANK_MONEY: "turnover_interbank_money_market",
    Product.INTERBANK_SPOT_BONDS: "turnover_interbank_spot_bonds",
    Product.SSE_EQUITY: "turnover_sse_equity",
    Product.SHFE_FUTURES: "turnover_shfe",
    Product.CFFEX_FUTURES: "turnover_cffex",
    Product.SGE_GOLD: "turnover_sge",
}


def observed_turnover_trn(base_year: BaseYear) -> Floats:
    """Turnover of the base year by product, CNY trn; two products are the rest of the venue totals, shape (8,)."""
    observed, turnover = base_year.observed, np.zeros(len(Product))
    for product, name in PRODUCT_OBSERVED.items():
        turnover[product] = observed(name)
    turnover[Product.INTERBANK_FX_DERIVATIVES] = (
        observed("turnover_interbank_total")
        - turnover[Product.INTERBANK_MONEY]
        - turnover[Product.INTERBANK_SPOT_BONDS]
    )
    turnover[Product.SSE_REPO_BONDS_FUNDS] = observed("turnover_sse_total") - turnover[Product.SSE_EQUITY]
    return turnover


def equity_share_of_sse(base_year: BaseYear) -> float:
    """Share of main-board offers and follow-ons that goes to the Shanghai exchange rather than Shenzhen or Beijing.

    STAR is in Shanghai alone, so it leaves both sides of the ratio.
    """
    observed = base_year.observed
    star = observed("ipo_proceeds_star")
    return (observed("equity_raised_sse") - star) / (observed("equity_raised_national") - star)


def financial_bond_issuance_bn(base_year: BaseYear) -> float:
    """Financial bonds of the base year that make the plan's total add up, CNY bn.

    17.6 trn over 0.85 is the national total; corporate bonds, asset-backed securities, equity and Panda bonds are
    taken off. The recalled figure is 4,400.
    """
    observed = base_year.observed
    national = 1000.0 * observed("direct_financing") / observed("direct_financing_share")
    return (
        national
        - observed("corporate_bond_issuance")
        - observed("abs_issuance")
        - observed("equity_raised_national")
        - observed("panda_issuance")
    )
