"""Fire sales: institutions that return to their leverage sell assets that others hold too."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.arrays import Floats
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from sim.stress.checked import checked_vector


@dataclass(frozen=True)
class FireSales:
    """Losses by a fall of prices and by the sales that follow. Amounts in the unit of the holdings."""

    direct_loss: Floats
    """Loss of each institution by the shock itself, shape (n,)."""
    sold: Floats
    """Sales of each asset, shape (k,)."""
    price_fall: Floats
    """Fall of each price by the sales, share, shape (k,)."""
    induced_loss: Floats
    """Loss of each institution by the sales of all, on what it still holds, shape (n,)."""
    vulnerability: float
    """Aggregate vulnerability: the induced losses of all over the equity of all."""


def fire_sales(holdings: Any, equity: Any, shock: Any, depth: Any) -> FireSales:
    """One round of deleveraging after a fall of asset prices.

    direct loss_i = sum_k holdings[i, k] * shock_k
    sales_i = min(what it still holds, leverage_i * direct loss_i),  leverage_i = (holdings_i - equity_i) / equity_i,
    spread over assets as they are held
    price fall_k = 1 - exp(-sales_k / depth_k)

    Selling leverage times the loss repays the debt that brings leverage back to where it was. For sales that are small
    against depth the fall is sales over depth, the linear impact of the source; the exponential form keeps prices
    positive.

    Parameters
    ----------
    holdings
        Amount of asset k that institution i holds, shape (n, k).
    equity
        Equity, shape (n,). An institution whose equity the shock wipes out, or that has none, sells all it has.
    shock
        Fall of each price, share from 0 to 1, shape (k,).
    depth
        Sales that let the price fall by 1 - 1/e, shape (k,), above 0.

    Raises
    ------
    scenarios.InputError
        If an array has another shape or holds what cannot be.

    References
    ----------
    Greenwood, R., Landier, A. and Thesmar, D. (2015), Vulnerable banks, Journal of Financial Economics 115.
    """
    held = np.asarray(holdings, dtype=np.float64)
    own = checked_vector(equity, "equity")
    fall = checked_vector(shock, "shock", high=1.0)
    if held.shape != (len(own), len(fall)):
        raise InputError(
            coded("array.shape", shape=held.shape),
            key="holdings",
            value=held.shape,
            allowed=coded("allowed.matrix", rows=len(own), columns=len(fall)),
        )
    checked_vector(held.ravel(), "holdings")
    room = checked_vector(depth, "depth", len(fall), low=np.finfo(float).tiny)
    assets = held.sum(axis=1)
    direct = (held * fall).sum(axis=1)
    left = held * (1.0 - fall)
    remaining = left.sum(axis=1)
    survives = own > direct
    leverage = np.divide(np.maximum(assets - own, 0.0), own, out=np.zeros_like(own), where=own > 0.0)
    sales = np.minimum(remaining, np.where(survives | (direct == 0.0), leverage * direct, remaining))
    part = np.divide(sales, remaining, out=np.zeros_like(sales), where=remaining > 0.0)
    sold = (left * part[:, None]).sum(axis=0)
    price_fall = -np.expm1(-sold / room)
    induced = (left * (1.0 - part[:, None]) * price_fall).sum(axis=1)
    total = float(own.sum())
    return FireSales(direct, sold, price_fall, induced, float(induced.sum()) / total if total > 0.0 else 0.0)
