"""Bonds of governments and policy banks: exogenous supply."""

from typing import TYPE_CHECKING

import numpy as np

from scenarios.calendar import BASELINE
from sim.ledger import Account
from sim.primary_market import redeem, sell_issue
from sim.securities import SecurityClass

if TYPE_CHECKING:
    from sim.model import FinancialCenter


def public_sector_issues(centre: "FinancialCenter") -> None:
    """Governments and policy banks issue what redemptions and the growth of their debt ask for.

    gross = redeemed + net;  net = growth / 12 * outstanding * season (2020: the observed year spread by the season)

    What a shock `public_supply` adds comes on top and is refinanced; the trend grows on the rest.

    Exogenous: no rule of the model moves public supply. Parameter `sovereign_growth`.
    """
    book, levels = centre.book, centre.levels
    outstanding = book.opening_bn[SecurityClass.SOVEREIGN]
    redeemed = levels.sovereign_redemption_rate / 12.0 * outstanding
    if centre.month <= BASELINE:
        trend = levels.sovereign_net_2020_bn / 12.0 * centre.season
    else:
        growing = outstanding - centre.extra_public_supply_bn
        trend = centre.parameters.sovereign_growth / 12.0 * growing * centre.season
    usual = max(0.0, redeemed + trend)
    gross = max(0.0, usual + 1000.0 * centre.shock["public_supply"])
    centre.extra_public_supply_bn += gross - usual
    by_class = np.zeros(len(SecurityClass))
    by_class[SecurityClass.SOVEREIGN] = redeemed
    redeem(centre, Account.GOVERNMENT, by_class)
    book.gross_bn[SecurityClass.SOVEREIGN] += gross
    sell_issue(centre, Account.GOVERNMENT, gross)
