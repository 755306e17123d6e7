"""Balance sheets of institutions grow with their sector and by luck."""

from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import one_of
from agents.institutions import Sector

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def balance_sheets_grow(centre: "FinancialCenter") -> None:
    """Assets grow with the sector's trend and the institution's own luck; profitability reverts.

    Equity grows with assets, and so does the part of them that is bonds. Residual holders of bonds in the bond book
    grow with the assets of the institutions behind them.
    """
    parameters, institutions = centre.parameters, centre.institutions
    luck = centre.luck.balance.normal(institutions.luck, centre.month, count=2)
    lender = one_of(institutions["sector"], (Sector.BANK, Sector.INSURER))
    trend = np.where(lender, parameters.bank_asset_growth, parameters.assets_organic_growth)
    own = parameters.bank_growth_sd * np.sqrt(1.0 / 12.0) * luck[0] - parameters.bank_growth_sd**2 / 24.0
    growth = np.exp(trend / 12.0 + own)
    assets = institutions["assets_bn"]
    for position, group in enumerate((lender, ~lender)):
        centre.holder_size[position] *= float((assets[group] * growth[group]).sum() / assets[group].sum())
    assets *= growth
    institutions["equity_bn"][:] *= growth
    institutions["bonds_bn"][:] = assets * centre.bond_share[institutions["sector"]]
    institutions["liabilities_bn"][:] = assets - institutions["equity_bn"]
    kept = parameters.profitability_persistence
    institutions["profitability"][:] = kept * institutions["profitability"] + np.sqrt(1.0 - kept**2) * luck[1]
