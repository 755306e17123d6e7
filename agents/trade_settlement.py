"""Trade is settled in yuan or in foreign currency, and yuan payments go through CIPS or correspondent banks."""

import numpy as np
from scipy import special

from agents.arrays import Codes, Floats, Integers, rows_where
from agents.issuers import IssuerClass


def class_shares(kind: Codes, trade_weight: Floats, yuan_share: Floats) -> Floats:
    """Part of the trade of each class of issuers that is settled in yuan, zero without trade, shape (8,)."""
    total = np.bincount(kind, weights=trade_weight, minlength=len(IssuerClass))
    yuan = np.bincount(kind, weights=trade_weight * yuan_share, minlength=len(IssuerClass))
    # Of no issuers at all numpy counts in integers.
    return np.divide(yuan, total, out=np.zeros(len(IssuerClass)), where=total > 0.0)


def yuan_probability(
    share_at_start: float,
    invoicing_cost_ratio: float,
    conversion_friction_ratio: float,
    expected_appreciation: float,
    peers: Floats,
    invoicing_cost_slope: float,
    conversion_friction_slope: float,
    appreciation_slope: float,
    peer_slope: float,
) -> Floats:
    """Probability that an issuer that reconsiders settles with a group of partners in yuan, by class, shape (8,).

    log odds = log odds of the share at the start
               - invoicing slope * ln(invoicing cost / 2020) - friction slope * ln(conversion friction / 2020)
               + appreciation slope * appreciation of the yuan over twelve months
               + peer slope * (share of peers in yuan - share at the start)

    Costs are ratios to end-2020, the appreciation is in logs. A partner abroad takes yuan more readily when it has
    gained; the currency of peers is cheaper to use, as for any vehicle currency (Krugman 1980). Parameters
    `yuan_invoicing_cost_slope`, `yuan_conversion_friction_slope`, `yuan_appreciation_slope`, `yuan_peer_slope`;
    channels `rmb_invoicing_cost`, `fx_conversion_friction`.
    """
    odds = (
        np.log(share_at_start / (1.0 - share_at_start))
        - invoicing_cost_slope * np.log(invoicing_cost_ratio)
        - conversion_friction_slope * np.log(conversion_friction_ratio)
        + appreciation_slope * expected_appreciation
        + peer_slope * (peers - share_at_start)
    )
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float64)


def reviewing(uniform: Floats, review_months: float) -> tuple[Integers, Floats]:
    """Rows of issuers that reconsider the currency of their trade this month, and a new uniform number for each.

    An issuer reconsiders with probability h = 1 - exp(-1 / review months), if its uniform number u is below h, and
    keeps its currencies otherwise. Given u < h, u / h is uniform again. Parameter `yuan_review_months`.
    """
    chance = -np.expm1(-1.0 / review_months)
    rows = rows_where(uniform < chance)
    return rows, uniform[rows] / chance


def chosen_yuan_share(probability: Floats, kind: Codes, partners: int, uniform: Floats) -> Floats:
    """Part of its trade that each issuer settles in yuan, shape (n,), from the probability by class, shape (8,).

    It agrees on the currency with each of a number of equal groups of partners abroad, and each takes yuan with the
    probability: a binomial number by inverse distribution, never smaller at a higher probability.
    Parameter `trade_partners`.
    """
    at_most = special.bdtr(np.arange(partners, dtype=np.float64), partners, probability[:, None])
    share: Floats = (uniform[:, None] > at_most[kind]).sum(axis=1) / partners
    return share


def cips_share(
    leaning: Floats, share_2020: float, payment_cost_ratio: float, leaning_spread: float, cost_slope: float
) -> Floats:
    """Part of a bank's yuan payments that it routes through CIPS rather than a correspondent bank, shape (n,).

    log odds = log odds of the share of 2020 + spread * leaning - slope * ln(payment cost / 2020)

    Leaning is a z-score of the bank's own. Parameters `cips_share_2020`, `bank_routing_spread`, `payment_cost_slope`;
    channel `cross_border_payment_cost`.
    """
    odds = np.log(share_2020 / (1.0 - share_2020)) + leaning_spread * leaning - cost_slope * np.log(payment_cost_ratio)
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float64)
