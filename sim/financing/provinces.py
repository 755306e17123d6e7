"""Provinces of issuers."""

from functools import cache

import numpy as np

from agents.arrays import Flags, Floats, one_of
from agents.issuers import Issuers
from sim.base_year.tables import table


@cache
def province_shares() -> Floats:
    """Share of each province in the issuers that have one, shape (31,)."""
    output: Floats = np.array([float(row["output_trn"]) for row in table("provinces")])
    return np.asarray(output / output.sum())


DELTA = ("SHANGHAI", "JIANGSU", "ZHEJIANG", "ANHUI")
"""Provinces of the Yangtze River Delta."""


@cache
def delta_provinces() -> tuple[int, ...]:
    """Codes of the provinces of the Yangtze River Delta."""
    names = [row["province"] for row in table("provinces")]
    return tuple(names.index(name) for name in DELTA)


def in_delta(issuers: Issuers) -> Flags:
    """Issuers of the Yangtze River Delta, shape (issuers,); those of no province are not."""
    return one_of(issuers["province"], delta_provinces())
