"""Views: Mesa agents made on demand from the rows of a population."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import mesa

from agents.columns import Column, UnknownColumnError, column

if TYPE_CHECKING:
    from agents.population import Population, PopulationModel


class DeadAgentError(LookupError):
    """The state of an agent that has left its population was read."""


_unique_id = column("i8", unit="number", doc="Unique in the model, never used again")
_unique_id.name = "unique_id"


class ArrayAgent(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """Base class of agents whose attributes are columns of a `Population`.

    `columns` maps the names of the declared columns to their declarations, `every_column` those of all.

    An instance is a light view of two slots: the population and the agent's serial number (its `unique_id`). Views of
    the same agent are equal, survive births and deaths of others, and raise `DeadAgentError` once the agent has left.
    """

    __slots__ = ("population", "serial")

    population: Population[Any]
    serial: int

    columns: ClassVar[Mapping[str, Column]] = MappingProxyType({})
    every_column: ClassVar[Mapping[str, Column]]

    birth_month = column("i8", unit="month ordinal", doc="Month in which the agent entered")
    draw_key = column("u8", unit="key", doc="Key of the agent's random draws")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declared = {name: entry for name, entry in vars(cls).items() if isinstance(entry, Column)}
        for name in declared:
            if name.startswith("_") or (hasattr(ArrayAgent, name) and name != "pos"):
                raise TypeError(f"{cls.__name__} cannot declare a column {name!r}: the name is taken by every agent")
        cls.columns = MappingProxyType({**cls.columns, **declared})
        cls.every_column = MappingProxyType({**BUILT_IN, **cls.columns})

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        raise TypeError(f"{type(self).__name__} lives in arrays: Population.add(count, birth_month, ...) creates it")

    @property
    def model(self) -> PopulationModel:
        """The model the agent lives in."""
        return self.population.model

    @property
    def unique_id(self) -> int:
        """Number of the agent, unique in the model and never used again; readable after the agent has left."""
        return self.serial

    @property
    def pos(self) -> None:
        """No place in a Mesa space, unless the class declares a column of this name."""
        return

    def remove(self) -> None:
        """Leave the model; as with plain Mesa agents nothing happens if the agent has left already."""
        if self in self.population:
            self.population.remove(self)

    def __setattr__(self, name: str, value: Any) -> None:
        entry = getattr(type(self), name, None)
        if name in _READ_ONLY:
            raise AttributeError(f"{name!r} of an agent cannot be changed")
        if not hasattr(entry, "__set__"):
            raise AttributeError(str(UnknownColumnError(type(self), name, self.columns)))
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ArrayAgent) and self.serial == other.serial and self.population is other.population

    def __hash__(self) -> int:
        return hash(self.serial)

    def __reduce__(self) -> tuple[Any, ...]:
        return view, (type(self), self.population, self.serial)

    def __repr__(self) -> str:
        state = "" if self in self.population else " (has left)"
        return f"<{type(self).__name__} {self.serial}{state}>"


# Columns of every population, kept by it and read-only elsewhere.
BUILT_IN: Mapping[str, Column] = MappingProxyType(
    {"unique_id": _unique_id, "birth_month": ArrayAgent.birth_month, "draw_key": ArrayAgent.draw_key}
)
ArrayAgent.every_column = BUILT_IN
_READ_ONLY = frozenset({"population", "serial", "model", *BUILT_IN})
_set_population = vars(ArrayAgent)["population"].__set__
_set_serial = vars(ArrayAgent)["serial"].__set__


def view[A: ArrayAgent](agent_type: type[A], population: Population[A], serial: int) -> A:
    """Return a view of the agent with this serial number."""
    agent = object.__new__(agent_type)
    _set_population(agent, population)
    _set_serial(agent, serial)
    return agent
