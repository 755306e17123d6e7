"""The contract of solved constants: what they meet, how they are corrected, and what a solution is.

A solved constant belongs to one observation, or to one sum of observations, of the base year. All are solved for every
parameter set by simulating the base year a few times with the random numbers of history; afterwards they stay as they
are. No later observation and no target enters.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TOLERANCE = 0.01
"""Relative miss at which an observation counts as met."""

type Constants = Mapping[type, Any]
"""Solved constants of all markets by their class."""


@dataclass(frozen=True)
class Match:
    """An observation of the base year beside its simulated value.

    `tolerance` is the relative miss at which it counts as met; it is wider for flows that jump with single agents.
    """

    name: str
    simulated: float
    observed: float
    tolerance: float = TOLERANCE

    @property
    def miss(self) -> float:
        """Simulated over observed value, less one; zero for a market that did not exist in the base year."""
        return 0.0 if self.observed == 0.0 else float(self.simulated / self.observed - 1.0)

    @property
    def factor(self) -> float:
        """Observed over simulated value; one for a market that did not exist in the base year."""
        return 1.0 if self.observed == 0.0 else float(self.observed / max(self.simulated, 1e-12))

    @property
    def scaled_miss(self) -> float:
        """Absolute miss in tolerances: at most one where the observation is met."""
        return abs(self.miss) / self.tolerance


class Matches(dict[str, Match]):
    """Matches of all markets by name, in the order of the components."""


@dataclass(frozen=True)
class StepSize:
    """Part of a correction that is taken, by constants whose flows jump when single agents switch; zero takes none."""

    part: float = 1.0


@dataclass(frozen=True)
class SolvedConstant:
    """A constant that is solved so that the simulated base year meets an observation."""

    name: str
    """Field of the class of the market's constants."""
    meets: str
    """The observation."""
    corrected: Callable[..., Any]
    """Value to try next: a function of states after the base year, among them the constants that were tried."""


@dataclass(frozen=True)
class Solving:
    """The solved constants of a market."""

    kind: type
    """Frozen class of the constants; they are a state that steps may read."""
    first_guess: Callable[..., Any]
    """The constants to start from: a function of `Parameters` and `BaseYear`."""
    matches: Callable[..., Iterator[Match]]
    """Observations beside what was simulated: a function of states after the base year."""
    table: tuple[SolvedConstant, ...]
    """One row a constant."""


@dataclass(frozen=True)
class Solution:
    """Solved constants of all markets, and how far the base year simulated with them meets its observations."""

    constants: Constants
    matches: Matches = field(default_factory=Matches)

    @property
    def worst_match(self) -> Match:
        """Observation that is furthest off in its tolerances."""
        return max(self.matches.values(), key=lambda match: match.scaled_miss)

    @property
    def total_miss(self) -> float:
        """Sum of all misses in tolerances."""
        return sum(match.scaled_miss for match in self.matches.values())

    @property
    def large_misses(self) -> dict[str, float]:
        """Relative misses of the observations that are outside their tolerance."""
        return {name: round(match.miss, 4) for name, match in self.matches.items() if abs(match.miss) > match.tolerance}
