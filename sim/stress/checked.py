"""Arrays that users give, checked before anything is computed from them."""

from typing import Any

import numpy as np

from agents.arrays import Floats, Integers
from scenarios.errors import InputError
from scenarios.problem_texts import coded


def checked_vector(values: Any, key: str, size: int | None = None, low: float = 0.0, high: float = np.inf) -> Floats:
    """Numbers of institutions, shape (n,), as floats.

    Raises
    ------
    scenarios.InputError
        If they are no vector of finite numbers between `low` and `high`, or not as many as `size`.
    """
    array = _numbers(values, key)
    if array.ndim != 1 or (size is not None and len(array) != size):
        raise InputError(
            coded("array.shape", shape=array.shape),
            key=key,
            value=array.shape,
            allowed=coded("allowed.vector", size="n" if size is None else size),
        )
    _refuse_outside(array, key, low, high)
    return array


def checked_links(matrix: Any, key: str, size: int | None = None) -> tuple[Integers, Integers, Floats, int]:
    """Entries of a square matrix that are not zero, row by row, and its size: (row, column, amount, n).

    Raises
    ------
    scenarios.InputError
        If it is no square matrix of finite amounts of at least 0 with an empty diagonal, or not of that `size`.
    """
    if hasattr(matrix, "tocoo"):
        compressed = matrix.tocsr()
        if not compressed.has_canonical_format:
            compressed = compressed.copy()  # the user's matrix stays as it is
            compressed.sum_duplicates()
        shape = tuple(int(length) for length in compressed.shape)
        row = np.repeat(np.arange(shape[0], dtype=np.int64), np.diff(compressed.indptr))
        column = compressed.indices.astype(np.int64)
        amount = _numbers(compressed.data, key)
    else:
        array = _numbers(matrix, key)
        shape = array.shape
        row, column = np.nonzero(array) if array.ndim == 2 else (np.zeros(0, np.int64), np.zeros(0, np.int64))
        amount = array[row, column] if array.ndim == 2 else np.zeros(0)
    if len(shape) != 2 or shape[0] != shape[1] or (size is not None and shape[0] != size):
        raise InputError(
            coded("array.shape", shape=shape),
            key=key,
            value=shape,
            allowed=coded("allowed.square", size="n" if size is None else size),
        )
    _refuse_outside(amount, key, 0.0, np.inf)
    own = np.flatnonzero((row == column) & (amount != 0.0))
    if len(own):
        at = int(row[own[0]])
        raise InputError(
            coded("array.own_claim", row=at),
            key=f"{key}[{at}, {at}]",
            value=float(amount[own[0]]),
            allowed=coded("allowed.empty_diagonal"),
        )
    kept = amount != 0.0
    if not kept.all():
        row, column, amount = row[kept], column[kept], amount[kept]
    return row, column, amount, shape[0]


def checked_share(value: Any, key: str) -> float:
    """A single share.

    Raises
    ------
    scenarios.InputError
        If it is no number from 0 to 1.
    """
    return checked_number(value, key, 0.0, 1.0)


def checked_number(value: Any, key: str, low: float = 0.0, high: float = np.inf) -> float:
    """A single number.

    Raises
    ------
    scenarios.InputError
        If it is no finite number between `low` and `high`.
    """
    number = _numbers(value, key)
    if number.ndim != 0:
        raise InputError(
            coded("array.shape", shape=number.shape), key=key, value=number.shape, allowed=_range(low, high)
        )
    _refuse_outside(number[None], key, low, high)
    return float(number)


def _numbers(values: Any, key: str) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(coded("array.not_numbers"), key=key) from None


def _refuse_outside(array: Floats, key: str, low: float, high: float) -> None:
    wrong = np.flatnonzero(~((array >= low) & (array <= high) & np.isfinite(array)))
    if len(wrong):
        at = int(wrong[0])
        raise InputError(
            coded("array.outside", value=float(array[at])),
            key=f"{key}[{at}]",
            value=float(array[at]),
            allowed=_range(low, high),
        )


def _range(low: float, high: float) -> str:
    if high < np.inf:
        return coded("allowed.between", least=low, most=high)
    return coded("allowed.finite_at_least", low=low) if low > -np.inf else coded("allowed.finite_number")
