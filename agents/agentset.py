"""Ordered sets of agents held by index, with the full interface of a Mesa AgentSet.

Mesa's own AgentSet holds weak references, from which views made on demand would vanish at once. The sets here hold
unique ids instead; agents that have left the model drop out of them.
"""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Literal, Self

import mesa
import numpy as np
from mesa.agentset import AbstractAgentSet, GroupBy
from numpy.typing import NDArray

from agents.views import ArrayAgent

if TYPE_CHECKING:
    from agents.population import Population, PopulationModel

type Ids = NDArray[np.int64]


class IndexedAgentSet[A: mesa.Agent](AbstractAgentSet[A], Sequence[A]):  # type: ignore[misc]  # Mesa ships no types
    """Common base of populations, their subsets and the set of all agents of a model."""

    model: PopulationModel

    @abstractmethod
    def ordered_ids(self) -> Ids:
        """Return the unique ids (n,) of the agents in the order of the set."""

    @property
    def random(self) -> Random:
        """The model's seeded generator."""
        random: Random = self.model.random
        return random

    # Finding agents

    def _parts(self, attribute: str) -> list[tuple[Population[Any], NDArray[np.bool_], NDArray[np.intp]]] | None:
        """Return (population, which of the set are in it, their rows) if every agent has a column of this name."""
        ids = self.ordered_ids()
        parts = []
        found = 0
        for population in self.model.populations.values():
            rows = population.rows_of(ids)
            here = rows >= 0
            members = int(np.count_nonzero(here))
            if members:
                if not population.has_column(attribute):
                    return None
                parts.append((population, here, rows[here]))
                found += members
        return parts if parts and found == len(ids) else None

    def to_list(self) -> list[A]:
        """Return the agents as a list."""
        return self.model.resolve(self.ordered_ids())

    def __len__(self) -> int:
        return len(self.ordered_ids())

    def __iter__(self) -> Iterator[A]:
        return iter(self.to_list())

    def __contains__(self, agent: object) -> bool:
        if not isinstance(agent, mesa.Agent) or agent.model is not self.model or agent not in self.model.agents:
            return False
        return bool(np.any(self.ordered_ids() == agent.unique_id))

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, slice):
            return self.model.resolve(self.ordered_ids()[item])
        return self.model.resolve(self.ordered_ids()[operator.index(item)][np.newaxis])[0]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} agents>"

    # Reading and writing attributes

    def _column_values(self, attribute: str) -> NDArray[Any] | None:
        """Return a copy of a column (*shape, n) in the order of the set, or None if it is no column of all agents."""
        parts = self._parts(attribute)
        if parts is None:
            return None
        columns: list[NDArray[Any]] = [population[attribute][..., rows] for population, _, rows in parts]
        if len(columns) == 1:
            return columns[0]
        if len({(values.dtype, values.shape[:-1]) for values in columns}) > 1:
            return None
        merged = np.empty((*columns[0].shape[:-1], len(parts[0][1])), dtype=columns[0].dtype)
        for (_, here, _), values in zip(parts, columns, strict=True):
            merged[..., here] = values
        return merged

    def get(
        self,
        attr_names: str | list[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Return one attribute of each agent, or a list of several, in the order of the set.

        Parameters
        ----------
        attr_names
            Name of an attribute, or a list of names.
        handle_missing
            Treatment of agents without the attribute: "error" raises AttributeError, "default" fills in.
        default_value
            Value filled in.
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'")
        if not isinstance(attr_names, str):
            rows = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(row) for row in zip(*rows, strict=True)] if rows else [[] for _ in range(len(self))]
        values = self._column_values(attr_names)
        if values is not None:
            return _as_list(values)
        if handle_missing == "error":
            return [getattr(agent, attr_names) for agent in self]
        return [getattr(agent, attr_names, default_value) for agent in self]

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Return one or several functions of an attribute's values over the set.

        NumPy's functions, `min`, `max` and `len` read the column itself; any other function gets a list, as in Mesa.
        """
        values = self._column_values(attribute)
        several = not callable(func)
        functions: Iterable[Callable[..., Any]] = func if not callable(func) else [func]
        if values is None or values.ndim != 1:
            listed = self.get(attribute)
            results = [function(listed) for function in functions]
        else:
            results = [_aggregate(values, function) for function in functions]
        return results if several else results[0]

    def set(self, attr_name: str, value: Any) -> Self:
        """Give an attribute of every agent the same value."""
        parts = self._parts(attr_name)
        if parts is None:
            for agent in self:
                setattr(agent, attr_name, value)
        else:
            for population, _, rows in parts:
                population.write_rows(attr_name, rows, value)
        return self

    # Subsets

    def subset(self, ids: Ids) -> AgentSubset[A]:
        """Return the set of the agents with these unique ids, in this order."""
        return AgentSubset(self.model, ids)

    def copy(self) -> AgentSubset[A]:
        """Return a set of the same agents in the same order."""
        return self.subset(self.ordered_ids())

    def __copy__(self) -> AgentSubset[A]:
        return self.copy()

    def select(
        self,
        filter_func: Callable[[A], bool] | NDArray[np.bool_] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type[A] | None = None,
    ) -> Any:
        """Return the agents that pass a filter.

        Parameters
        ----------
        filter_func
            Function of an agent, or an array (n,) of booleans: by row for a population (such as `p["aum_bn"] > 5`), in
            the order of the set for every other set.
        at_most
            Largest number of agents if an integer, largest fraction of the set if a float up to 1.
        inplace
            Reduce this set instead of returning another one.
        agent_type
            Only agents of this class.
        """
        ids = self.ordered_ids()
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(ids) * at_most)
        limit = len(ids) if at_most >= len(ids) else int(np.ceil(max(at_most, 0)))
        if isinstance(filter_func, np.ndarray | list):
            ids = ids[self._ordered_mask(np.asarray(filter_func))]
            filter_func = None
        if filter_func is None and agent_type is None:
            chosen = ids[:limit]
        else:
            found: list[int] = []
            for agent in self.model.resolve(ids) if limit else ():
                if (not filter_func or filter_func(agent)) and (not agent_type or isinstance(agent, agent_type)):
                    found.append(agent.unique_id)
                    if len(found) >= limit:
                        break
            chosen = np.array(found, dtype=np.int64)
        return self._reduced(chosen) if inplace else self.subset(chosen)

    def _ordered_mask(self, mask: NDArray[Any]) -> NDArray[np.bool_]:
        """Return a mask in the order of the set."""
        if mask.dtype != np.bool_ or mask.shape != (len(self),):
            raise ValueError(f"a mask is an array of {len(self)} booleans, not {mask.dtype} {mask.shape}")
        return mask

    def groupby(self, by: Callable[[A], Any] | str, result_type: Literal["agentset", "list"] = "agentset") -> GroupBy:
        """Group the agents by an attribute or by the result of a function.

        Parameters
        ----------
        by
            Name of an attribute, or a function of an agent.
        result_type
            "agentset" for sets, "list" for lists of agents.
        """
        ids = self.ordered_ids()
        keys = [by(agent) for agent in self] if callable(by) else self.get(by)
        groups: dict[Any, list[int]] = defaultdict(list)
        for key, serial in zip(keys, ids.tolist(), strict=True):
            groups[key].append(serial)
        members = {key: np.array(group, dtype=np.int64) for key, group in groups.items()}
        if result_type == "agentset":
            return GroupBy({key: self.subset(group) for key, group in members.items()})
        return GroupBy({key: self.model.resolve(group) for key, group in members.items()})

    def shuffle(self, inplace: bool = False) -> Any:
        """Return the agents in random order, or put this set into it."""
        ids = self.ordered_ids().tolist()
        self.random.shuffle(ids)
        return self._arranged(np.array(ids, dtype=np.int64), inplace)

    def sort(self, key: Callable[[A], Any] | str, ascending: bool = False, inplace: bool = False) -> Any:
        """Return the agents ordered by an attribute or a function, largest first unless `ascending`."""
        ids = self.ordered_ids()
        values = [key(agent) for agent in self] if callable(key) else self.get(key)
        order = sorted(range(len(ids)), key=values.__getitem__, reverse=not ascending)
        return self._arranged(ids[np.array(order, dtype=np.int64)], inplace)

    def _arranged(self, ids: Ids, inplace: bool) -> Any:
        return self._reordered(ids) if inplace else self.subset(ids)

    @abstractmethod
    def _reordered(self, ids: Ids) -> Self:
        """Put this set into the order of these ids, which are all of its agents."""

    @abstractmethod
    def _reduced(self, ids: Ids) -> Self:
        """Keep only these agents in this set."""

    # The one private name of Mesa: AbstractAgentSet leaves it abstract, so no set can be made without it.
    def _update(self, agents: Iterable[A]) -> Self:
        return self._reduced(_ids_of(agents))

    def _from_iterable(self, agents: Iterable[A]) -> AgentSubset[A]:
        """Return a set of the agents; the hook through which Python's sets form unions and intersections."""
        return self.subset(_ids_of(agents))

    # Acting

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method (by name) or function on every agent that is still there when its turn comes."""
        self._call(self.to_list(), method, args, kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method or function on every agent in random order."""
        self._call(self.shuffle().to_list(), method, args, kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Call a method or function on every agent and return the results."""
        return self._call(self.to_list(), method, args, kwargs)

    def _call(
        self, agents: list[A], method: str | Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> list[Any]:
        results = []
        for agent in agents:
            if agent not in self.model.agents:
                continue
            if isinstance(method, str):
                results.append(getattr(agent, method)(*args, **kwargs))
            else:
                results.append(method(agent, *args, **kwargs))
        return results


class AgentSubset[A: mesa.Agent](IndexedAgentSet[A]):
    """Some agents of a model in an order of their own; agents that leave the model drop out.

    Parameters
    ----------
    model
        The model the agents live in.
    ids
        Their unique ids, each once.
    """

    def __init__(self, model: PopulationModel, ids: Ids) -> None:
        self.model = model
        self._ids = np.array(ids, dtype=np.int64)

    def ordered_ids(self) -> Ids:
        """Return the unique ids (n,) of the agents still there, in the order of the set."""
        alive = self.model.are_present(self._ids)
        if not alive.all():
            self._ids = self._ids[alive]
        return self._ids

    @property
    def unique_ids(self) -> Ids:
        """Unique ids (n,) in the order of the set; `population.rows_of` turns them into rows."""
        return self.ordered_ids().copy()

    def add(self, agent: A) -> None:
        """Add an agent of the same model at the end."""
        if agent not in self.model.agents:
            raise ValueError(f"{agent!r} is not in this set's model")
        if agent not in self:
            self._ids = np.append(self._ids, agent.unique_id)

    def discard(self, agent: A) -> None:
        """Take an agent out of the set if it is in it; the agent stays in the model."""
        if agent in self:
            self._ids = self._ids[self._ids != agent.unique_id]

    def remove(self, agent: A) -> None:
        """Take an agent out of the set, or raise KeyError; the agent stays in the model."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def _reordered(self, ids: Ids) -> Self:
        self._ids = ids
        return self

    def _reduced(self, ids: Ids) -> Self:
        self._ids = ids
        return self


class StandingAgentSet[A: mesa.Agent](IndexedAgentSet[A]):
    """A set with members determined by the model: only their order can be changed from outside."""

    def __init__(self) -> None:
        self._arrangement: Ids | None = None

    @abstractmethod
    def arrival_ids(self) -> Ids:
        """Return the unique ids of the members by arrival."""

    def ordered_ids(self) -> Ids:
        """Return the unique ids (n,): by arrival, or as last shuffled or sorted in place with newcomers at the end."""
        ids = self.arrival_ids()
        if self._arrangement is None:
            return ids
        kept = self._arrangement[np.isin(self._arrangement, ids)]
        return np.concatenate([kept, ids[~np.isin(ids, kept)]])

    def _reordered(self, ids: Ids) -> Self:
        self._arrangement = ids
        return self

    def _reduced(self, _ids: Ids) -> Self:
        raise TypeError(f"{self!r} holds exactly the living agents: select without inplace, or remove agents")


class AllAgents[A: mesa.Agent](StandingAgentSet[A]):
    """All agents of a model: those of its populations and the plain ones, by arrival."""

    def __init__(self, model: PopulationModel) -> None:
        super().__init__()
        self.model = model

    def arrival_ids(self) -> Ids:
        """Return the unique ids of all agents by arrival."""
        sources = [population.arrival_ids() for population in self.model.populations.values() if len(population)]
        if len(self.model.plain_agents):
            sources.append(np.array([agent.unique_id for agent in self.model.plain_agents], dtype=np.int64))
        if len(sources) == 1:
            return sources[0]
        return np.sort(np.concatenate(sources)) if sources else np.empty(0, dtype=np.int64)

    def __contains__(self, agent: object) -> bool:
        if isinstance(agent, ArrayAgent):
            return agent.model is self.model and agent in agent.population
        return agent in self.model.plain_agents

    def add(self, _agent: A) -> None:
        """Refuse: creating an agent, or `Population.add`, puts it into the model."""
        raise TypeError("create an agent, or use Population.add, to put it into the model")

    def discard(self, agent: A) -> None:
        """Make an agent leave the model if it is in it."""
        if agent in self:
            agent.remove()

    def remove(self, agent: A) -> None:
        """Make an agent leave the model, or raise KeyError."""
        if agent not in self:
            raise KeyError(agent)
        agent.remove()


def _ids_of(agents: Iterable[mesa.Agent]) -> Ids:
    """Return the agents' unique ids, each once."""
    return np.fromiter(dict.fromkeys(agent.unique_id for agent in agents), dtype=np.int64)


def _as_list(values: NDArray[Any]) -> list[Any]:
    """Return the attribute of each agent: plain numbers, or read-only arrays for vector columns."""
    if values.ndim == 1:
        return list(values.tolist())
    agents_first = np.ascontiguousarray(np.moveaxis(values, -1, 0))
    agents_first.flags.writeable = False
    return list(agents_first)


def _aggregate(values: NDArray[Any], function: Callable[..., Any]) -> Any:
    """Return function(values.tolist()), on the array itself where that gives the same."""
    if function is len:
        return len(values)
    if function in (min, max) and len(values) and not np.isnan(values).any():
        return (values.min() if function is min else values.max()).item()
    inner = function
    while isinstance(inner, partial):
        inner = inner.func
    if isinstance(inner, np.ufunc) or (getattr(inner, "__module__", None) or "").partition(".")[0] == "numpy":
        # The types a list of Python numbers would get, so that a float32 column is not summed in float32.
        kind = values.dtype.kind
        wide = {"f": np.float64, "i": np.int64}.get(kind)
        return function(values.astype(wide, copy=False) if wide else np.asarray(values.tolist()))
    return function(values.tolist())
