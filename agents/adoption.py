"""Adoption of financial technology by institutions, influenced by their neighbours."""

import numpy as np

from agents.arrays import Floats, Integers

NEIGHBOURS_IN_SECTOR = 4
"""Neighbours of an institution in its own sector."""
NEIGHBOURS_ANYWHERE = 2
"""Further neighbours, in any sector."""
NEIGHBOURS = NEIGHBOURS_IN_SECTOR + NEIGHBOURS_ANYWHERE


def drawn_neighbours(uniform: Floats, rows: Integers, sector: Integers, identity: Integers) -> Integers:
    """Rows of the neighbours of some institutions, -1 where there is none, shape (6, m).

    The degree is fixed: four in the own sector and two anywhere, each with equal probability, excluding the institution
    itself.

    Parameters
    ----------
    uniform
        Uniform numbers, shape (6, m).
    rows
        Those that draw, shape (m,).
    sector
        Sector of every institution, shape (n,).
    identity
        Unique number of every institution, shape (n,), so that results do not depend on the order of rows.
    """
    order = np.argsort(sector.astype(np.int64) * (int(identity.max()) + 1) + identity)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    size = np.bincount(sector)
    own = sector[rows]
    start = (np.cumsum(size) - size)[own]
    near = _others(uniform[:NEIGHBOURS_IN_SECTOR], size[own], place[rows] - start)
    anywhere = _others(uniform[NEIGHBOURS_IN_SECTOR:], np.full(len(rows), len(sector)), place[rows])
    places = np.concatenate([np.where(near >= 0, start + near, -1), anywhere])
    return np.where(places >= 0, order[places], -1)


def _others(uniform: Floats, size: Integers, own: Integers) -> Integers:
    """Places 0..size-1 with equal probability except the own one, -1 if there is no other."""
    pick = (uniform * (size - 1)).astype(np.int64)
    return np.where(size > 1, pick + (pick >= own), -1)


def neighbours_share(adopted: "np.ndarray", neighbour_rows: Integers) -> Floats:
    """Share of adopters among the neighbours that remain, zero if none remains, shape (m,).

    `adopted` is a flag of every institution, `neighbour_rows` (6, m) with -1 for those that are gone.
    """
    here = neighbour_rows >= 0
    users = (adopted[neighbour_rows] & here).sum(axis=0)
    return np.asarray(users / np.maximum(here.sum(axis=0), 1), dtype=np.float64)


def adoption_probability(
    neighbours: Floats,
    size: Floats,
    innovation: float,
    imitation: float,
    size_effect: float,
    supply_ratio: float,
    supply_elasticity: float,
    *,
    adoption_network: bool = True,
) -> Floats:
    """Monthly probability that an institution adopts, shape (m,).

    p = 1 - exp(-(innovation + imitation * share of neighbours) / 12
                * exp(size_effect * size) * supply ** supply_elasticity)

    Bass (1969) for each institution, with its own neighbours in place of the whole market. Rates are per year, size
    is a z-score of log assets, supply the number of local fintech firms over that of 2020. Without
    `adoption_network` the share of neighbours is omitted. Parameters `bass_innovation`, `bass_imitation`,
    `adoption_size_effect`, `adoption_supply_elasticity`.
    """
    rate = innovation + imitation * neighbours * adoption_network
    monthly = rate / 12.0 * np.exp(size_effect * size) * supply_ratio**supply_elasticity
    return np.asarray(-np.expm1(-monthly), dtype=np.float64)


def cost_of_adopters(adopted: "np.ndarray", cost_effect_percent: float) -> Floats:
    """Operating cost of institutions relative to that without the technology, shape (n,).

    ratio = 1 + cost_effect / 100 * adopted

    Studies disagree about the sign. Parameter `adoption_cost_effect`.
    """
    return 1.0 + cost_effect_percent / 100.0 * adopted
