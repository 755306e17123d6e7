"""The records of the plan: the fields of each table of `scenarios/plan/*.toml`, with their types.

A record refuses an unknown field, a value of another type and a word outside its vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import PlainValidator

from scenarios.calendar import BASELINE, month_ordinal
from scenarios.frozen import FrozenMapping
from scenarios.typed_rows import TYPED

Arm = Literal["frozen", "committed", "plan", "stretch"]
ARMS: tuple[Arm, ...] = ("frozen", "committed", "plan", "stretch")
TASK_GROUPS = ("III(I)", "III(II)", "III(III)", "III(IV)", "III(V)", "III(VI)", "III(VII)", "III(VIII)")

Form = Literal["log", "logit", "add"]
"""How effects enter a channel: by the log of its value, by the log of its odds, or added in its unit."""
Authority = Literal["national", "municipal", "market institution"]
Strength = Literal["low", "medium", "high"]
SIGNS = ("+", "-", "0", "+/-")


def _signs(value: Any) -> FrozenMapping[str, str]:
    if not isinstance(value, Mapping) or any(sign not in SIGNS for sign in value.values()):
        raise ValueError(f"is not a table of signs by indicator ({', '.join(SIGNS)})")
    return FrozenMapping(value)


Signs = Annotated[FrozenMapping[str, str], PlainValidator(_signs)]
"""Expected direction by indicator."""


def _reasons(value: Any) -> FrozenMapping[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(reason, str) and reason for reason in value.values()):
        raise ValueError("is not a table of reasons by indicator")
    return FrozenMapping(value)


Reasons = Annotated[FrozenMapping[str, str], PlainValidator(_reasons)]
"""Reasons by indicator."""


def _shares(value: Any) -> FrozenMapping[str, float]:
    if not isinstance(value, Mapping) or not all(isinstance(share, float) and share > 0.0 for share in value.values()):
        raise ValueError("is not a table of positive shares by component")
    if value and abs(sum(value.values()) - 1.0) > 1e-9:
        raise ValueError("has shares that do not add up to 1")
    return FrozenMapping(value)


Shares = Annotated[FrozenMapping[str, float], PlainValidator(_shares)]
"""Shares of an effect by component of the lever."""


@dataclass(frozen=True, slots=True)
class PlanHead:
    """Name of a plan, the year of its targets and its source; `extends` names the plan whose tables it inherits."""

    __pydantic_config__ = TYPED

    name: str
    title: str
    target_year: int
    basis: str
    extends: str = ""
    title_zh: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of levers of a user's own plan, with its name in English and, where it is given, in Chinese."""

    __pydantic_config__ = TYPED

    id: str
    name: str
    name_zh: str = ""


@dataclass(frozen=True, slots=True)
class OwnObservation:
    """An observation of the base year that a user's plan has in place of that of the package."""

    __pydantic_config__ = TYPED

    id: str
    value: float
    unit: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Effect:
    """How a lever moves a channel: a triangular prior of the long-run effect per unit of intensity.

    `carried_by` states which components of the lever the effect comes from, as shares of its size on the plan's path;
    without it each component carries its part of the lever's rise.
    """

    __pydantic_config__ = TYPED

    channel: str
    beta_min: float
    beta: float
    beta_max: float
    form: Form
    carried_by: Shares = field(default_factory=FrozenMapping)


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """While `lever` is below `at_least`, the lever that names this prerequisite is held at or below `cap`."""

    __pydantic_config__ = TYPED

    lever: str
    at_least: float
    cap: float
    what: str
    basis: str


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a lever, its weight and its intensity at the end of 2020 and, on the path of the 14th plan, of 2025.

    These two are the points between which the parts of the lever's effects are measured, whatever path a plan has.

    `lag_months` is its own lag, where it differs from the lever's. `part_of` is the former component that it divides
    with others; a scenario that names that one sets them all.
    """

    __pydantic_config__ = TYPED

    id: str
    weight: float
    i2020: float
    i2025: float
    covers: str
    lag_months: int | None = None
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A dated event of a lever; `hindsight` if it is later than the plan."""

    __pydantic_config__ = TYPED

    date: str
    what: str
    status: str
    hindsight: bool


@dataclass(frozen=True, slots=True)
class Phase:
    """An intensity gained in equal monthly steps: nothing at `after`, all of `gain` at `until`.

    `announced` is the month in which it became public, empty if it was not announced.
    """

    __pydantic_config__ = TYPED

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
    """A policy lever, its paths and its effects.

    `path_plan` has the intensity at the end of each year from 2020 to the year of the plan's targets.
    """

    __pydantic_config__ = TYPED

    id: str
    name: str
    task_group: str
    family: str
    measures: tuple[str, ...]
    unit: str
    natural_unit: str
    kind: Literal["continuous", "schedule", "switch_and_ramp"]
    authority: Authority
    municipal_handle: Literal["own", "shared", "lobby"]
    intensity_2020: float
    intensity_2025_plan: float
    path_plan: tuple[float, ...]
    start: str
    ramp_months: int
    effect_lag_months: int
    components: tuple[Component, ...]
    effects: tuple[Effect, ...]
    main_kpi: str
    strength: Strength
    expected_sign: Signs
    expected_sign_secondary: Signs
    fiscal_cost: Literal["none", "low", "medium", "high"]
    risk_note: str
    prerequisites: tuple[Prerequisite, ...]
    complements: tuple[str, ...]
    substitutes: tuple[str, ...]
    milestones: tuple[Milestone, ...]
    note: str
    basis: str
    schedule: tuple[Phase, ...] = ()
    name_zh: str = ""

    def lag_of(self, component: Component) -> int:
        """Return the lag of a component, months."""
        return self.effect_lag_months if component.lag_months is None else component.lag_months

    def carriers(self, effect: Effect) -> tuple[Component, ...]:
        """Return the components that an effect comes from."""
        return tuple(each for each in self.components if not effect.carried_by or each.id in effect.carried_by)

    def effect_of(self, effect: Effect, component: Component) -> float:
        """Return the part of an effect that one unit of a component's own intensity has.

        A carrier has its share of the lever's rise on the plan's path, over its own rise on that path, so that all
        components together have the lever's effect there. Without shares it is the component's weight.
        """
        if not effect.carried_by:
            return component.weight
        share = effect.carried_by.get(component.id, 0.0)
        if not share:
            return 0.0
        return share * (self.intensity_2025_plan - self.intensity_2020) / (component.i2025 - component.i2020)

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
        rise = self.path_plan[-1] - self.intensity_2020
        if rise == 0.0:
            return planned
        reach = rise + (1.0 - self.path_plan[-1]) / 2.0
        return self.intensity_2020 + (planned - self.intensity_2020) * reach / rise

    def _ramp(self, month: int) -> float:
        knots = [month_ordinal(self.start) - 1, *(BASELINE + 12 * year for year in range(1, len(self.path_plan)))]
        if month <= knots[0]:
            return self.intensity_2020
        for year, (left, right) in enumerate(pairwise(knots)):
            if month <= right:
                left = max(left, knots[0])
                low, high = self.path_plan[year], self.path_plan[year + 1]
                return low + (high - low) * (month - left) / (right - left)
        return self.path_plan[-1]


@dataclass(frozen=True, slots=True)
class Channel:
    """A cost, limit, eligibility or piece of information that a named decision reads.

    `rule` ("module:function"), `term` and `coefficient` (a parameter id) say where it enters; empty if nowhere yet.
    `decides` says who answers to it: an agent, a market whose formula stands for many participants, or an authority.
    """

    __pydantic_config__ = TYPED

    id: str
    kind: Literal["cost", "limit", "eligibility", "information"]
    unit: str
    form: Form
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
    """One instrument of a measure, the lever ("context" or "delivery" if none) and the component that carry it."""

    __pydantic_config__ = TYPED

    lever: str
    what: str
    component: str = ""


@dataclass(frozen=True, slots=True)
class Interaction:
    """How a measure works with another."""

    __pydantic_config__ = TYPED

    measure: str
    kind: Literal["complement", "substitute"]
    why: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the plan, its instruments and the way it is modelled.

    `direction` is what theory says; `sign_reasons` why a sign is open, `not_shown` why paired runs do not show one.
    """

    __pydantic_config__ = TYPED

    id: str
    kind: Literal["measure", "supporting"]
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
    direction: Signs
    lag_months: int
    lag_basis: str
    strength: Strength
    strength_reason: str
    authority: Authority
    authority_note: str
    modelled_as: Literal["lever", "switch", "context"]
    modelled_note: str
    start: str
    ramp_months: int
    interactions: tuple[Interaction, ...]
    sign_reasons: Reasons = field(default_factory=FrozenMapping)
    not_shown: Reasons = field(default_factory=FrozenMapping)

    @property
    def levers(self) -> tuple[str, ...]:
        """The levers that carry its instruments, in order of appearance."""
        carried = (instrument.lever for instrument in self.instruments)
        return tuple(dict.fromkeys(lever for lever in carried if lever not in ("context", "delivery")))

    @property
    def components(self) -> tuple[tuple[str, str], ...]:
        """The components of levers that carry its instruments, as pairs (lever, component), in order of appearance."""
        return tuple(dict.fromkeys((each.lever, each.component) for each in self.instruments if each.component))

    def settings(self, intensity: float) -> dict[str, dict[str, dict[str, float]]]:
        """Return the paths of levers that put all its components at an intensity, as a scenario file has them."""
        return {
            lever: {"components": {component: intensity for of, component in self.components if of == lever}}
            for lever in self.levers
        }


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of a plan; its target counts as met from `met_from` on."""

    __pydantic_config__ = TYPED

    id: str
    number: int
    dimension: str
    name: str
    unit: str
    kind: Literal["flow", "flow_ratio", "stock", "stock_ratio", "index", "count"]
    value_2020: float
    target_value: float
    qualifier: Literal["around", "at least", "qualitative"]
    met_from: float
    definition: str
    location: str
    proxy_basis: str
    alternative: str
    note: str
    name_zh: str = ""
    definition_zh: str = ""


@dataclass(frozen=True, slots=True)
class Redline:
    """The bound on systemic risk."""

    __pydantic_config__ = TYPED

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

    __pydantic_config__ = TYPED

    id: str
    name: str
    unit: str
    model_measure: str
    better: Literal["up", "down", "neutral"]
    linked_to: str
    recorded: bool = False
    not_modelled: str = ""


@dataclass(frozen=True, slots=True)
class GoalTest:
    """Condition on an indicator under which a goal is met: a ratio, change, level or gap on the right side."""

    __pydantic_config__ = TYPED

    indicator: str
    test: Literal["ratio", "change", "level", "gap"]
    why: str
    at_least: float | None = None
    at_most: float | None = None
    over: str = ""

    @property
    def threshold(self) -> float:
        """The required value."""
        return float(self.at_least if self.at_least is not None else self.at_most or 0.0)


@dataclass(frozen=True, slots=True)
class Goal:
    """A development goal of the plan or a shortcoming it names, with the tests that stand for it (judgement)."""

    __pydantic_config__ = TYPED

    id: str
    kind: Literal["goal", "shortcoming"]
    name: str
    tests: tuple[GoalTest, ...]
    not_modelled: str
    name_zh: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure stated in the plan."""

    __pydantic_config__ = TYPED

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

    __pydantic_config__ = TYPED

    id: str
    value: float
    unit: str
    formula: str


@dataclass(frozen=True, slots=True)
class External:
    """A figure that is not in the plan, with how well it is confirmed."""

    __pydantic_config__ = TYPED

    id: str
    value: float
    unit: str
    status: str
    note: str
