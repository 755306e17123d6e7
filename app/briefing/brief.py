"""What a report is made from: the summary of an ensemble, and what stands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.arrays import Floats
from sim.experiments.stored_frontier import KnownFrontier
from sim.experiments.summary import Effect, Summary


@dataclass(frozen=True, eq=False)
class Brief:
    """All that a page shows; the same brief gives the same page to the letter."""

    summary: Summary
    question: str = ""
    """Question in its author's words; empty for the one that the scenarios imply."""
    observed: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    """Observations to 2020 by indicator and year, in the indicator's own unit."""
    wide: Mapping[str, Floats] = field(default_factory=dict)
    """By indicator the 5 and 95 % quantiles by year with the model's own error, shape (years, 2)."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of scenarios of a user's own as they are written in a sentence; others have those of the catalogue."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """By lever a sentence on its change, where a user moved levers; empty for the changes that the scenarios imply."""
    outcomes: Mapping[str, Effect] = field(default_factory=dict)
    """Effects on the indicators beside the plan's that the moved levers aim at."""
    frontier: KnownFrontier | None = None
    """Policies by targets and risk, where they are enough or the store has them."""
    link: str = ""
    """Address under which the settings can be opened; empty for none."""
    commands: tuple[str, ...] = ()
    """Commands that make the runs and the page again."""
