"""Columns: the attributes of array-backed agents, declared once on the class with unit and meaning."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

if TYPE_CHECKING:
    from agents.views import ArrayAgent


FORMER_COLUMNS = {"luck": "draw_key"}
"""Columns by their former names."""


class UnknownColumnError(KeyError):
    """A column that the class of agents does not declare."""

    def __init__(self, agent_type: type, name: object, known: Iterable[str]) -> None:
        known = sorted(known)
        near = (
            [FORMER_COLUMNS[str(name)]] if name in FORMER_COLUMNS else difflib.get_close_matches(str(name), known, n=1)
        )
        hint = f"did you mean {near[0]!r}?" if near else f"its columns are {', '.join(known)}"
        self.message = f"{agent_type.__name__} has no column {name!r}; {hint}"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class Column:
    """One attribute of a class of array-backed agents; made by `column`.

    Read on an agent it gives a plain Python number, or a read-only copy for a vector column; assigning writes into the
    population's array.

    Attributes
    ----------
    name, dtype, unit, doc, default, shape
        As declared; `shape` is () for one number per agent.
    """

    def __init__(self, dtype: DTypeLike, *, unit: str, doc: str, default: Any = 0, shape: tuple[int, ...] = ()) -> None:
        self.name = ""
        self.dtype = np.dtype(dtype)
        if self.dtype.kind not in "biuf":
            raise TypeError(f"a column holds booleans, integers or floats, not {self.dtype}")
        self.unit = unit
        self.doc = doc
        self.shape = tuple(shape)
        self.default = self.cast(default, "the default of a column")
        if self.default.ndim:
            raise ValueError("the default of a column is one number")

    @property
    def size(self) -> int:
        """Numbers held per agent."""
        return int(np.prod(self.shape, dtype=np.int64))

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, agent: None, owner: type) -> Column: ...

    @overload
    def __get__(self, agent: ArrayAgent, owner: type) -> Any: ...

    def __get__(self, agent: ArrayAgent | None, owner: type) -> Any:
        if agent is None:
            return self
        return agent.population.read(agent.serial, self)

    def __set__(self, agent: ArrayAgent, value: Any) -> None:
        agent.population.write(agent.serial, self, value)

    def cast(self, value: Any, where: str | None = None) -> NDArray[Any]:
        """Return the value in this column's dtype, refusing a change of its meaning.

        Raises
        ------
        TypeError
            If the value is not numeric.
        ValueError
            If it does not fit, such as 1.5 or 300 in a column of small integers.
        """
        values = np.asarray(value)
        if values.dtype == self.dtype:
            return values
        where = where or f"column {self.name!r}"
        if values.dtype.kind not in "biuf" and values.size:
            raise TypeError(f"{where}: {value!r} is not a number of type {self.dtype}")
        if self.dtype.kind == "f":
            return values.astype(self.dtype)
        with np.errstate(invalid="ignore"):
            cast = values.astype(self.dtype)
        if not np.array_equal(cast, values):
            raise ValueError(f"{where}: {value!r} does not fit into {self.dtype} without changing")
        return cast

    def spread(self, value: Any, count: int) -> NDArray[Any]:
        """Return the value in a form that assigns to (*shape, count).

        Parameters
        ----------
        value
            One number for all, (*shape,) for all, or (*shape, count) with one entry an agent.

        Raises
        ------
        ValueError
            If it has another shape.
        """
        values = self.cast(value)
        if values.ndim == 0 or values.shape == (*self.shape, count):
            return values
        if self.shape and values.shape == self.shape:
            return values[..., np.newaxis]
        wanted = f"{(*self.shape, count)}" + (f" or {self.shape}" if self.shape else "")
        raise ValueError(f"column {self.name!r}: got an array of shape {values.shape}, wanted one number or {wanted}")

    def __repr__(self) -> str:
        return f"column({self.dtype.str[1:]!r}, unit={self.unit!r}, name={self.name!r}, shape={self.shape})"


def column(dtype: DTypeLike, *, unit: str, doc: str, default: Any = 0, shape: tuple[int, ...] = ()) -> Column:
    """Declare an attribute of an array-backed agent.

    Parameters
    ----------
    dtype
        Boolean, integer or float numpy type, such as "f8" or "i1".
    unit
        Unit of the values, such as "USD bn", "share" or "code".
    doc
        Meaning of the values.
    default
        Value of agents that enter without one.
    shape
        Shape of one agent's value; () for a single number. The agent axis comes last in the population's arrays.
    """
    return Column(dtype, unit=unit, doc=doc, default=default, shape=shape)
