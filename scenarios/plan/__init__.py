"""The plan as data: levers, channels, measures, indicators and the facts behind them, read once from TOML."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Literal

from scenarios.calendar import BASELINE, month_ordinal
from scenarios.frozen import FrozenMapping

Arm = Literal["frozen", "committed", "plan", "stretch"]
ARMS: tuple[Arm, ...] = ("frozen", "committed", "plan", "stretch")
TASK_GROUPS = ("III(I)", "III(II)", "III(III)", "III(IV)", "III(V)", "III(VI)", "III(VII)", "III(VIII)")


@dataclass(frozen=True, slots=True)
class Effect:
    """How a lever moves a channel: a triangular prior of the long-run effect per unit of intensity."""

    channel: str
    beta_min: float
    beta: float
    beta_max: float
    form: str


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """While `lever` is below `at_least`, the lever that names this prerequisite is held at or below `cap`."""

    lever: str
    at_least: float
    cap: float
    what: str
    basis: str


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a lever, its weight and its intensity at the end of 2020 and, on the plan path, of 2025."""

    id: str
    weight: float
    i2020: float
    i2025: float
    covers: str


@dataclass(frozen=True, slots=True)
class Milestone:
    """A dated event of a lever; `hindsight` if it is later than the plan."""

    date: str
    what: str
    status: str
    hindsight: bool


@dataclass(frozen=True, slots=True)
class Phase:
    """An intensity gained in equal monthly steps: nothing at `after`, all of `gain` at `until`.

    `announced` is the month in which it became public, empty if nobody had announced it.
    """

    component: str
    gain: float
    after: str
    until: str
    announced: str
    basis: str

    def gained(self, month: int) -> float:
        """Return the intensity gained by the end of `month`."""
        first, last = month_ordinal(self.after), month_ordinal(self.until)
        return self.gain * min(max(month - first, 0), last - first) / (last - first)


@dataclass(frozen=True, slots=True)
class Lever:
    """A policy lever, its paths and its effects."""

    id: str
    name: str
    task_group: str
    family: str
    measures: tuple[str, ...]
    unit: str
    natural_unit: str
    kind: str
    authority: str
    municipal_handle: str
    intensity_2020: float
    intensity_2025_plan: float
    path_plan: tuple[float, ...]
    start: str
    ramp_months: int
    effect_lag_months: int
    components: tuple[Component, ...]
    effects: tuple[Effect, ...]
    main_kpi: str
    strength: str
    expected_sign: FrozenMapping[str, str]
    expected_sign_secondary: FrozenMapping[str, str]
    fiscal_cost: str
    risk_note: str
    prerequisites: tuple[Prerequisite, ...]
    complements: tuple[str, ...]
    substitutes: tuple[str, ...]
    milestones: tuple[Milestone, ...]
    note: str
    basis: str
    schedule: tuple[Phase, ...] = ()

    def intensity(self, arm: Arm, month: int) -> float:
        """Return the intensity in force at the end of `month` on one of the four arms.

        `frozen` stays at the end of 2020; `committed` adds the schedules announced by then; `plan` is linear from
        2021-06 through the end-of-year points, or follows the schedule; `stretch` has the plan's shape and ends half
        of the remaining distance to 1 above it.
        """
        if month <= BASELINE or arm == "frozen":
            return self.intensity_2020
        if arm == "committed":
            known = (phase for phase in self.schedule if phase.announced and month_ordinal(phase.announced) <= BASELINE)
            return self.intensity_2020 + sum(phase.gained(month) for phase in known)
        if self.schedule:
            planned = self.intensity_2020 + sum(phase.gained(month) for phase in self.schedule)
        else:
            planned = self._ramp(month)
        if arm == "plan":
            return planned
        rise = self.intensity_2025_plan - self.intensity_2020
        reach = rise + (1.0 - self.intensity_2025_plan) / 2.0
        return self.intensity_2020 + (planned - self.intensity_2020) * reach / rise

    def _ramp(self, month: int) -> float:
        knots = [month_ordinal(self.start) - 1, *(BASELINE + 12 * year for year in range(1, len(self.path_plan)))]
        if month <= knots[0]:
            return self.intensity_2020
        for year, (left, right) in enumerate(pairwise(knots)):
            if month <= right:
                low, high = self.path_plan[year], self.path_plan[year + 1]
                return low + (high - low) * (month - left) / (right - left)
        return self.path_plan[-1]


@dataclass(frozen=True, slots=True)
class Channel:
    """A cost, limit, eligibility or piece of information that a named decision reads.

    `rule` ("module:function"), `term` and `coefficient` (a parameter id) say where it enters; empty if nowhere yet.
    `decides` says who answers to it: an agent, a market whose formula stands for many participants, or an authority.
    """

    id: str
    kind: str
    unit: str
    form: str
    baseline_2020: float
    basis: str
    higher_means: str
    read_by: tuple[str, ...]
    agent_decision: str
    rule: str
    term: str
    coefficient: str
    decides: Literal["agent", "market", "authority"] = "agent"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument of a measure and the lever that carries it ("context" or "delivery" if none does)."""

    lever: str
    what: str


@dataclass(frozen=True, slots=True)
class Interaction:
    """How a measure works with another."""

    measure: str
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the plan, its instruments and the way it is modelled."""

    id: str
    kind: str
    number: int
    section: str
    section_title: str
    title: str
    source: str
    instruments: tuple[Instrument, ...]
    acts_on: tuple[str, ...]
    mechanism: str
    channel: str
    channels_secondary: tuple[str, ...]
    kpis: tuple[str, ...]
    direction: FrozenMapping[str, str]
    lag_months: int
    lag_basis: str
    strength: str
    strength_reason: str
    authority: str
    authority_note: str
    modelled_as: str
    modelled_note: str
    start: str
    ramp_months: int
    interactions: tuple[Interaction, ...]

    @property
    def levers(self) -> tuple[str, ...]:
        """The levers that carry its instruments, in order of appearance."""
        carried = (instrument.lever for instrument in self.instruments)
        return tuple(dict.fromkeys(lever for lever in carried if lever not in ("context", "delivery")))


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of the seven indicators; its target counts as met from `met_from` on."""

    id: str
    number: int
    dimension: str
    name: str
    unit: str
    kind: str
    value_2020: float
    target_2025: float
    qualifier: str
    met_from: float
    definition: str
    location: str
    proxy_basis: str
    alternative: str
    note: str


@dataclass(frozen=True, slots=True)
class Redline:
    """The bound on systemic risk."""

    id: str
    name: str
    unit: str
    measure: str
    threshold: str
    location: str
    event_assets_share: float
    event_rounds: int


@dataclass(frozen=True, slots=True)
class Secondary:
    """A secondary indicator; `recorded` if a run's results have it, else `not_modelled` says why they do not."""

    id: str
    name: str
    unit: str
    model_measure: str
    better: str
    linked_to: str
    recorded: bool = False
    not_modelled: str = ""


@dataclass(frozen=True, slots=True)
class GoalTest:
    """What an indicator has to do for a goal to count as met: a ratio, change, level or gap on the right side."""

    indicator: str
    test: Literal["ratio", "change", "level", "gap"]
    why: str
    at_least: float | None = None
    at_most: float | None = None
    over: str = ""

    @property
    def threshold(self) -> float:
        """The value that is asked for."""
        return float(self.at_least if self.at_least is not None else self.at_most or 0.0)


@dataclass(frozen=True, slots=True)
class Goal:
    """A development goal of the plan or a shortcoming it names, with the tests that stand for it (judgement)."""

    id: str
    kind: Literal["goal", "shortcoming"]
    name: str
    tests: tuple[GoalTest, ...]
    not_modelled: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure stated in the plan."""

    id: str
    value: float | str
    unit: str
    date: str
    location: str
    use: str
    variable: str
    note: str


@dataclass(frozen=True, slots=True)
class Derived:
    """A figure computed from the plan's own."""

    id: str
    value: float
    unit: str
    formula: str


@dataclass(frozen=True, slots=True)
class External:
    """A figure that is not in the plan, with how well it is confirmed."""

    id: str
    value: float
    unit: str
    status: str
    note: str


@cache
def levers() -> tuple[Lever, ...]:
    """Return the thirty levers, in plan order."""
    return tuple(_record(Lever, row) for row in _read("levers")["lever"])


@cache
def lever_ids() -> tuple[str, ...]:
    """Return the ids of the levers, in plan order."""
    return tuple(lever.id for lever in levers())


@cache
def channels() -> tuple[Channel, ...]:
    """Return the channels through which levers reach decisions."""
    return tuple(_record(Channel, row) for row in _read("channels")["channel"])


@cache
def measures() -> tuple[Measure, ...]:
    """Return the 44 measures and the three supporting ones."""
    return tuple(_record(Measure, row) for row in _read("measures")["measure"])


@cache
def indicators() -> tuple[Indicator, ...]:
    """Return the plan's seven indicators."""
    return tuple(_record(Indicator, row) for row in _read("indicators")["indicator"])


@cache
def redline() -> Redline:
    """Return the bound on systemic risk."""
    return _record(Redline, _read("indicators")["redline"])


@cache
def secondary_indicators() -> tuple[Secondary, ...]:
    """Return the secondary indicators."""
    return tuple(_record(Secondary, row) for row in _read("indicators")["secondary"])


@cache
def goals() -> tuple[Goal, ...]:
    """Return the six development goals and the eleven shortcomings."""
    return tuple(_record(Goal, row) for row in _read("goals")["goal"])


@cache
def facts() -> tuple[Fact, ...]:
    """Return the figures stated in the plan."""
    return tuple(_record(Fact, row) for row in _read("indicators")["fact"])


@cache
def derived_figures() -> tuple[Derived, ...]:
    """Return the figures computed from the plan's own."""
    return tuple(_record(Derived, row) for row in _read("indicators")["derived"])


@cache
def external_figures() -> tuple[External, ...]:
    """Return the figures that are not in the plan."""
    return tuple(_record(External, row) for row in _read("indicators")["external"])


@cache
def levers_moving(channel: str) -> tuple[str, ...]:
    """Return the ids of the levers that move a channel, in plan order."""
    return tuple(lever.id for lever in levers() if any(effect.channel == channel for effect in lever.effects))


_NESTED: dict[str, type] = {
    "components": Component,
    "effects": Effect,
    "prerequisites": Prerequisite,
    "milestones": Milestone,
    "schedule": Phase,
    "instruments": Instrument,
    "interactions": Interaction,
    "tests": GoalTest,
}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _record[T](kind: type[T], row: dict[str, Any]) -> T:
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    unknown = row.keys() - known
    if unknown:
        raise TypeError(f"{kind.__name__} {row.get('id')}: unknown fields {sorted(unknown)}")
    return kind(**{name: _value(name, value) for name, value in row.items()})


def _value(name: str, value: Any) -> Any:
    if name in _NESTED:
        return tuple(_record(_NESTED[name], row) for row in value)
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return FrozenMapping(value)
    return value
