"""A plan as a whole: its targets, measures, levers, channels and goals, and the year of its targets."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scenarios.baseline import observations
from scenarios.plan.records import Channel, Goal, Group, Indicator, Lever, Measure, OwnObservation, PlanHead

OBSERVATION = ("id", "value", "unit", "status", "source")


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan: that of the package, or one that a user gives as a folder of data."""

    head: PlanHead
    indicators: tuple[Indicator, ...]
    levers: tuple[Lever, ...]
    channels: tuple[Channel, ...]
    measures: tuple[Measure, ...]
    goals: tuple[Goal, ...]
    groups: tuple[Group, ...] = ()
    """Names of groups of levers; empty for the plan of the package, whose groups the catalogues name."""
    baseline: tuple[OwnObservation, ...] = ()
    """Observations of the base year that stand in place of those of the package."""
    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The tables of the user's folder as plain data, which make an equal plan; empty for the plan of the package."""

    @property
    def name(self) -> str:
        """Name of the plan."""
        return self.head.name

    @property
    def target_year(self) -> int:
        """Year of its targets."""
        return self.head.target_year

    @property
    def end(self) -> str:
        """Last month of a scenario that names none: December of the year of the targets."""
        return f"{self.target_year}-12"

    @cached_property
    def digest(self) -> str:
        """A hash of all that the user gave, 16 hex digits; empty for the plan of the package."""
        if not self.given:
            return ""
        text = json.dumps(self.given, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def identity(self) -> str:
        """Name and, for a plan of the user's own, digest in one line."""
        return f"{self.name} ({self.digest})" if self.digest else self.name

    @property
    def told(self) -> dict[str, Any]:
        """Name, title, year of the targets, basis and digest, as the provenance of a run gives them."""
        head = self.head
        return {
            "name": head.name,
            "title": head.title,
            "target_year": head.target_year,
            "basis": head.basis,
            "digest": self.digest,
            "baseline": [{name: getattr(each, name) for name in OBSERVATION} for each in self.baseline],
        }

    @property
    def baseline_told(self) -> str:
        """Number and statuses of the observations of the base year that are the plan's own; empty without any."""
        if not self.baseline:
            return ""
        counts = Counter(each.status for each in self.baseline)
        statuses = ", ".join(f"{count} {status}" for status, count in counts.items())
        return f"{len(self.baseline)} of {len(observations())} ({statuses})"

    @cached_property
    def met_from(self) -> dict[str, float]:
        """Value from which each of its indicators counts as met."""
        return {each.id: each.met_from for each in self.indicators}

    @cached_property
    def targets(self) -> dict[str, float]:
        """Target of each of its indicators."""
        return {each.id: each.target_value for each in self.indicators}

    @cached_property
    def indicator_ids(self) -> tuple[str, ...]:
        """Its indicators, in its order."""
        return tuple(each.id for each in self.indicators)

    def plain(self) -> dict[str, Any]:
        """Return the tables of the user's folder as plain data."""
        return dict(self.given)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and (self.name, self.digest) == (other.name, other.digest)

    def __hash__(self) -> int:
        return hash((self.name, self.digest))
