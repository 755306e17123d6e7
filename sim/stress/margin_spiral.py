"""Margin spirals: a fall of prices raises the margin on repo, and what must be sold lowers prices further."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.arrays import Floats
from sim.stress.checked import checked_number, checked_vector

PRECISION = 1e-12
"""Further fall of the price below which a round counts as the last."""
MOST_ROUNDS = 100_000


@dataclass(frozen=True)
class MarginSpiral:
    """Prices and holdings after the spiral."""

    price_fall: float
    """Fall of the price by the sales, share of the price before, 0 to 1."""
    margin: float
    """Margin at that price, share of the price before."""
    bonds: Floats
    """What each institution still holds at the price before, shape (n,)."""
    rounds: int
    """Rounds of sales."""


def margin_spiral(
    bonds: Any,
    equity: Any,
    loss: Any,
    margin: float,
    margin_slope: float,
    depth: float,
) -> MarginSpiral:
    """Sales of bonds financed by repo after a loss of capital, and the fall of the price.

    capital_i = equity_i - loss_i - bonds_i * fall
    margin = least of 1 and margin + margin slope * fall
    bonds_i' = min(bonds_i, capital_i / margin),  none without capital
    fall = least of 1 and sum of sales / depth

    Two feedbacks meet: the lower price takes capital from all who hold the bond (loss spiral), and lenders who fear
    volatile prices ask for more margin (margin spiral). For one holder whose margin binds and a small loss

    fall = loss / (margin * depth - (1 + margin slope) * bonds)

    as in the source. Where that denominator is not positive the market is fragile: the smallest loss moves the price
    far. The spiral begins at the price before, so that the smallest fall is found.

    Parameters
    ----------
    bonds
        Bonds held at the price before, shape (n,).
    equity
        Capital of the holders, shape (n,), in the same unit; what it exceeds margins by is a cushion.
    loss
        Capital lost at the start, shape (n,).
    margin
        Part of the price that the holder pays of its own, above 0 and up to 1: the haircut of repo.
    margin_slope
        Rise of the margin for a fall of the price by all of it, 0 or more; 0 leaves the loss spiral alone.
    depth
        Sales that would move the price by all of it, above 0, in the unit of the bonds.

    Raises
    ------
    scenarios.InputError
        If an argument has another shape or lies outside its range.

    References
    ----------
    Brunnermeier, M. and Pedersen, L. (2009), Market liquidity and funding liquidity, Review of Financial Studies 22,
    proposition 5.
    """
    held = checked_vector(bonds, "bonds")
    own = checked_vector(equity, "equity", len(held))
    lost = checked_vector(loss, "loss", len(held))
    least = float(np.finfo(float).tiny)
    at_first = checked_number(margin, "margin", least, 1.0)
    slope = checked_number(margin_slope, "margin_slope")
    room = checked_number(depth, "depth", least)
    fall, rounds, kept, asked = 0.0, 0, held, at_first
    while rounds < MOST_ROUNDS:
        asked = min(1.0, at_first + slope * fall)
        kept = np.clip((own - lost - held * fall) / asked, 0.0, held)
        further = min(1.0, float((held - kept).sum()) / room)
        if further - fall <= PRECISION:
            break
        fall, rounds = further, rounds + 1
    return MarginSpiral(fall, asked, kept, rounds)
