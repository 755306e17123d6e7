"""Growth of institutions' assets with their sector and an idiosyncratic shock."""

import numpy as np

from agents.bank_capital import ASSET_TERMS, BELOW_MINIMUM, BY_REPO, asset_growth_terms
from agents.draws import Draws
from agents.forced_sales import sold_bn
from agents.institutions import Institutions
from scenarios.parameters import Parameters
from sim.banking.state import ForcedSales
from sim.bond_market.state import ResidualHolders
from sim.clock import Clock
from sim.component import Changes
from sim.institutions.equity import hold_as_banks, trend_growth
from sim.institutions.state import SectorTraits


def balance_sheets_grow(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    traits: SectorTraits,
    institutions: Changes[Institutions],
    holders: Changes[ResidualHolders],
    sales: Changes[ForcedSales],
) -> None:
    """Balance sheets grow.

    Assets grow with the trend of the sector, an idiosyncratic shock and what repo finances, less where capital is short
    and back to what it allows where it is less than required; bonds are a part of them. Profitability reverts. Equity
    stays as it is: liabilities fund what assets grow by. Residual holders of bonds grow with the assets of the
    institutions behind them.
    """
    normal = draws["institution.balance_sheet"].normal(institutions.draw_keys, clock.month, count=2)
    lender = hold_as_banks(institutions)
    trend = trend_growth(parameters, institutions)
    own = parameters.bank_growth_sd * np.sqrt(1.0 / 12.0) * normal[0] - parameters.bank_growth_sd**2 / 24.0
    terms = asset_growth_terms(
        trend,
        own,
        institutions["capital_room"],
        institutions["excess_leverage"],
        parameters.leverage_adjustment,
        (institutions["leverage"] - institutions["opening_leverage"])
        * institutions["bonds_bn"]
        / institutions["assets_bn"],
    )
    sales.of_assets_bn = float(sold_bn(institutions["bonds_bn"], terms[ASSET_TERMS.index(BELOW_MINIMUM)]).sum())
    growth = np.exp(terms.sum(axis=0))
    # What repo buys is not the holders' own money: their size follows assets without it.
    unlevered = np.exp(terms[: ASSET_TERMS.index(BY_REPO)].sum(axis=0))
    assets = institutions["assets_bn"]
    for position, group in enumerate((lender, ~lender)):
        holders.size[position] *= float((assets[group] * unlevered[group]).sum() / assets[group].sum())
    assets *= growth
    institutions["bonds_bn"][:] = assets * traits.bond_share[institutions["sector"]]
    institutions["liabilities_bn"][:] = assets - institutions["equity_bn"]
    kept = parameters.profitability_persistence
    institutions["profitability"][:] = kept * institutions["profitability"] + np.sqrt(1.0 - kept**2) * normal[1]
