"""Issuers that trade abroad settle in yuan or foreign currency; banks route the yuan payments."""

from typing import TYPE_CHECKING

import numpy as np

from agents.institutions import Sector
from agents.issuers import IssuerClass
from agents.trade_settlement import chosen_yuan_share, cips_share, class_shares, reviewing, yuan_probability
from scenarios.calendar import BASELINE
from sim.baseline import observed
from sim.securities import Holder
from sim.tables import table

if TYPE_CHECKING:
    from sim.model import FinancialCenter

MIDDLE_OF_2020 = BASELINE - 5.5


def yuan_trade_share_2019() -> float:
    """Yuan in the receipts and payments of trade in 2019; foreign currency is taken to be all for trade."""
    foreign = observed("cross_border_rmb_2019") * (1.0 / observed("cross_border_rmb_share_2019") - 1.0)
    yuan = observed("cross_border_rmb_trade_2019")
    return yuan / (yuan + foreign)


def trade_of_2020_bn() -> float:
    """Receipts and payments of trade in 2020 in all currencies, CNY bn a year."""
    foreign = observed("cross_border_rmb") * (1.0 / observed("cross_border_rmb_share") - 1.0)
    return observed("cross_border_rmb_trade") + foreign


def capital_payments_per_holding() -> float:
    """Yuan receipts and payments of portfolios and investment in 2020 over the bonds that foreigners held, per year."""
    held = 0.5 * (observed("foreign_bond_holdings_2019") + observed("foreign_bond_holdings"))
    return (observed("cross_border_rmb") - observed("cross_border_rmb_trade")) / held


def start_trade(centre: "FinancialCenter", month: int) -> None:
    """Who trades abroad at end-2019, how much, and in which currency; a class's trade is split by debt and luck."""
    issuers, parameters = centre.issuers, centre.parameters
    luck = centre.luck.trade.uniform(issuers.luck, month, count=2)
    spread = centre.luck.trade.normal(issuers.luck, month, count=3)[2]
    kind = issuers["issuer_class"]
    size = issuers["debt_bn"].sum(axis=0) * np.exp(parameters.trade_weight_spread * spread)
    weight = np.zeros(len(issuers))
    for row in table("issuer_classes"):
        share = float(row["trade_share"])
        traders = (kind == IssuerClass[row["issuer_class"]]) & (luck[0] < float(row["trades_abroad"]))
        if share > 0.0 and traders.any():
            weight[traders] = share * size[traders] / size[traders].sum()
    weight /= weight.sum()
    issuers["trade_weight"][:] = weight
    trades = np.flatnonzero(weight)
    issuers["yuan_share"][trades] = chosen_yuan_share(
        np.full(len(IssuerClass), yuan_trade_share_2019()),
        kind[trades],
        round(parameters.trade_partners),
        luck[1][trades],
    )


def issuers_settle_trade(centre: "FinancialCenter") -> None:
    """Some issuers reconsider the currency of their trade; banks route what is paid in yuan."""
    issuers, parameters, channels, baseline = centre.issuers, centre.parameters, centre.channels, centre.policy.baseline
    rows = np.flatnonzero(issuers["trade_weight"])
    weight, share = issuers["trade_weight"][rows], issuers["yuan_share"][rows]
    kind = issuers["issuer_class"][rows]
    luck = centre.luck.settlement.uniform(issuers.luck[rows], centre.month)
    review, luck = reviewing(luck, parameters.yuan_review_months)
    probability = yuan_probability(
        yuan_trade_share_2019(),
        channels["rmb_invoicing_cost"] / baseline["rmb_invoicing_cost"],
        channels["fx_conversion_friction"] / baseline["fx_conversion_friction"],
        -centre.macro.change(centre.macro.usdcny, centre.month - 1, 12),
        class_shares(kind, weight, share),
        parameters.yuan_invoicing_cost_slope,
        parameters.yuan_conversion_friction_slope,
        parameters.yuan_appreciation_slope,
        parameters.yuan_peer_slope if "yuan_peers" not in centre.interactions_off else 0.0,
    )
    share[review] = chosen_yuan_share(probability, kind[review], round(parameters.trade_partners), luck)
    issuers["yuan_share"][rows] = share
    growth = np.exp(parameters.trade_growth * (centre.month - MIDDLE_OF_2020) / 12.0)
    trade = trade_of_2020_bn() / 12.0 * float(growth)
    yuan = trade * float(weight @ share)
    foreign_holdings = float(centre.book.holdings_bn[Holder.FOREIGN].sum())
    capital = capital_payments_per_holding() / 12.0 * foreign_holdings
    centre.payments = {
        "trade": trade,
        "trade in yuan": yuan,
        "trade in other currencies": trade * float(weight @ (1.0 - share)),
        "yuan": yuan + capital,
    } | _routed_bn(centre, yuan + capital)


def _routed_bn(centre: "FinancialCenter", yuan_bn: float) -> dict[str, float]:
    """What banks route through CIPS and through correspondent banks of a month's yuan payments, CNY bn.

    Banks have customers in proportion to their assets.
    """
    institutions, parameters = centre.institutions, centre.parameters
    banks = np.flatnonzero(institutions["sector"] == Sector.BANK)
    share = cips_share(
        institutions["local_leaning"][banks],
        parameters.cips_share_2020,
        centre.channels["cross_border_payment_cost"] / centre.policy.baseline["cross_border_payment_cost"],
        parameters.bank_routing_spread,
        parameters.payment_cost_slope,
    )
    institutions["cips_share"][banks] = share
    customers = institutions["assets_bn"][banks]
    paid = yuan_bn * customers / customers.sum()
    return {"through CIPS": float(paid @ share), "through correspondents": float(paid @ (1.0 - share))}
