"""State of systemic risk."""

from dataclasses import dataclass, field

import numpy as np

from agents.arrays import Flags, Floats, Integers
from agents.institutions import Sector
from agents.redline import Level, Signal


@dataclass
class SystemicRisk:
    """Signals of systemic risk and the redline; nothing in the model reads them but its indicators."""

    signals: Floats = field(default_factory=lambda: np.ones(len(Signal)))
    """Signals of the month, by `Signal`."""
    usual: Floats = field(default_factory=lambda: np.zeros(len(Signal)))
    """Their means over the base year; of the absorption ratio the value at its end."""
    deviations: Floats = field(default_factory=lambda: np.zeros(len(Signal)))
    """Their moves towards risk since, in usual spreads; zero in the base year."""
    sector_returns: Floats = field(default_factory=lambda: np.zeros((0, len(Sector))))
    """Returns on equity by month and sector, the last months of the window."""
    margin_spiral_bp: float = 0.0
    """Fall of the bond price by the sales that follow from a common loss, basis points; no signal of the index."""
    unmet_loans: float = 0.0
    """Part of the interbank loans wanted that the network of the quarter did not place."""
    months_over: Integers = field(default_factory=lambda: np.zeros(len(Level), dtype=np.int64))
    """Successive months with enough signals over their thresholds, by `Level`."""
    broken: Flags = field(default_factory=lambda: np.zeros(len(Level), dtype=np.bool_))
    """Whether the early warning is given and the redline broken."""
