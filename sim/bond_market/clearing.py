"""Clearing of the bond market: residual holders take the bonds not held by foreigners, at a spread."""

import numpy as np

from agents.arrays import Floats
from agents.foreign_investors import ForeignInvestors
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import Holder, SecurityBook, foreign_by_class, supply_premium_pp
from sim.bond_market.state import ForeignFlow, ResidualHolders
from sim.clock import Clock
from sim.component import Changes
from sim.world.shock_values import ShockValues

MANAGERS = Holder.ASSET_MANAGERS - 1
"""Row of asset managers among the residual holders."""

MOST_REDEEMED = 0.9
"""Largest reduction of managers' demand by overlapping shocks of redemptions, share."""


def share_of_stock(flow_bn: Floats, stock_bn: Floats) -> Floats:
    """A flow over its stock, 0 where there is no stock."""
    return np.divide(flow_bn, stock_bn, out=np.zeros_like(flow_bn), where=stock_bn > 0.0)


def default_loss(book: SecurityBook) -> float:
    """Share of foreign holdings that was written off this month."""
    before = book.opening_holdings_bn[Holder.FOREIGN]
    lost = before * share_of_stock(book.defaulted_bn, book.opening_bn)
    return float(lost.sum() / before.sum())


def bond_market_clears(
    clock: Clock,
    parameters: Parameters,
    shocks: ShockValues,
    investors: ForeignInvestors,
    book: Changes[SecurityBook],
    ledger: Changes[Ledger],
    holders: Changes[ResidualHolders],
    foreign_flow: Changes[ForeignFlow],
) -> None:
    """Residual holders take the rest at a spread.

    Foreigners hold the amounts they decided on; the spread makes residual holders willing to hold the rest.
    """
    book.close_flows()
    before = book.opening_holdings_bn
    kept = before * (1.0 - share_of_stock(book.redeemed_bn + book.defaulted_bn, book.opening_bn))
    foreign = foreign_by_class(float(investors["holdings_bn"].sum()), book.foreign_allocation, book.outstanding_bn)
    book.holdings_bn[Holder.FOREIGN] = foreign
    residual = book.outstanding_bn - foreign
    if clock.in_base_year:
        # Spreads of 2020 are observed; demand equals the stocks held at those spreads.
        share = book.demand_base_bn / book.demand_base_bn.sum(axis=0)
        book.demand_base_bn = residual * share / holders.size[:, None]
        book.premium_pp[:] = 0.0
    demand = book.demand_base_bn * holders.size[:, None]
    demand[MANAGERS] *= 1.0 - min(shocks["bond_fund_redemptions"], MOST_REDEEMED)
    if not clock.in_base_year:
        book.premium_pp = supply_premium_pp(residual, demand.sum(axis=0), parameters.demand_semielasticity)
    book.holdings_bn[1:] = residual * demand / demand.sum(axis=0)
    bought = (book.holdings_bn - kept).sum(axis=1)
    holders.bought_bn = bought
    foreign_bought = float(bought[Holder.FOREIGN])
    banks = holders.bank_share_of_purchases
    ledger.trade("secondary trade", Account.FOREIGN_INVESTORS, Account.BANKS, foreign_bought * banks)
    ledger.trade("secondary trade", Account.FOREIGN_INVESTORS, Account.ASSET_MANAGERS, foreign_bought * (1.0 - banks))
    # Banks' purchases less their part of new issues, plus their sales to foreigners, are purchases from managers.
    between = float(bought[Holder.BANKS]) - holders.paid_by_banks_bn + foreign_bought * banks
    ledger.trade("secondary trade", Account.BANKS, Account.ASSET_MANAGERS, between)
    holders.bank_share_of_purchases = float(book.holdings_bn[Holder.BANKS].sum() / book.holdings_bn[1:].sum())
    # Foreigners' net purchases are purchases less redemptions, and equal the cross-border payment.
    repaid = float((before[Holder.FOREIGN] * share_of_stock(book.redeemed_bn, book.opening_bn)).sum())
    net = foreign_flow.net_purchases_bn = foreign_bought - repaid
    ledger.trade("currency conversion", Account.REST_OF_WORLD, Account.FOREIGN_INVESTORS, net)
