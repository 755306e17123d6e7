"""The redline: whether enough signals have been far enough from their usual range for long enough."""

import numpy as np

from agents.redline import Signal, broken, deviations, months_over
from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.component import Changes
from sim.redline.state import SystemicRisk


def redline_is_judged(clock: Clock, parameters: Parameters, risk: Changes[SystemicRisk]) -> None:
    """Signals are held against the redline.

    In the base year their means are learnt and nothing is judged. The absorption ratio looks back over a year, so that
    its usual value is that of December.
    """
    if clock.in_base_year:
        risk.usual = risk.usual + (risk.signals - risk.usual) / max(clock.month_of_year + 1, 1)
        risk.usual[Signal.ABSORPTION] = risk.signals[Signal.ABSORPTION]
        return
    risk.deviations = deviations(risk.signals, risk.usual, np.array(parameters.signal_usual_spread))
    risk.months_over = months_over(
        risk.months_over,
        risk.deviations,
        np.array(parameters.redline_threshold),
        np.array(parameters.redline_signals),
    )
    risk.broken = broken(risk.months_over, np.array(parameters.redline_months))
