"""Agents made alike within their classes: what is left of a result when nobody differs from his like."""

from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.arrays import Floats, Integers
from agents.institutions import FinancialInstitution
from agents.issuers import Issuer
from agents.population import ArrayAgent, Population
from sim.evidence.likeness import LIKENESS, Likeness

if TYPE_CHECKING:
    from sim.model import FinancialCenter


class Alike(Enum):
    """How far agents of one class are alike."""

    NOT = "as they are"
    BUT_FOR_SIZE = "alike but for size"
    IN_SIZE_TOO = "alike in size too"


OWN_SHOCKS = ("own_return_spread", "investor_view_spread", "client_flow_spread", "leverage_own_noise")
"""Parameters of shocks that each agent has for itself and that last."""
HALF = 0.5


def make_alike(centre: "FinancialCenter", how: Alike) -> None:
    """Give all agents of a class the same states, at the end of a month; totals of the class stay.

    What is equal and what is kept stands in `sim.evidence.likeness`. Own shocks that last are switched off. Choices of
    the next month are drawn for each agent, so that agents differ again after it.
    """
    if how is Alike.NOT:
        return
    still: dict[str, Any] = dict.fromkeys(OWN_SHOCKS, 0.0)
    if any(centre.parameters[name] for name in still):
        centre.parameters = centre.parameters.replace(**still)
    institutions, issuers = centre.institutions, centre.issuers
    for population in (institutions, centre.investors, centre.equity_investors, centre.fintech, issuers):
        equalise(population, LIKENESS[population.agent_type], sizes_too=how is Alike.IN_SIZE_TOO)
    _know_house_banks(issuers, institutions)


def run_alike(centre: "FinancialCenter", how: Alike) -> None:
    """Step to the scenario's last month, with agents made alike before each month."""
    while centre.month < centre.last_month:
        make_alike(centre, how)
        centre.step()


def classes(population: Population[Any], likeness: Likeness) -> Integers:
    """Number of the class of each agent, shape (n,)."""
    keys = [population[name].astype(np.int64) for name in likeness.of_class]
    keys += [(population[name] != 0.0).astype(np.int64) for name in likeness.split_by]
    found = np.unique(np.stack(keys), axis=1, return_inverse=True)[1]
    return np.asarray(found, dtype=np.int64).reshape(-1)


def sizes(population: Population[Any], likeness: Likeness) -> Floats:
    """Size of each agent, shape (n,)."""
    column = population[likeness.size]
    if likeness.log_size:
        return np.asarray(np.exp(column))
    return np.asarray(np.maximum(column.reshape(-1, column.shape[-1]).sum(axis=0), 0.0))


def equalise[A: ArrayAgent](population: Population[A], likeness: Likeness, *, sizes_too: bool) -> None:
    """Make all agents of a class equal in all states that `likeness` does not keep."""
    if not len(population):
        return
    cell, size = classes(population, likeness), sizes(population, likeness)
    wanted = size * np.exp(population[likeness.logs[0]]) if likeness.logs else size
    for name in likeness.means:
        population[name][...] = _mean(population[name], cell, wanted)
    for name in likeness.logs:
        # Each log after the first is added to those before it: what all of them together want stays.
        weight = size if name == likeness.logs[0] else wanted
        population[name][:] = np.log(_mean(np.exp(population[name]), cell, weight))
    for name in likeness.log_odds:
        share = _mean(1.0 / (1.0 + np.exp(-population[name])), cell, size)
        population[name][:] = np.log(share / (1.0 - share))
    for name in likeness.counts:
        population[name][:] = np.rint(_mean(population[name].astype(np.float64), cell, np.ones(len(cell))))
    for name in likeness.partners:
        population[name][:] = _usual_partner(population[name], cell)
    for name in likeness.ages:
        born = population["birth_month"] / 12.0
        population[name][:] = _mean(population[name] - born, cell, np.ones(len(cell))) + born
    if sizes_too:
        size = _mean(size, cell, np.ones(len(cell)))
        for name in likeness.of_size:
            population[name][:] = np.rint(_mean(population[name].astype(np.float64), cell, np.ones(len(cell))))
    for name in likeness.amounts:
        population[name][...] = _dealt_out(population[name], cell, size)
    if likeness.log_size:
        population[likeness.size][:] = np.log(size)
    else:
        population[likeness.size][...] = _dealt_out(population[likeness.size], cell, size)


def _sums(values: Floats, cell: Integers) -> Floats:
    """Sum of each class over the last axis, as the agents' own, same shape."""
    order = np.argsort(cell, kind="stable")
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    return np.asarray(np.add.reduceat(values[..., order], starts, axis=-1)[..., cell])


def _mean(values: Floats, cell: Integers, weight: Floats) -> Floats:
    """Weighted mean of each class as the agents' own; the plain mean where nobody has weight."""
    total = _sums(weight, cell)
    weight = np.where(total > 0.0, weight, 1.0)
    return np.asarray(_sums(values * weight, cell) / _sums(weight, cell))


def _dealt_out(values: Floats, cell: Integers, size: Floats) -> Floats:
    """Sum of each class dealt out in proportion to size; in equal parts where nobody has a size."""
    total = _sums(size, cell)
    size = np.where(total > 0.0, size, 1.0)
    return np.asarray(_sums(values, cell) * (size / _sums(size, cell)))


def _usual_partner(ids: Integers, cell: Integers) -> Integers:
    """Most frequent partner of each class, the smallest id among equals; -1 where most of the class has none."""
    has = _mean((ids >= 0).astype(np.float64), cell, np.ones(len(cell))) >= HALF
    pairs, count = np.unique(np.stack([cell, ids]), axis=1, return_counts=True)
    there = pairs[1] >= 0
    of_class, partner, count = pairs[0][there], pairs[1][there], count[there]
    best = np.lexsort((partner, -count, of_class))
    first = best[np.flatnonzero(np.diff(of_class[best], prepend=-1))]
    usual = np.full(int(cell.max()) + 1, -1)
    usual[of_class[first]] = partner[first]
    return np.where(has, usual[cell], -1)


def _know_house_banks(issuers: Population[Issuer], institutions: Population[FinancialInstitution]) -> None:
    """Set the usual capital of the new house banks such that their effect on loans stays that of the class."""
    rows = institutions.rows_of(issuers["house_bank"])
    there, rows = np.flatnonzero(rows >= 0), rows[rows >= 0]
    ratio = institutions["equity_bn"][rows] / institutions["assets_bn"][rows]
    issuers["house_bank_usual"][there] = ratio / np.exp(issuers["house_bank_capital"][there])
