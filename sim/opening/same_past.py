"""Whether two models had the same past, so that one can go on as a copy of the other."""

import numpy as np

from scenarios.calendar import BASELINE
from scenarios.shock_paths import ShockPaths
from sim.clock import Clock
from sim.component import States
from sim.institutions.state import RivalCentres
from sim.opening.triggers import Triggers
from sim.world.macro import MacroPath
from sim.world.policy import Policy

DRIVERS = ("china_yield_pct", "us_yield_pct", "log_vix", "usdcny", "equity_index", "log_volatility")


def same_past(one: States, other: States) -> bool:
    """Whether policy, external drivers and shocks agree to the month of `one`, and no trigger could have acted."""
    month, drivers, others = one[Clock].month, one[MacroPath], other[MacroPath]
    rows, until = month - BASELINE, drivers.position(month) + 1
    return (
        not one[Triggers].given
        and not other[Triggers].given
        and one[RivalCentres].answer == other[RivalCentres].answer
        and np.array_equal(one[Policy].paths[:rows], other[Policy].paths[:rows])
        and all(np.array_equal(getattr(drivers, each)[:until], getattr(others, each)[:until]) for each in DRIVERS)
        and all(one[ShockPaths].at(each) == other[ShockPaths].at(each) for each in range(BASELINE + 1, month + 1))
    )
