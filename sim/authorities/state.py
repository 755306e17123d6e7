"""States of the authorities."""

from dataclasses import dataclass, field

import numpy as np

from agents.arrays import Flags, Floats, Integers
from agents.authorities import Curb


@dataclass
class Curbs:
    """Curbs in force, by `Curb`, and what they answer to."""

    drawn: Flags = field(default_factory=lambda: np.zeros(len(Curb), dtype=bool))
    """Curbs that authorities have begun in answer to markets and not ended."""
    in_force: Flags = field(default_factory=lambda: np.zeros(len(Curb), dtype=bool))
    """These, and those that a shock imposes."""
    begun: Integers = field(default_factory=lambda: np.zeros(len(Curb), dtype=np.int64))
    """Times each has begun since the base year."""
    signals: Floats = field(default_factory=lambda: np.zeros(len(Curb)))
    """Drawdown of shares (twice), growth of leverage, speed of outflow."""
    months: Floats = field(default_factory=lambda: np.ones(len(Curb)))
    """Mean duration of a curb under the rules in force, months."""
    leverage_of_year: list[float] = field(default_factory=list)
    """Mean repo leverage of the last twelve months, oldest first."""

    def months_left(self, curb: Curb) -> float:
        """Expected months until a curb ends; zero if it is not in force."""
        return float(self.months[curb]) if self.in_force[curb] else 0.0

    def part_left(self, curb: Curb, part_held_back: float) -> float:
        """Part of a flow that a curb lets through: one if it is not in force."""
        return 1.0 - part_held_back if self.in_force[curb] else 1.0


@dataclass
class Regimes:
    """The opening of access for investors and of licences for foreign-owned institutions."""

    furthest_access: float = 0.0
    """Furthest cut of the cost of access that is remembered, log."""
    furthest_licences: float = 0.0
    """Furthest widening of the scope of licences that is remembered, log."""
    investors_signal: float = 0.0
    """What investors saw this month: part of the opening that is kept, less the belief of the start."""
    institutions_signal: float = 0.0
    """The same for foreign-owned institutions."""
