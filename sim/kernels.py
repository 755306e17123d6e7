"""Which processor kernels computed a run: the last bits of a result hold for one kind of processor."""

import platform
from functools import cache
from typing import Any

import numpy as np


@cache
def kernels() -> str:
    """Kind of machine and the widest instruction set that numpy uses on it."""
    told: Any = np.show_config(mode="dicts")
    sets = told["SIMD Extensions"]
    return f"{platform.machine()} {[*sets.get('baseline', ()), *sets.get('found', ())][-1]}"
