"""Names for the array types that decision rules take and return."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]
Keys = NDArray[np.uint64]


def one_of(codes: NDArray[np.signedinteger[Any]], members: Iterable[int]) -> Flags:
    """Which codes are among a few members, shape of `codes`: several times as fast as a general search."""
    found = np.zeros(codes.shape, dtype=bool)
    for member in members:
        found |= codes == int(member)  # a plain number is compared faster than a member of an enumeration
    return found


def rows_where(flags: NDArray[Any]) -> NDArray[np.intp]:
    """Rows at which flags, or numbers other than zero, of shape (n,) stand: `numpy.flatnonzero` with less overhead."""
    return flags.nonzero()[0]


def sum_of_products(left: NDArray[Any], right: NDArray[Any]) -> Any:
    """Sum of left times right over the last axis, with the bits of every processor.

    The product `left @ right` leaves the order of its additions to the kernels that OpenBLAS chooses by the processor.
    """
    return np.add.reduce(np.multiply(left, right), axis=-1)


def median_of(values: Floats) -> float:
    """Median of finite values (n,), n > 0, at a fraction of the overhead of numpy's."""
    ordered = np.sort(values)
    count = len(ordered)
    return float(0.5 * (ordered[(count - 1) // 2] + ordered[count // 2]))
