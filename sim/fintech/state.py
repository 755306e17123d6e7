"""States of the fintech firms."""

from dataclasses import dataclass, field

import numpy as np

from agents.arrays import Floats


@dataclass(frozen=True)
class FintechConstants:
    """Solved constant of the fintech firms; see `sim.fintech.solved`."""

    size_premium: float
    """Log size of Shanghai's fintech firms over firms elsewhere at end-2019."""


@dataclass
class FintechFlows:
    """Firms and funding rounds before the month and their flows."""

    opening: int = 0
    started: int = 0
    left: int = 0
    opening_here: int = 0
    """Firms of Shanghai before the month."""
    started_here: int = 0
    left_here: int = 0
    moved_in: int = 0
    moved_out: int = 0
    opening_rounds: int = 0
    """Rounds that the firms had closed."""
    rounds: int = 0
    rounds_of_leavers: int = 0
    capital_raised: float = 0.0
    """Capital raised by firms of Shanghai in the month, in units of their size."""


@dataclass
class FundingMemory:
    """Recent rounds of similar firms, by place (elsewhere, Shanghai) and rounds closed; both fade."""

    closed: Floats = field(default_factory=lambda: np.zeros((2, 0)))
    expected: Floats = field(default_factory=lambda: np.zeros((2, 0)))


@dataclass
class ClientMarket:
    """Contracts of institutions with fintech firms; clients before the month and their flows."""

    contracts_elsewhere: float = 0.0
    """Contracts that institutions elsewhere want; those without a supplier are placed in the month."""
    opening: int = 0
    """Clients of all firms before the month."""
    won: int = 0
    lost: int = 0


@dataclass
class PlatformRules:
    """What rules give platforms in growth or, below zero, take from it, log a year, by place (elsewhere, Shanghai)."""

    stance: Floats = field(default_factory=lambda: np.zeros(2))
    """By rules that have changed."""
    in_force: Floats = field(default_factory=lambda: np.zeros(2))
    """By these and by a shock."""


@dataclass
class Sandbox:
    """Places of the sandbox that are not taken; a part of a place is kept for later."""

    places: float = 0.0


@dataclass
class LeadingScore:
    """Score of the hundredth firm of the country in the base year, and the firms of Shanghai that lead."""

    base_year: float = 0.0
    absolute: int = 0
    """Firms of Shanghai with at least the score of the hundredth of the base year."""
    ranked: int = 0
    """Firms of Shanghai among the hundred of the country with the highest score of the month."""
