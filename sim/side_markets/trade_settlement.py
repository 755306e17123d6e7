"""Issuers that trade abroad settle in yuan or foreign currency; banks route the yuan payments."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.arrays import rows_where, sum_of_products
from agents.draws import Draws
from agents.institutions import Institutions, Sector
from agents.issuers import IssuerClass, Issuers
from agents.trade_settlement import chosen_yuan_share, cips_share, class_shares, reviewing, yuan_probability
from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters
from sim.accounting.securities import Holder, SecurityBook
from sim.base_year.base_year import BaseYear
from sim.base_year.first_agents import spread_evenly
from sim.base_year.model_size import ModelSize
from sim.base_year.tables import table
from sim.clock import Clock
from sim.component import Changes, Component, Identity, Reading, Step
from sim.world.interactions import Interactions
from sim.world.macro import MacroPath
from sim.world.policy import Channels

MIDDLE_OF_2020 = BASELINE - 5.5


@dataclass
class CrossBorderPayments:
    """Receipts and payments across the border in the month, CNY bn."""

    trade_bn: float = 0.0
    trade_in_yuan_bn: float = 0.0
    trade_in_other_currencies_bn: float = 0.0
    yuan_bn: float = 0.0
    """Payments in yuan, of trade and of portfolios."""
    through_cips_bn: float = 0.0
    through_correspondents_bn: float = 0.0


def partners_of_agent(parameters: Parameters, size: ModelSize) -> int:
    """Groups of partners of an agent, which stands for more firms in a smaller model and then has more of them."""
    return max(1, round(float(parameters.trade_partners) / size.scale))


def yuan_trade_share_2019(base_year: BaseYear) -> float:
    """Yuan in the receipts and payments of trade in 2019; foreign currency is taken to be all for trade."""
    observed = base_year.observed
    foreign = observed("cross_border_rmb_2019") * (1.0 / observed("cross_border_rmb_share_2019") - 1.0)
    yuan = observed("cross_border_rmb_trade_2019")
    return yuan / (yuan + foreign)


def trade_of_2020_bn(base_year: BaseYear) -> float:
    """Receipts and payments of trade in 2020 in all currencies, CNY bn a year."""
    observed = base_year.observed
    foreign = observed("cross_border_rmb") * (1.0 / observed("cross_border_rmb_share") - 1.0)
    return observed("cross_border_rmb_trade") + foreign


def capital_payments_per_holding(base_year: BaseYear) -> float:
    """Yuan receipts and payments of portfolios and investment in 2020 over the bonds that foreigners held, per year."""
    observed = base_year.observed
    held = 0.5 * (observed("foreign_bond_holdings_2019") + observed("foreign_bond_holdings"))
    return (observed("cross_border_rmb") - observed("cross_border_rmb_trade")) / held


def start_trade(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    base_year: BaseYear,
    size: ModelSize,
    issuers: Changes[Issuers],
) -> None:
    """Set the issuers that trade abroad, the amounts and the currency.

    The trade of a class is divided in proportion to debt with a random factor. If the draw selects no trader,
    which happens among very few issuers, all trade.
    """
    uniform = draws["issuer.trade"].uniform(issuers.draw_keys, clock.month, count=5)
    order = np.argsort(-issuers["debt_bn"].sum(axis=0), kind="stable")
    uniform[:2] = [spread_evenly(uniform[at], uniform[at + 3], order) for at in (0, 1)]
    spread = draws["issuer.trade"].normal(issuers.draw_keys, clock.month, count=3)[2]
    kind = issuers["issuer_class"]
    amount = issuers["debt_bn"].sum(axis=0) * np.exp(parameters.trade_weight_spread * spread)
    weight = np.zeros(len(issuers))
    for row in table("issuer_classes"):
        share = float(row["trade_share"])
        traders = (kind == IssuerClass[row["issuer_class"]]) & (uniform[0] < float(row["trades_abroad"]))
        if share > 0.0 and traders.any():
            weight[traders] = share * amount[traders] / amount[traders].sum()
    if not weight.any():  # so few issuers that no trader was drawn
        weight = amount
    weight /= weight.sum()
    issuers["trade_weight"][:] = weight
    trades = rows_where(weight)
    issuers["yuan_share"][trades] = chosen_yuan_share(
        np.full(len(IssuerClass), yuan_trade_share_2019(base_year)),
        kind[trades],
        partners_of_agent(parameters, size),
        uniform[1][trades],
    )


def issuers_settle_trade(
    clock: Clock,
    parameters: Parameters,
    draws: Draws,
    channels: Channels,
    interactions: Interactions,
    base_year: BaseYear,
    macro: MacroPath,
    size: ModelSize,
    book: SecurityBook,
    issuers: Changes[Issuers],
    institutions: Changes[Institutions],
    payments: Changes[CrossBorderPayments],
) -> None:
    """Issuers settle trade in yuan or not; banks route the payments.

    Some issuers reconsider the currency of their trade each month.
    """
    rows = rows_where(issuers["trade_weight"])
    weight, share = issuers["trade_weight"][rows], issuers["yuan_share"][rows]
    kind = issuers["issuer_class"][rows]
    uniform = draws["issuer.settlement"].uniform(issuers.draw_keys[rows], clock.month)
    review, uniform = reviewing(uniform, parameters.yuan_review_months)
    probability = yuan_probability(
        yuan_trade_share_2019(base_year),
        channels.ratio("rmb_invoicing_cost"),
        channels.ratio("fx_conversion_friction"),
        -macro.change(macro.usdcny, clock.month - 1, 12),
        class_shares(kind, weight, share),
        parameters.yuan_invoicing_cost_slope,
        parameters.yuan_conversion_friction_slope,
        parameters.yuan_appreciation_slope,
        parameters.yuan_peer_slope if interactions.on("yuan_peers") else 0.0,
    )
    share[review] = chosen_yuan_share(probability, kind[review], partners_of_agent(parameters, size), uniform)
    issuers["yuan_share"][rows] = share
    growth = np.exp(parameters.trade_growth * (clock.month - MIDDLE_OF_2020) / 12.0)
    trade = trade_of_2020_bn(base_year) / 12.0 * float(growth)
    yuan = trade * float(sum_of_products(weight, share))
    foreign_holdings = float(book.holdings_bn[Holder.FOREIGN].sum())
    capital = capital_payments_per_holding(base_year) / 12.0 * foreign_holdings
    payments.trade_bn = trade
    payments.trade_in_yuan_bn = yuan
    payments.trade_in_other_currencies_bn = trade * float(sum_of_products(weight, 1.0 - share))
    payments.yuan_bn = yuan + capital
    banks = rows_where(institutions["sector"] == int(Sector.BANK))
    routed = cips_share(
        institutions["local_leaning"][banks],
        parameters.cips_share_2020,
        channels.ratio("cross_border_payment_cost"),
        parameters.bank_routing_spread,
        parameters.payment_cost_slope,
    )
    institutions["cips_share"][banks] = routed
    # Banks have customers in proportion to their assets.
    customers = institutions["assets_bn"][banks]
    paid = payments.yuan_bn * customers / customers.sum()
    payments.through_cips_bn = float(sum_of_products(paid, routed))
    payments.through_correspondents_bn = float(sum_of_products(paid, 1.0 - routed))


def yuan_share_of_payments(payments: CrossBorderPayments) -> float:
    """Yuan over all receipts and payments across the border, of trade and of portfolios."""
    return payments.yuan_bn / (payments.yuan_bn + payments.trade_in_other_currencies_bn)


def yuan_share_of_trade(payments: CrossBorderPayments) -> float:
    """Yuan over all receipts and payments of trade."""
    return payments.trade_in_yuan_bn / payments.trade_bn


def cips_volume(payments: CrossBorderPayments) -> float:
    """Yuan payments that banks route through CIPS."""
    return payments.through_cips_bn


def cips_volume_of_base_year(base_year: BaseYear) -> float:
    """Published volume of CIPS, CNY trn a year.

    It exceeds the flows that drive it here, because CIPS also carries interbank and offshore payments.
    """
    return base_year.observed("cips_volume")


def payment_identities(payments: CrossBorderPayments) -> Iterator[Identity]:
    """Payments add up by currency and by route."""
    yield (
        "trade by currency",
        payments.trade_bn,
        payments.trade_in_yuan_bn + payments.trade_in_other_currencies_bn,
    )
    yield "yuan payments", payments.yuan_bn, payments.through_cips_bn + payments.through_correspondents_bn


TRADE_SETTLEMENT = Component(
    name="trade settlement",
    states=(CrossBorderPayments,),
    start=start_trade,
    streams=("issuer.trade", "issuer.settlement"),
    steps=(Step(issuers_settle_trade, owner="Issuer"),),
    readings=(
        Reading("rmb_cross_border_share", "share", "ratio", yuan_share_of_payments),
        Reading("rmb_trade_share", "share", "ratio", yuan_share_of_trade),
        Reading("cips_volume", "trn yuan per year", "flow", cips_volume, scaled_to=cips_volume_of_base_year),
    ),
    identities=payment_identities,
)
