"""Sizes and columns of the agents at the start."""

from typing import Any

import numpy as np

from agents.arrays import Floats, Integers, Keys
from agents.population import Population

NEIGHBOURS = 10
"""Agents of like size among which attributes are spread evenly."""


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


def joined_shares(shares: Floats, count: int) -> Floats:
    """Shares of `count` agents that stand for those of `shares`, shape (count,): sums or parts of neighbours.

    The cumulated shares are the same at every number of agents, so that the part that the largest tenth holds, say,
    does not depend on it.
    """
    if count == len(shares):
        return shares
    edges = np.arange(count + 1) / count
    cumulated = np.concatenate([[0.0], np.cumsum(shares)])
    return np.diff(np.interp(edges, np.arange(len(shares) + 1) / len(shares), cumulated))


def spread_evenly(uniform: Floats, jitter: Floats, order: Integers, neighbours: int = NEIGHBOURS) -> Floats:
    """Uniform numbers of which agents next to one another in `order` have one from each part of the range, shape (n,).

    A few large agents hold most of a total. With independent numbers chance would decide which part of the total has an
    attribute, and in a small population more so; among so many neighbours by size each part of the range occurs once.
    `uniform` decides who has which part, `jitter` the place in it. Both are independent and uniform.
    """
    count = len(order)
    block = np.arange(count) // neighbours
    within = np.lexsort((uniform[order], block))
    size = np.bincount(block)[block]
    part = np.empty(count)
    part[within] = np.arange(count) - block[within] * neighbours
    spread = np.empty(count)
    spread[order] = (part + jitter[order]) / size
    return spread


def filled(population: Population[Any], count: int, month: int) -> Keys:
    """Add agents with default columns; the keys of their draws, shape (count,)."""
    rows = population.add(count, month)
    return population.draw_keys[rows]


def written(population: Population[Any], count: int, **columns: Any) -> None:
    """Write columns of the agents that were added last."""
    for name, values in columns.items():
        population[name][..., -count:] = values
