"""Authorities that answer markets: regimes of curbs which begin and end at rates that depend on what markets do."""

from enum import IntEnum

import numpy as np

from agents.arrays import Flags, Floats


class Curb(IntEnum):
    """What an authority stops or limits for a time."""

    LISTINGS = 0
    """No new listing is approved."""
    FUTURES = 1
    """Margins are raised and positions limited in financial futures."""
    LEVERAGE = 2
    """A campaign against leverage: supervision is tighter than its rules."""
    OUTFLOWS = 3
    """Sales by foreign investors are held back."""


def drawdown(index: Floats) -> float:
    """Fall of an index from its highest value in a window to its last, log points, zero or more.

    drawdown = ln(max of the window / last value)
    """
    return float(np.log(index.max() / index[-1]))


def outflow_speed(net_purchases_bn: float, holdings_bn: float) -> float:
    """Net sales by foreigners in a month over what they held before, share a month; zero if they bought.

    speed = max(0, -net purchases) / (holdings - net purchases)
    """
    sold = max(0.0, -net_purchases_bn)
    return sold / (holdings_bn + sold) if sold > 0.0 else 0.0


def curb_probability(hazard: Floats, slope: Floats, signal: Floats) -> Floats:
    """Probability that each curb begins in a month in which it is not in force, shape (4,).

    P = 1 - exp(-hazard * exp(slope * signal))

    Hazards a month at a signal of zero. A Markov chain of two regimes whose rate of entry depends on a covariate
    (Hamilton 1989; Diebold, Lee and Weinbach 1994). Parameters `curb_hazard`, `curb_slope`.
    """
    return -np.expm1(-hazard * np.exp(slope * signal))


def release_probability(months: Floats) -> Floats:
    """Probability that each curb in force ends in a month, shape (4,), for durations with the mean `months`.

    P = 1 / max(1, months)

    Durations are geometric: how long a curb has lasted says nothing about how long it will. Parameter `curb_months`.
    """
    return 1.0 / np.maximum(months, 1.0)


def next_curbs(in_force: Flags, begins: Floats, ends: Floats, uniform: Floats) -> Flags:
    """Which curbs are in force next, shape (4,), from one uniform number each.

    One that is not in force begins with probability `begins`; one that is stays with probability 1 - `ends`.
    """
    return np.where(in_force, uniform >= ends, uniform < begins)
