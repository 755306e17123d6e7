"""Numbers in input: whole and real numbers of Python, numpy and others, never truth values.

A truth value is a number to Python, and numpy's numbers are none of Python's classes. Whatever takes a number from a
user takes it through here, so that `numpy.int64(7)` is a seed, a count and a size everywhere, and `True` is none.
"""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

from pydantic import BaseModel, model_validator


def is_number(value: object) -> bool:
    """Whether a value is a number of any kind, finite or not; a truth value is none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def whole_number(value: object) -> int | None:
    """Return a whole number as Python's own; None if the value is none, such as 7.0, "7" or True."""
    return int(value) if isinstance(value, Integral) and not isinstance(value, bool) else None


def real_number(value: object) -> float | None:
    """Return a finite number as Python's own; None if the value is none, such as "0.5", True, nan or 10**400."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


class _NoNumber:
    """Stands for a truth value of numpy, which pydantic would take for 0 or 1."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __repr__(self) -> str:
        return repr(self._value)


def _pythons_own(value: Any) -> Any:
    """Return numbers of other libraries as Python's own; everything else as it is, to be refused by the field."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return _NoNumber(value) if hasattr(value, "__float__") or hasattr(value, "__index__") else value


class InputModel(BaseModel):
    """A model of input, whose fields take the numbers of any library as Python's own."""

    @model_validator(mode="before")
    @classmethod
    def _with_pythons_numbers(cls, data: Any) -> Any:
        return {key: _pythons_own(value) for key, value in data.items()} if isinstance(data, dict) else data
