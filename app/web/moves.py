"""Changes of a lever on the desk: a move to an intensity, and operations on the path it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from app.web.offered import offered
from scenarios.calendar import BASELINE, PLAN_START, is_month, month_ordinal, month_text
from scenarios.errors import InputError, Problem
from scenarios.frozen import FrozenMapping
from scenarios.paths import shown
from scenarios.problem_texts import coded

if TYPE_CHECKING:
    from agents.arrays import Floats
    from scenarios.schema import Scenario

FIRST_MONTH = PLAN_START
MOST_MONTHS = 59
"""Longest way of a lever to its intensity."""
DIGITS = 6
"""Decimal places of the intensities of an operation, which a file writes month by month."""

type Kind = Literal["delay", "forward", "cancel", "hold"]
OPERATIONS: tuple[Kind, ...] = get_args(Kind.__value__)


@dataclass(frozen=True)
class DeskTrigger:
    """A trigger of scenario files as the desk's form has it."""

    indicator: str = "foreign_bond_share"
    side: str = "below"
    threshold: float = 0.03
    months: int = 6
    lever: str = "bond_market_access"
    to: float = 0.9
    cooldown: int = 12

    def plain(self) -> dict[str, Any]:
        """The trigger as it is written in a file."""
        kept = ("indicator", "months", "lever", "to", "cooldown")
        return {self.side: self.threshold, **{name: getattr(self, name) for name in kept}}


@dataclass(frozen=True)
class Change:
    """A lever that leaves its own path in a month and goes evenly to an intensity, where it stays.

    Its own path is that of the preset or of the opened file, with all that these let it do before that month.
    """

    value: float
    start: str = "2021-07"
    months: int = 24

    def __post_init__(self) -> None:
        # A way that is longer than the plan ends with it, and says so.
        last = offered().last_month
        if is_month(self.start) and FIRST_MONTH <= self.start <= last and 0 <= self.months <= MOST_MONTHS:
            room = month_ordinal(last) - month_ordinal(self.start)
            object.__setattr__(self, "months", min(self.months, room))

    @property
    def end(self) -> str:
        """Month in which the intensity is reached."""
        return month_text(month_ordinal(self.start) + self.months)

    @property
    def held_in(self) -> int:
        """Last month in which the lever is where its own path has it, as an ordinal."""
        return month_ordinal(self.start) - (self.months == 0)

    def path(self, lever: str, scenario: Scenario) -> dict[str, Any]:  # noqa: ARG002  as that of an operation
        """The change as a lever path of a scenario file."""
        if self.months == 0:
            return {self.start: self.value}
        return {"ramp": {self.start: "keep", self.end: self.value}}

    def held(self, lever: str, scenario: Scenario) -> float:
        """Intensity on the lever's own path when it leaves it."""
        return float(own_path(lever, scenario)[self.held_in - BASELINE])


@dataclass(frozen=True)
class Operation:
    """What happens to the rest of a lever's own path from a month on.

    delay
        The path waits at the intensity of the month before for so many months, and then goes on as it would have done.
    forward
        Each month has the intensity that the path would reach so many months later, at most that of its last month.
    cancel
        The lever follows what was committed by the end of 2020.
    hold
        The lever stays at its intensity of that month.
    """

    kind: Kind
    start: str = "2021-07"
    months: int = 12

    @property
    def end(self) -> str:
        """Last month of waiting; the first month of the operation where it has no length."""
        length = self.months - 1 if self.kind == "delay" else 0
        return min(month_text(month_ordinal(self.start) + length), offered().last_month)

    def path(self, lever: str, scenario: Scenario) -> dict[str, Any]:
        """The operation as a lever path of a scenario file.

        Raises
        ------
        scenarios.InputError
            If the scenario ends before the operation begins.
        """
        if self.start > scenario.end:
            allowed = coded("allowed.month_between", first=FIRST_MONTH, last=scenario.end)
            raise InputError(Problem(coded("desk.no_start", value=self.start), key=f"levers.{lever}", allowed=allowed))
        if self.kind == "cancel":
            return {"switch": {self.start: "committed"}}
        own = own_path(lever, scenario)
        first = month_ordinal(self.start) - BASELINE
        steps: dict[str, Any] = {}
        for month in range(first, len(own)):
            value = round(float(own[self._origin(month, first, len(own) - 1)]), DIGITS)
            if not steps or value != next(reversed(steps.values())):
                steps[month_text(BASELINE + month)] = value
        return steps

    def _origin(self, month: int, first: int, last: int) -> int:
        """The month of the own path whose intensity holds in a month; all are counted from 2020-12."""
        if self.kind == "delay":
            return first - 1 if month < first + self.months else month - self.months
        return min(month + self.months, last) if self.kind == "forward" else first

    def held(self, lever: str, scenario: Scenario) -> float:
        """Intensity at which a delay waits or a lever is held."""
        place = month_ordinal(self.start) - BASELINE - (self.kind == "delay")
        return float(own_path(lever, scenario)[place])


@dataclass(frozen=True)
class Policy:
    """The policy of a desk, as another desk is compared with it."""

    preset: str = "plan"
    file: str = ""
    changes: Mapping[str, Change | Operation] = field(default_factory=FrozenMapping)
    triggers: tuple[DeskTrigger, ...] = ()


def own_path(lever: str, scenario: Scenario) -> Floats:
    """Intensities of a lever from 2020-12 to the end of a scenario, shape (months,)."""
    return own_paths(scenario)[:, [each.id for each in scenario.all_levers].index(lever)]


@lru_cache(maxsize=64)
def own_paths(scenario: Scenario) -> Floats:
    """Intensities of all levers from 2020-12 to the end of a scenario, shape (months, levers).

    They are kept: a page needs those of the starting scenario for each lever that is moved.
    """
    paths = scenario.intensities(BASELINE, month_ordinal(scenario.end))
    paths.flags.writeable = False
    return paths


def problems_of(lever: str, change: Change | Operation) -> list[Problem]:
    """What a change has that the desk does not offer."""
    problems, key, last = [], f"levers.{lever}", offered().last_month
    if isinstance(change, Change) and not 0.0 <= change.value <= 1.0:
        told = coded("lever.no_intensity", value=change.value)
        problems.append(Problem(told, key=key, allowed=coded("allowed.number_0_to_1")))
    if not is_month(change.start) or not FIRST_MONTH <= change.start <= last:
        allowed = coded("allowed.month_between", first=FIRST_MONTH, last=last)
        problems.append(Problem(coded("desk.no_start", value=shown(change.start)), key=key, allowed=allowed))
    if not 0 <= change.months <= MOST_MONTHS:
        told = coded("desk.ramp_months", months=shown(change.months))
        problems.append(Problem(told, key=key, allowed=coded("allowed.ramp_months")))
    return problems
