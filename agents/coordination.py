"""Coordination: it pays to join what others have joined, and each has a threshold of its own.

Where people join if access + J * (share that joined) > threshold, a market fills slowly, then fast, then slowly; with a
large J two outcomes are stable at the same access, and a passing advantage decides for good (Brock and Durlauf 2001).
"""

import numpy as np

from agents.arrays import Flags, Floats


def inclination(access: float, share_joined_gain: float, strength: float) -> float:
    """What draws those outside in, log odds: access + J * gain of the share that joined.

    J is the strength of coordination in log odds per unit of the share.
    """
    return access + strength * share_joined_gain


def ready_ratio(inclination_change: float, ready_share_2020: float) -> float:
    """Share of those outside whose threshold is passed, over that of 2020.

    share = 1 / (1 + exp(-(log odds of the share of 2020 + change of the inclination)))

    Thresholds have a logistic distribution. Parameter `ready_to_enter_2020`.
    """
    odds = ready_share_2020 / (1.0 - ready_share_2020) * float(np.exp(inclination_change))
    return odds / (1.0 + odds) / ready_share_2020


def joins(inclinations: Floats, thresholds: Floats) -> Flags:
    """Who joins, shape (n,): those whose inclination is above their threshold, both in log odds."""
    return np.asarray(inclinations > thresholds)
