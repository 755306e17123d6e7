"""Trade of allowances between emitters if the gain exceeds the cost of a trade."""

import numpy as np

from agents.arrays import Flags, Floats


def allowance_gap(own_gap: Floats, normal: Floats, persistence: float) -> Floats:
    """How far an emitter's cost of abatement lies from the others' this month, z-score, shape (n,).

    gap = persistence * own gap + sqrt(1 - persistence ** 2) * normal

    Above zero its abatement is costly and it would buy allowances, below zero it would sell. Parameter
    `allowance_gap_persistence`.
    """
    gap: Floats = persistence * own_gap + np.sqrt(1.0 - persistence**2) * normal
    return gap


def takes_part(emissions: Floats, gap: Floats, least_gain: float, cost_ratio: float) -> Flags:
    """Emitters for whom the gain from a trade exceeds its cost, shape (n,).

    emissions * gap ** 2 > least gain * cost of a trade / 2020

    With linear marginal costs of abatement the volume traded is proportional to emissions times the gap, and the gain
    to emissions times the gap squared. The cost is fixed per trade (Stavins 1995). Emissions
    are over their mean. Parameter `carbon_least_gain`; channel `carbon_trading_cost`.
    """
    worth: Flags = emissions * gap**2 > least_gain * cost_ratio
    return worth


def matched_trades(wanted: Floats) -> Floats:
    """Allowances bought (above zero) or sold by each emitter, shape (n,).

    The larger side of the market is rationed in proportion, so that purchases equal sales. No price is simulated.
    """
    bought = np.maximum(wanted, 0.0).sum()
    sold = -np.minimum(wanted, 0.0).sum()
    matched = min(bought, sold)
    if matched <= 0.0:
        return np.zeros_like(wanted)
    traded: Floats = np.where(wanted > 0.0, wanted * (matched / bought), wanted * (matched / sold))
    return traded
