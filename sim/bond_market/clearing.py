"""Clearing of the bond market: yields at which residual holders take the bonds that foreigners leave."""

import numpy as np

from agents.arrays import Floats
from agents.bond_demand import adapted_mix, clearing_premia_pp, demand_bn, funded_by_repo, usual_demand_growth
from agents.foreign_investors import ForeignInvestors
from agents.managed_assets import redeemed_share
from scenarios.parameters import Parameters
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import Holder, SecurityBook, SecurityClass, foreign_by_class
from sim.bond_market.state import ForeignFlow, ResidualHolders
from sim.clock import Clock, season
from sim.component import Changes
from sim.world.interactions import Interactions
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues

MANAGERS = Holder.ASSET_MANAGERS - 1
"""Row of asset managers among the residual holders."""

MOST_REDEEMED = 0.9
"""Largest reduction of managers' demand by overlapping shocks of redemptions, share."""


def share_of_stock(flow_bn: Floats, stock_bn: Floats) -> Floats:
    """A flow over its stock, 0 where there is no stock."""
    return np.divide(flow_bn, stock_bn, out=np.zeros_like(flow_bn), where=stock_bn > 0.0)


def written_off_of_foreigners_bn(book: SecurityBook) -> float:
    """Bonds of foreigners that were written off this month, CNY bn."""
    before = book.opening_holdings_bn[Holder.FOREIGN]
    return float((before * share_of_stock(book.defaulted_bn, book.opening_bn)).sum())


def default_loss(book: SecurityBook) -> float:
    """Share of foreign holdings that was written off this month."""
    return written_off_of_foreigners_bn(book) / float(book.opening_holdings_bn[Holder.FOREIGN].sum())


def _expected_growth(clock: Clock, parameters: Parameters) -> Floats:
    """Growth this month that is expected of supply over that of holders' funds, log, shape (holders, classes)."""
    supply, seasonal = np.full(len(SecurityClass), parameters.need_growth), np.ones(len(SecurityClass))
    supply[SecurityClass.SOVEREIGN] = parameters.sovereign_growth
    supply[SecurityClass.CERTIFICATE] = parameters.bank_asset_growth
    seasonal[SecurityClass.SOVEREIGN] = season(clock, parameters)
    funds = np.array([parameters.bank_asset_growth, parameters.assets_organic_growth])
    return usual_demand_growth(supply, seasonal, funds)


def _clearing_premia(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    supply_bn: Floats,
    book: Changes[SecurityBook],
    holders: Changes[ResidualHolders],
) -> Floats:
    """Premia over usual yields at which residual holders take the supply, by class; notes their demand."""
    integrated = interactions.on("integrated_demand")
    book.demand_base_bn *= np.exp(_expected_growth(clock, parameters))
    money = holders.size.copy()
    if integrated:
        money *= funded_by_repo(holders.leverage, holders.leverage_base_year)
    money[MANAGERS] *= 1.0 - redeemed_share(
        shocks["bond_fund_redemptions"],
        channels["misconduct_rate"],
        channels.baseline("misconduct_rate"),
        MOST_REDEEMED,
    )
    usual = book.demand_base_bn * money[:, None]
    elasticity = parameters.demand_semielasticity
    substitution = parameters.bond_substitution if integrated else elasticity
    premia = clearing_premia_pp(usual, supply_bn, substitution, elasticity, book.yield_premia_pp())
    holders.demanded_bn = demand_bn(usual, premia, substitution, elasticity)
    return premia


def bond_market_clears(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    shocks: ShockValues,
    interactions: Interactions,
    investors: ForeignInvestors,
    book: Changes[SecurityBook],
    ledger: Changes[Ledger],
    holders: Changes[ResidualHolders],
    foreign_flow: Changes[ForeignFlow],
) -> None:
    """Residual holders take the rest, at the yields that make them willing.

    Foreigners hold the amounts they decided on. Banks and asset managers spread their money, own and borrowed in repo,
    over the classes of bonds by their yields. All yields together make demand equal to the supply foreigners leave.
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
        holders.demanded_bn = book.demand_base_bn * holders.size[:, None]
    else:
        premia = _clearing_premia(clock, parameters, channels, shocks, interactions, residual, book, holders)
        book.premium_pp = premia - premia[SecurityClass.SOVEREIGN]
        book.premium_pp[SecurityClass.SOVEREIGN] = premia[SecurityClass.SOVEREIGN]
    # Demand equals supply up to rounding; holders share exactly what there is.
    book.holdings_bn[1:] = residual * holders.demanded_bn / holders.demanded_bn.sum(axis=0)
    if interactions.on("integrated_demand") and not clock.in_base_year:
        book.demand_base_bn = adapted_mix(book.demand_base_bn, book.holdings_bn[1:], parameters.mix_adaptation_months)
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


def leverage_is_remembered(holders: Changes[ResidualHolders]) -> None:
    """Keep the leverage of residual holders at the end of the base year."""
    holders.leverage_base_year = holders.leverage.copy()
