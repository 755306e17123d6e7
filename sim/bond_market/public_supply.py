"""Bonds of governments and policy banks: a trend, and less of it when they are dear."""

import numpy as np

from agents.bond_demand import supply_at_cost
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import SecurityBook, SecurityClass
from sim.bond_market.primary_market import redeem, sell_issue
from sim.bond_market.state import BondMarketConstants, PublicSupply, ResidualHolders
from sim.clock import Clock, season
from sim.component import Changes
from sim.world.shock_values import ShockValues


def public_sector_issues(
    clock: Clock,
    parameters: Parameters,
    constants: BondMarketConstants,
    shocks: ShockValues,
    supply: Changes[PublicSupply],
    holders: Changes[ResidualHolders],
    book: Changes[SecurityBook],
    ledger: Changes[Ledger],
) -> None:
    """Government and policy banks issue.

    Issues cover redemptions and the growth of debt. Tenors are whole years, so bonds fall due in the season in which
    they were sold.

    gross = redeemed + net;  redeemed = rate / 12 * outstanding * season
    net = growth / 12 * outstanding * season * exp(-elasticity * premium)  (2020: the observed year by the season)

    Issues of a shock `public_supply` are added and refinanced; the trend applies to the rest. Parameters
    `sovereign_growth`, `public_supply_cost_elasticity`.
    """
    outstanding = book.opening_bn[SecurityClass.SOVEREIGN]
    of_year = season(clock, parameters) / 12.0
    redeemed = constants.sovereign_redemption_rate * of_year * outstanding
    if clock.in_base_year:
        trend = constants.sovereign_net_2020_bn * of_year
    else:
        growing = outstanding - supply.extra_bn
        at_cost = supply_at_cost(
            float(book.premium_pp[SecurityClass.SOVEREIGN]), parameters.public_supply_cost_elasticity
        )
        trend = parameters.sovereign_growth * of_year * growing * at_cost
    usual = max(0.0, redeemed + trend)
    gross = max(0.0, usual + 1000.0 * shocks["public_supply"])
    supply.extra_bn += gross - usual
    by_class = np.zeros(len(SecurityClass))
    by_class[SecurityClass.SOVEREIGN] = redeemed
    redeem(book, ledger, Account.GOVERNMENT, by_class)
    book.gross_bn[SecurityClass.SOVEREIGN] += gross
    sell_issue(holders, ledger, Account.GOVERNMENT, gross)
