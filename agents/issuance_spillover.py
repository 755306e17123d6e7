"""Information spillovers of filings within an industry: recent ones attract further filings."""

import numpy as np

from agents.arrays import Floats

SLOW_MONTHS = 24.0
"""Memory of the usual number of filings in an industry."""


def remembered(before: Floats, now: Floats, memory_months: float) -> Floats:
    """Weighted mean of monthly counts in which the newest month has the weight 1 - exp(-1 / memory)."""
    weight = -np.expm1(-1.0 / memory_months)
    after: Floats = before + weight * (now - before)
    return after


def filing_signal(recent: Floats, usual: Floats, memory_months: float) -> Floats:
    """How far recent filings lie above the usual ones, standard deviations, same shape.

    z = (recent - usual) / sqrt(usual * w / (2 - w)),  w = 1 - exp(-1 / memory)

    The root is the standard deviation that independent filings would give a mean of this memory. Zero where nothing is
    usual. Counts are per month. Parameter `peer_memory`.
    """
    weight = -np.expm1(-1.0 / memory_months)
    spread = np.sqrt(usual * weight / (2.0 - weight))
    signal: Floats = np.divide(recent - usual, spread, out=np.zeros_like(recent), where=spread > 0.0)
    return signal


def spillover(signal: Floats, coefficient: float, bound: float) -> Floats:
    """Effect of recent filings of the industry on the utility of filing, log: coefficient * tanh(bound * signal).

    Source: information spillovers among offers (Lowry and Schwert); parameters `peer_coefficient_issuance`,
    `peer_bound`.
    """
    return coefficient * np.tanh(bound * signal)
