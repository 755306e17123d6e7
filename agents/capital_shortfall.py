"""Capital that institutions would lack in a long crisis of markets."""

import numpy as np

from agents.arrays import Floats


def long_run_loss(crisis_fall: float, beta: float) -> float:
    """Part of its market value that an institution is expected to lose in a crisis of half a year, 0..1.

    LRMES = 1 - exp(beta * ln(1 - fall of the market))

    Long-run marginal expected shortfall in the form of NYU's V-Lab. Parameters `market_crisis_fall`,
    `financial_share_beta`.
    """
    return float(-np.expm1(beta * np.log1p(-crisis_fall)))


def capital_shortfall_bn(
    debt_bn: Floats, market_equity_bn: Floats, required_ratio: float, loss_in_crisis: float
) -> Floats:
    """Capital that each institution would lack in a crisis, CNY bn, shape (n,); zero where it would have enough.

    SRISK = max(0, k * debt - (1 - k) * equity * (1 - LRMES))

    `required_ratio` is k, the prudent ratio of equity to assets; equity is at market value (Brownlees and Engle 2017,
    SRISK: a conditional capital shortfall measure of systemic risk, Review of Financial Studies 30). Parameter
    `crisis_capital_ratio`.
    """
    left = (1.0 - required_ratio) * (1.0 - loss_in_crisis) * market_equity_bn
    return np.maximum(required_ratio * debt_bn - left, 0.0)
