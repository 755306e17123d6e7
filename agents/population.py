"""Populations: Mesa agents kept in arrays, one contiguous row of numbers per attribute.

Rules read and write whole columns (`investors["assets_usd_bn"]`); everything else in Mesa sees ordinary agents.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import mesa
import numpy as np
from mesa.experimental.data_collection import DataRegistry
from mesa.experimental.mesa_signals import ModelSignals
from numpy.typing import ArrayLike, NDArray

from agents.agentset import AgentSubset, AllAgents, Ids, IndexedAgentSet, StandingAgentSet
from agents.columns import Column, UnknownColumnError, column
from agents.draws import agent_key
from agents.views import BUILT_IN, ArrayAgent, DeadAgentError, view

__all__ = [
    "AgentSubset",
    "ArrayAgent",
    "Column",
    "DeadAgentError",
    "Population",
    "PopulationModel",
    "UnknownColumnError",
    "column",
]

type Rows = NDArray[np.intp]


class Population[A: ArrayAgent](StandingAgentSet[A]):
    """All agents of one class in one model, as a struct of arrays and as a Mesa agent set.

    Living agents fill the rows 0..n-1 without gaps; when some leave, the last rows move into their places. An agent's
    row may thus change, its `unique_id` never does. As a set (iteration, `get`, `select`, indexing) the population is
    ordered by arrival, like Mesa's; `rows_of` gives the rows.

    Parameters
    ----------
    model
        The model the agents live in; a model has at most one population of each class.
    agent_type
        The class that declares the columns.
    capacity
        Rows reserved at the start; doubles when they are full.
    poison_stale
        Debugging aid: births and deaths spoil the arrays handed out before them (NaN, or the largest number), so that
        a rule that kept one is found out.

    Raises
    ------
    TypeError, ValueError
        If the class has no columns of its own kind, or the model already has such a population.
    """

    def __init__(
        self, model: PopulationModel, agent_type: type[A], capacity: int = 1024, *, poison_stale: bool = False
    ) -> None:
        super().__init__()
        if not issubclass(agent_type, ArrayAgent):
            raise TypeError(f"{agent_type.__name__} is not an ArrayAgent")
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, not {capacity}")
        self.model = model
        self.agent_type = agent_type
        self.poison_stale = poison_stale
        self._count = 0
        self._next_ordinal: dict[tuple[int, int], int] = {}
        self._row_of = np.full(1, -1, dtype=np.intp)
        self._sorted_rows: Rows | None = None
        self._in_order = True
        self._blocks: list[NDArray[Any]] = []
        self._allocate(capacity)
        model.register_population(self)

    @property
    def _schema(self) -> Mapping[str, Column]:
        return self.agent_type.every_column

    # Storage: one block (numbers per agent, capacity) per dtype, of which the columns are slices

    def _allocate(self, capacity: int) -> None:
        """Make room for this many agents, keeping the living ones."""
        dtypes = list(dict.fromkeys(entry.dtype for entry in self._schema.values()))
        old = self._blocks
        self._blocks = []
        for index, dtype in enumerate(dtypes):
            size = sum(entry.size for entry in self._schema.values() if entry.dtype == dtype)
            block = np.empty((size, capacity), dtype=dtype)
            if old:
                block[:, : self._count] = old[index][:, : self._count]
            self._blocks.append(block)
        self._index_columns()

    def _index_columns(self) -> None:
        self._capacity = self._blocks[0].shape[1]
        self._buffers: dict[str, NDArray[Any]] = {}
        self._views: dict[str, NDArray[Any]] = {}  # of the living agents, until the next birth or death
        self._defaults: list[NDArray[Any]] = []
        for block in self._blocks:
            members = [entry for entry in self._schema.values() if entry.dtype == block.dtype]
            start = 0
            for entry in members:
                part = block[start : start + entry.size]
                self._buffers[entry.name] = part.reshape(*entry.shape, self._capacity)
                start += entry.size
            self._defaults.append(np.concatenate([np.repeat(entry.default, entry.size) for entry in members])[:, None])

    def __len__(self) -> int:
        return self._count

    def _live(self, name: str) -> NDArray[Any]:
        live = self._views.get(name)
        if live is None:
            live = self._views[name] = self._buffers[name][..., : self._count]
            if name in BUILT_IN:
                live.flags.writeable = False
        return live

    def has_column(self, name: str) -> bool:
        """Whether the agents have a column of this name."""
        return name in self._schema

    def __getitem__(self, item: Any) -> Any:
        """Return a column's live array (*shape, n) by name, or agents by their place in the set.

        An array follows every write, but must not be kept across births and deaths.

        Raises
        ------
        UnknownColumnError
            If the class declares no such column.
        """
        try:
            return self._views[item]  # the common case: a column that was read since the last birth or death
        except (KeyError, TypeError):
            if not isinstance(item, str):
                return super().__getitem__(item)
        if item not in self._schema:
            raise UnknownColumnError(self.agent_type, item, self._schema)
        return self._live(item)

    def __setitem__(self, name: str, value: ArrayLike) -> None:
        """Overwrite a column; one number, (*shape,) or (*shape, n)."""
        live = self[name]
        if isinstance(value, np.ndarray) and value.base is live.base and _same_memory(value, live):
            return  # an in-place operation such as p["x"] *= 2 hands the column back
        live[...] = self._schema[name].spread(value, self._count)

    @property
    def unique_ids(self) -> Ids:
        """Unique ids (n,) by row."""
        return self._live("unique_id")

    @property
    def draw_keys(self) -> NDArray[np.uint64]:
        """Keys of the agents' random draws, uint64 (n,) by row.

        A function of birth month and the agent's number among those of its class born in that month (and of its `kind`,
        if the class has a column of that name), never of `unique_id`: one more agent changes no other agent's draws.
        """
        return self._live("draw_key")

    # Births and deaths

    def add(self, count: int, birth_month: ArrayLike, **values: Any) -> Rows:
        """Let agents enter.

        Parameters
        ----------
        count
            How many.
        birth_month
            Month ordinal of their entry, one for all or (count,).
        **values
            Columns: one number for all, (*shape,) for all, or (*shape, count); the others get their defaults.

        Returns
        -------
        Their rows (count,), consecutive.

        Raises
        ------
        UnknownColumnError
            If the class declares no such column.
        ValueError, TypeError
            If an array has another length or a value does not fit its column. The population is then unchanged.
        """
        count = operator.index(count)
        if count < 0:
            raise ValueError(f"cannot add {count} agents")
        for name in values:
            if name not in self._schema or name in BUILT_IN:
                raise UnknownColumnError(self.agent_type, name, self.agent_type.columns)
        ready = {name: self._schema[name].spread(value, count) for name, value in values.items()}
        months = BUILT_IN["birth_month"].spread(birth_month, count)
        start, stop = self._count, self._count + count
        if stop > self._capacity:
            self._allocate(max(stop, 2 * self._capacity))
        elif self.poison_stale:
            self._poison()
        for block, defaults in zip(self._blocks, self._defaults, strict=True):
            block[:, start:stop] = defaults
        for name, value in ready.items():
            self._buffers[name][..., start:stop] = value
        first = self.model.agent_id_counter
        self.model.agent_id_counter += count
        self._buffers["unique_id"][start:stop] = np.arange(first, first + count)
        self._buffers["birth_month"][start:stop] = months
        self._buffers["draw_key"][start:stop] = self._new_draw_keys(start, stop)
        self._remember_rows(first + count)
        self._row_of[first : first + count] = np.arange(start, stop)
        self._count = stop
        self._views.clear()
        self._sorted_rows = None
        self._announce(ModelSignals.AGENT_ADDED, range(first, first + count))
        return np.arange(start, stop)

    def _new_draw_keys(self, start: int, stop: int) -> NDArray[np.uint64]:
        """Return the newcomers' keys, numbering them within their month and kind."""
        months = self._buffers["birth_month"][start:stop]
        if "kind" in self._schema and not self._schema["kind"].shape:
            kinds = self._buffers["kind"][start:stop].astype(np.int64)
        else:
            kinds = np.zeros_like(months)
        if len(months) and (months == months[0]).all() and (kinds == kinds[0]).all():
            ordinals = self._numbered(int(months[0]), int(kinds[0]), len(months))
        else:
            ordinals = np.empty(stop - start, dtype=np.int64)
            for month, kind in sorted(set(zip(months.tolist(), kinds.tolist(), strict=True))):
                cohort = np.flatnonzero((months == month) & (kinds == kind))
                ordinals[cohort] = self._numbered(month, kind, len(cohort))
        return agent_key(months, ordinals, _salt(self.agent_type.__name__) + kinds.astype(np.uint64))

    def _numbered(self, month: int, kind: int, count: int) -> NDArray[np.int64]:
        """Return the next numbers of a month's newcomers of a kind."""
        first = self._next_ordinal.get((month, kind), 0)
        self._next_ordinal[month, kind] = first + count
        return np.arange(first, first + count)

    def remove(self, which: Any) -> None:
        """Let agents leave.

        Parameters
        ----------
        which
            Rows (integers or a slice), a mask (n,) of booleans by row, an agent, or a set or list of agents.

        Raises
        ------
        IndexError, ValueError, TypeError
            If a row does not exist or a mask has another length.
        DeadAgentError
            If an agent has left already.
        """
        gone = self._rows_named(which)
        if not len(gone):
            return
        if self.poison_stale:
            self._poison()
        remaining = self._count - len(gone)
        holes = gone[gone < remaining]
        moves = np.ones(len(gone), dtype=np.bool_)
        moves[gone[gone >= remaining] - remaining] = False
        movers = remaining + np.flatnonzero(moves)
        ids = self._buffers["unique_id"]
        left = ids[gone]
        self._row_of[left] = -1
        if len(holes):
            self._row_of[ids[movers]] = holes
            for block in self._blocks:
                block[:, holes] = block[:, movers]
            self._in_order = False
        self._count = remaining
        self._views.clear()
        self._sorted_rows = None
        self._announce(ModelSignals.AGENT_REMOVED, left.tolist())

    def _rows_named(self, which: Any) -> Rows:
        """Return the rows (sorted, each once) that an argument of `remove` stands for."""
        if isinstance(which, ArrayAgent):
            which = [which]
        if isinstance(which, IndexedAgentSet):
            rows = self.rows_of(which.ordered_ids())
            if which.model is not self.model or np.any(rows < 0):
                raise ValueError(f"{which!r} holds agents that are not in this population")
            return np.unique(rows)
        if isinstance(which, slice):
            return np.arange(self._count)[which]
        if isinstance(which, Iterable) and not isinstance(which, np.ndarray):
            which = list(which)
            if which and isinstance(which[0], ArrayAgent):
                return np.unique(np.array([self._row_of_agent(agent) for agent in which], dtype=np.intp))
        chosen = np.asarray(which)
        if chosen.dtype == np.bool_:
            if chosen.shape != (self._count,):
                raise ValueError(f"a mask is an array of {self._count} booleans, not of shape {chosen.shape}")
            return np.flatnonzero(chosen)
        if not chosen.size:
            return np.empty(0, dtype=np.intp)
        if chosen.dtype.kind not in "iu":
            raise TypeError(f"agents are removed by row numbers or a mask, not {chosen.dtype}")
        rows = np.unique(np.atleast_1d(chosen))
        if rows[0] < 0 or rows[-1] >= self._count:
            raise IndexError(f"row {rows[0] if rows[0] < 0 else rows[-1]} is outside 0..{self._count - 1}")
        return rows

    def _remember_rows(self, stop: int) -> None:
        """Make room in the index from serial number to row for all numbers below this one."""
        if stop >= len(self._row_of):
            grown = np.full(max(stop + 1, 2 * len(self._row_of), self._capacity), -1, dtype=np.intp)
            grown[: len(self._row_of)] = self._row_of
            self._row_of = grown

    def _poison(self) -> None:
        stale = self._blocks
        self._blocks = [block.copy() for block in stale]
        self._index_columns()
        for block in stale:
            block.fill(np.nan if block.dtype.kind == "f" else np.array(-1).astype(block.dtype))

    def _announce(self, signal: ModelSignals, serials: Iterable[int]) -> None:
        if ("agents", signal) in self.model.subscribers:
            for serial in serials:
                self.model.notify("agents", signal, args=(view(self.agent_type, self, serial),))

    # From agents to rows

    def rows_of(self, unique_ids: ArrayLike) -> Rows:
        """Return the rows of agents by unique id, -1 for those that are not (or no longer) in this population."""
        # The first and the last entry of the index are never an agent's, so ids out of range find -1 there.
        return self._row_of.take(np.asarray(unique_ids, dtype=np.int64), mode="clip")

    def _row_of_agent(self, agent: ArrayAgent) -> int:
        if agent.population is not self:
            raise ValueError(f"{agent!r} is not in this population")
        return self._living_row(agent.serial)

    def _living_row(self, serial: int) -> int:
        row = int(self._row_of[serial])
        if row < 0:
            raise DeadAgentError(f"{self.agent_type.__name__} {serial} has left the model")
        return row

    def read(self, serial: int, entry: Column) -> Any:
        """Return one agent's value of a column: a Python number, or a read-only copy (*shape,)."""
        row = self._living_row(serial)
        if not entry.shape:
            return self._buffers[entry.name].item(row)
        value = self._buffers[entry.name][..., row].copy()
        value.flags.writeable = False
        return value

    def write(self, serial: int, entry: Column, value: Any) -> None:
        """Set one agent's value of a column."""
        row = self._living_row(serial)
        if type(value) is float and entry.dtype == np.float64 and not entry.shape:
            self._buffers[entry.name][row] = value  # the common case, without the cost of the checks
        else:
            self._buffers[entry.name][..., row] = _one_value(entry, value)

    def write_rows(self, name: str, rows: Rows, value: Any) -> None:
        """Set a column of several agents to the same value."""
        if name in BUILT_IN:
            raise AttributeError(f"{name!r} of an agent cannot be changed")
        entry = self._schema[name]
        self._buffers[name][..., rows] = _one_value(entry, value)[..., np.newaxis]

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, ArrayAgent) and agent.population is self and bool(self._row_of[agent.serial] >= 0)

    # The set

    def arrival_rows(self) -> Rows | None:
        """Return the rows (n,) by arrival, or None if that is 0..n-1."""
        if self._in_order:
            return None
        if self._sorted_rows is None:
            self._sorted_rows = np.argsort(self.unique_ids, kind="stable")
        return self._sorted_rows

    def arrival_ids(self) -> Ids:
        """Return the unique ids (n,) by arrival."""
        rows = self.arrival_rows()
        return self.unique_ids if rows is None else self.unique_ids[rows]

    def _column_values(self, attribute: str) -> NDArray[Any] | None:
        if attribute not in self._schema:
            return None
        if self._arrangement is not None:
            return np.take(self._live(attribute), self.rows_of(self.ordered_ids()), axis=-1)
        rows = self.arrival_rows()
        return self._live(attribute).copy() if rows is None else np.take(self._live(attribute), rows, axis=-1)

    def _ordered_mask(self, mask: NDArray[Any]) -> NDArray[np.bool_]:
        return super()._ordered_mask(mask)[self.rows_of(self.ordered_ids())]

    def discard(self, agent: A) -> None:
        """Let an agent leave if it is in the population."""
        if agent in self:
            self.remove(agent)

    # Copies

    def __deepcopy__(self, memo: dict[int, Any]) -> Population[A]:
        twin = object.__new__(type(self))
        memo[id(self)] = twin
        state = {name: value for name, value in vars(self).items() if name not in _ARRAYS}
        twin.__dict__.update(copy.deepcopy(state, memo))
        twin._blocks = []
        for block in self._blocks:
            # Only living rows are copied; the reserve is memory that is not touched until it is used.
            fresh = np.empty_like(block)
            fresh[:, : self._count] = block[:, : self._count]
            twin._blocks.append(fresh)
        twin._row_of = self._row_of.copy()
        twin._sorted_rows = None
        twin._index_columns()
        return twin

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in vars(self).items() if name not in _ARRAYS}
        return state | {"_living": [np.ascontiguousarray(block[:, : self._count]) for block in self._blocks]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        self._blocks = []
        for living in state.pop("_living"):
            block = np.empty((len(living), state["_capacity"]), dtype=living.dtype)
            block[:, : state["_count"]] = living
            self._blocks.append(block)
        self.__dict__.update(state)
        self._sorted_rows = None
        self._index_columns()
        self._row_of = np.full(1, -1, dtype=np.intp)
        ids = self.unique_ids
        self._remember_rows(int(ids.max(initial=0)) + 1)
        self._row_of[ids] = np.arange(self._count)


_ARRAYS = frozenset({"_blocks", "_buffers", "_defaults", "_row_of", "_sorted_rows", "_views"})


@cache
def _salt(name: str) -> NDArray[np.uint64]:
    """Return the part of a draw key that separates the agents of one class from those of others."""
    return agent_key(0, 0, name)


def _one_value(entry: Column, value: Any) -> NDArray[Any]:
    """Return one agent's value of a column, checked."""
    values = entry.cast(value)
    if values.shape not in ((), entry.shape):
        raise ValueError(f"column {entry.name!r}: got an array of shape {values.shape}, wanted {entry.shape}")
    return np.broadcast_to(values, entry.shape)


def _same_memory(first: NDArray[Any], second: NDArray[Any]) -> bool:
    return (
        first.shape == second.shape
        and first.strides == second.strides
        and first.__array_interface__["data"] == second.__array_interface__["data"]
    )


class PopulationModel(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """A Mesa model whose agents may live in populations, beside plain Mesa agents."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.populations: dict[type[ArrayAgent], Population[Any]] = {}
        self._everyone: AllAgents[Any] = AllAgents(self)
        self.data_registry = _DataRegistry()

    def register_population(self, population: Population[Any]) -> None:
        """Make a population part of the model; `Population` does this itself.

        Raises
        ------
        ValueError
            If the model already has a population of this class.
        """
        if population.agent_type in self.populations:
            raise ValueError(f"the model already has a population of {population.agent_type.__name__}")
        self.populations[population.agent_type] = population

    @property
    def agents(self) -> AllAgents[Any]:
        """All agents, of populations and plain, by arrival."""
        return self._everyone

    @property
    def plain_agents(self) -> Any:
        """The agents that live in no population, as Mesa's own set."""
        return super().agents

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], Any]:
        """The set of agents of each class: a population, or Mesa's own set for plain agents."""
        return {**self.populations, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type[mesa.Agent]]:
        """The classes of agents in the model."""
        return list(self.agents_by_type)

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Take an agent out of the model; agents call this when they are removed."""
        if isinstance(agent, ArrayAgent):
            agent.population.remove(agent)
        else:
            super().deregister_agent(agent)

    def remove_all_agents(self) -> None:
        """Empty the model."""
        for population in self.populations.values():
            if population.agent_type.remove is ArrayAgent.remove:
                population.remove(slice(None))
            else:
                for agent in population.to_list():
                    agent.remove()
        super().remove_all_agents()

    def are_present(self, unique_ids: Ids) -> NDArray[np.bool_]:
        """Return which of these agents (n,) are in the model."""
        present = np.zeros(len(unique_ids), dtype=np.bool_)
        for population in self.populations.values():
            present |= population.rows_of(unique_ids) >= 0
        if not present.all() and len(self.plain_agents):
            present |= np.isin(unique_ids, [agent.unique_id for agent in self.plain_agents])
        return present

    def resolve(self, unique_ids: Ids) -> list[Any]:
        """Return the agents with these unique ids, in this order."""
        homes: list[Population[Any] | None] = [None] * len(unique_ids)
        for population in self.populations.values():
            here = population.rows_of(unique_ids) >= 0
            if here.all():
                agent_type = population.agent_type
                return [view(agent_type, population, serial) for serial in unique_ids.tolist()]
            for index in np.flatnonzero(here).tolist():
                homes[index] = population
        plain = {agent.unique_id: agent for agent in self.plain_agents}
        return [
            plain[serial] if home is None else view(home.agent_type, home, serial)
            for home, serial in zip(homes, unique_ids.tolist(), strict=True)
        ]


class _DataRegistry(DataRegistry):  # type: ignore[misc]  # Mesa ships no types
    """Mesa's registry of data sets, without the one that would overwrite columns on the class."""

    def track_agents_numpy(self, agent_type: type[mesa.Agent], *args: Any, **kwargs: Any) -> Any:
        if issubclass(agent_type, ArrayAgent):
            raise TypeError(f"{agent_type.__name__} is kept in arrays already: read population['column']")
        return super().track_agents_numpy(agent_type, *args, **kwargs)
