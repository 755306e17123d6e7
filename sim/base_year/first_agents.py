"""Sizes and columns of the agents at the start."""

from typing import Any

import numpy as np

from agents.arrays import Floats, Keys
from agents.population import Population


def pareto_shares(count: int, tail: float, largest: float = 1.0) -> Floats:
    """Shares of `count` agents at the mid-quantiles of a Pareto law, largest first, adding to one. Shape (count,).

    No share exceeds `largest` (or the equal share, if that is more); the excess goes to the others in
    proportion.
    """
    shares = ((np.arange(count) + 0.5) / count) ** (-1.0 / tail)
    shares /= shares.sum()
    cap = max(largest, 1.0 / count)
    for _ in range(count):
        over = shares > cap
        if not over.any():
            break
        shares[over] = cap
        rest = ~over & (shares < cap)
        if not rest.any():
            return np.full(count, 1.0 / count)
        shares[rest] *= (1.0 - shares[~rest].sum()) / shares[rest].sum()
    return np.asarray(shares, dtype=np.float64)


def filled(population: Population[Any], count: int, month: int) -> Keys:
    """Add agents with default columns; the keys of their draws, shape (count,)."""
    rows = population.add(count, month)
    return population.draw_keys[rows]


def written(population: Population[Any], count: int, **columns: Any) -> None:
    """Write columns of the agents that were added last."""
    for name, values in columns.items():
        population[name][..., -count:] = values
