"""A scenario: the settings of a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    InstanceOf,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from scenarios.added.records import AddedParts, channels_of, indicators_of, levers_of, shocks_of
from scenarios.bounds import LARGEST_SCALE, LEAST_SCALE
from scenarios.budget import Budget
from scenarios.calendar import BASELINE, LAST_END, PLAN_END, PLAN_START, is_month, month_ordinal
from scenarios.drivers import Drivers, parse_drivers
from scenarios.errors import InputError, Problem, unknown
from scenarios.frozen import FrozenMapping
from scenarios.held import GIVEN_DRIVERS, held, with_macro_of
from scenarios.model_problems import problems_of
from scenarios.named_files import names_a_drivers_file
from scenarios.number_types import InputModel, real_number
from scenarios.own_parameters import (
    OwnParameters,
    names_own_parameters,
    read_own_parameters,
)
from scenarios.parameters import Parameters, ParameterSet, checked_for_replay, parameter_set, resolved_parameters
from scenarios.paths import LeverPath, OnArm, follow, from_month_on, over, parse_lever_path, shown
from scenarios.plan import Arm, Channel, Lever, Plan, channels, levers, shipped_plan
from scenarios.problem_texts import coded
from scenarios.shock import Shock
from scenarios.shock_paths import total_problems
from scenarios.triggers import Trigger

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MACRO_PATHS = ("neutral", "realised", "adverse")
type RivalCentres = Literal["passive", "matching"]

HEAD = ("name", "title", "author", "description", "settings")
"""Keys of the name and origin of a scenario; they enter no hash."""

Text = Annotated[str, Field(strict=True, max_length=4000)]


_FORMS: dict[type[BaseModel], str] = {
    Shock: "shock.keys",
    Trigger: "trigger.keys",
    Budget: "budget.keys",
}
"""Codes of the messages that show the form of a scenario's settings in a file."""


class Scenario(InputModel):
    """The settings of a run: policy, macro path, shocks, parameters, scale and horizon.

    A scenario is frozen and hashable, and complete: inherited settings are part of it, and so are the values of a
    file of drivers, which is read here once. Given as `macro`, its path is relative to the working directory.

    Raises
    ------
    InputError
        With all problems, each with key, value and allowed values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    name: Annotated[str, Field(strict=True, min_length=1, max_length=200)]
    title: Text = ""
    author: Text = ""
    description: Text = ""
    settings: tuple[Text, ...] = ()
    """Settings added to the file or the ready scenario that gives the name, as typed."""
    policy: Arm = "committed"
    macro: Annotated[str, Field(strict=True, min_length=1, max_length=1000)] = "neutral"
    components: tuple[InstanceOf[AddedParts], ...] = ()
    """Components of others that the model is run with."""
    drivers: Drivers | None = None
    """Values of the user's own for the macro path `drivers`; None for every other one."""
    parameters: Literal["posterior_2020", "prior_2020", "prior_hindsight"] = "posterior_2020"
    own_plan: InstanceOf[Plan] | None = None
    """Plan of the user's own; None for that of the package."""
    own_parameters: InstanceOf[OwnParameters] | None = None
    """Parameters of the user's own, which replace those of the set; None for the set alone."""
    rival_centres: RivalCentres = "passive"
    scale: Annotated[float, Field(strict=True, ge=LEAST_SCALE, le=LARGEST_SCALE, allow_inf_nan=False)] = 1.0
    start: Literal["2021-01"] = "2021-01"
    end: str = PLAN_END
    levers: FrozenMapping[str, LeverPath] = FrozenMapping()
    shocks: tuple[Shock, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    budget: Budget | None = None

    def __init__(self, /, **data: Any) -> None:
        data, problems = held(data)
        context = {"components": data.get("components", ()), "levers": _levers_known(data)}
        try:
            # As `BaseModel.__init__`, with what the validators of levers, shocks, triggers and budget need to know.
            self.__pydantic_validator__.validate_python(data, self_instance=self, context=context)
        except ValidationError as error:
            problems += problems_of(error, Scenario, ("extends",), _FORMS)
        if problems:
            raise InputError(problems)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Scenario:
        """Return the scenario that `plain` was made of: data alone, which open no file.

        Raises
        ------
        InputError
            As the class itself, and for a macro path that is the name of a file: stored data contain the drivers.
        """
        if names_own_parameters(plain.get("parameters")):
            message = coded("file.named_in_text", file=plain["parameters"])
            allowed = coded("allowed.content_of_file")
            raise InputError(message, key="parameters", value=plain["parameters"], allowed=allowed)
        if "plan" in plain:
            message = coded("file.named_in_text", file=plain["plan"])
            raise InputError(message, key="plan", value=plain["plan"], allowed=coded("allowed.content_of_file"))
        if names_a_drivers_file(plain.get("macro")):
            message = coded("file.named_in_text", file=plain["macro"])
            raise InputError(message, key="macro", value=plain["macro"], allowed=coded("allowed.content_of_file"))
        return cls(**plain)

    @field_validator("macro")
    @classmethod
    def _is_macro(cls, value: str) -> str:
        if value in MACRO_PATHS or value == GIVEN_DRIVERS:
            return value
        known = coded("allowed.macro_paths", known=", ".join(MACRO_PATHS))
        raise InputError(unknown("macro_path", value, MACRO_PATHS, allowed=known))

    @field_validator("drivers", mode="before")
    @classmethod
    def _are_drivers(cls, value: Any) -> Drivers | None:
        return None if value is None else parse_drivers(value)

    @field_validator("scale", mode="before")
    @classmethod
    def _has_enough_issuers(cls, value: Any) -> Any:
        number = real_number(value)
        if number is not None and 0.0 < number < LEAST_SCALE:
            message = coded("scenario.scale", value=shown(value))
            raise InputError(
                message, value=value, allowed=coded("allowed.between", least=LEAST_SCALE, most=LARGEST_SCALE)
            )
        return value

    @field_validator("end")
    @classmethod
    def _is_end(cls, value: str) -> str:
        if not is_month(value) or not PLAN_START <= value <= LAST_END:
            raise InputError(coded("month.outside", value=value, first=PLAN_START, last=LAST_END), value=value)
        return value

    @field_validator("levers", mode="before")
    @classmethod
    def _are_paths(cls, value: Any, info: ValidationInfo) -> FrozenMapping[str, LeverPath]:
        known = (info.context or {}).get("levers")
        return parse_levers(value, last=info.data.get("end", LAST_END), known=known)

    @field_validator("shocks", mode="before")
    @classmethod
    def _is_list(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise InputError(coded("shock.not_a_list", value=shown(value)), allowed=coded("allowed.shocks"))
        return tuple(value)

    @field_validator("shocks")
    @classmethod
    def _in_horizon(cls, value: tuple[Shock, ...], info: ValidationInfo) -> tuple[Shock, ...]:
        end = info.data.get("end", LAST_END)
        problems = []
        for place, shock in enumerate(value):
            late = [month for month in shock.months if not PLAN_START <= month <= end]
            problems += [
                Problem(
                    coded("shock.outside_horizon", month=month, first=PLAN_START, last=end), key=str(place), value=month
                )
                for month in late
            ]
            if (shock.first is None) != (shock.last is None) or (shock.month is not None and shock.first is not None):
                problems.append(Problem(coded("shock.dates"), key=str(place)))
            elif shock.first is not None and shock.last is not None and shock.last < shock.first:
                problems.append(Problem(coded("shock.ends_early", month=shock.last), key=str(place)))
            elif not shock.months and shock.window[0] > end:
                message = coded("shock.begins_late", month=shock.window[0])
                problems.append(
                    Problem(message, key=str(place), allowed=coded("allowed.month_in", first=PLAN_START, last=end))
                )
        if problems:
            raise InputError(problems)
        return value

    @field_validator("triggers", mode="before")
    @classmethod
    def _is_list_of_triggers(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise InputError(coded("trigger.not_a_list", value=shown(value)), allowed=coded("allowed.triggers"))
        return tuple(value)

    @model_validator(mode="after")
    def _has_drivers_where_they_are_the_macro_path(self) -> Scenario:
        if self.macro == GIVEN_DRIVERS and self.drivers is None:
            raise InputError(
                coded("drivers.none"), key="macro", value=self.macro, allowed=coded("allowed.months_under_drivers")
            )
        if self.macro != GIVEN_DRIVERS and self.drivers is not None:
            raise InputError(coded("drivers.are_macro_path"), key="macro", value=self.macro, allowed=GIVEN_DRIVERS)
        return self

    @model_validator(mode="after")
    def _has_hindsight_in_replays_alone(self) -> Scenario:
        checked_for_replay(self.parameters, self.macro)
        return self

    @model_validator(mode="after")
    def _has_shocks_that_the_world_can_take(self) -> Scenario:
        return self._within_the_world()

    def _within_the_world(self) -> Scenario:
        if self.shocks:
            given = {} if self.drivers is None else self.drivers.by_month()
            last, central = month_ordinal(self.end), self.values()
            problems = total_problems(self.shocks, last, central, given, shocks_of(self.components))
            if problems:
                raise InputError(replace(each, key=f"shocks.{each.key}".rstrip(".")) for each in problems)
        return self

    @model_validator(mode="after")
    def _is_affordable(self) -> Scenario:
        return self._within_budget()

    def _within_budget(self) -> Scenario:
        if self.budget is not None and self.budget.cap is not None:
            costs = self.costs()
            total = sum(costs.values())
            if total > self.budget.cap:
                dearest = max(costs.items(), key=lambda item: item[1])
                raise InputError(
                    coded("budget.exceeded", total=total, unit=self.budget.unit, lever=dearest[0], cost=dearest[1]),
                    key="budget.cap",
                    value=self.budget.cap,
                    allowed=coded("allowed.budget_cap", total=total),
                )
        return self

    def costs(self) -> dict[str, float]:
        """Cost of each lever to the end by the user's own figures, in the budget's unit; empty without a budget.

        Settings made by triggers are not included.
        """
        if self.budget is None:
            return {}
        return self.budget.costs(self.intensities(month_ordinal(self.start), month_ordinal(self.end)), self.all_levers)

    @property
    def all_levers(self) -> tuple[Lever, ...]:
        """The levers of the plan, in its order, and then those of components of others."""
        return (*self.plan.levers, *levers_of(self.components))

    @property
    def plan(self) -> Plan:
        """The plan whose levers it moves and whose targets it is held against."""
        return shipped_plan() if self.own_plan is None else self.own_plan

    def with_plan(self, plan: str | Path | Plan) -> Scenario:
        """Return the scenario under a plan of the user's own; where it ended with its plan, it ends with the other.

        Parameters
        ----------
        plan
            Folder of the plan, relative to the working directory, or the plan itself.

        Raises
        ------
        InputError
            If the plan cannot be used, or does not fit the scenario.
        """
        plain = {name: value for name, value in self.as_given().items() if name != "own_plan"}
        if plain["end"] == self.plan.end:
            plain.pop("end")
        return Scenario(**{**plain, "plan": plan})

    def values(self, parameters: str | Parameters | None = None) -> Parameters:
        """Return the parameters of one run: those given, or the central point of a set, by default the scenario's.

        Raises
        ------
        InputError
            For an unknown set, or one with hindsight in a run that is no replay.
        """
        asked = self.parameters if parameters is None else parameters
        return resolved_parameters(asked, self.macro, self.components, self.own_parameters, self.own_plan)

    def set_of_parameters(self, name: str | None = None) -> ParameterSet:
        """Return the set from which runs draw: a named one, by default the scenario's, with all that is added to it."""
        return parameter_set(name or self.parameters, self.components, self.own_parameters, self.own_plan)

    @property
    def parameters_told(self) -> str:
        """Name of the parameter set, and of the user's own parameters over it."""
        return (
            self.parameters if self.own_parameters is None else f"{self.parameters} with {self.own_parameters.identity}"
        )

    def with_parameters(self, parameters: str | Path) -> Scenario:
        """Return the scenario with another parameter set, or with parameters of the user's own over its set.

        Parameters
        ----------
        parameters
            Name of a set, path of a file of parameters, or folder of a fit, relative to the working directory.

        Raises
        ------
        InputError
            For an unknown set or a file that cannot be used.
        """
        plain = {name: value for name, value in self.as_given().items() if name != "own_parameters"}
        if names_own_parameters(parameters):
            return Scenario(**{**plain, "own_parameters": read_own_parameters(parameters)})
        return Scenario(**{**plain, "parameters": parameters})

    @property
    def flows(self) -> frozenset[str]:
        """Indicators of components of others that are summed over a year."""
        return frozenset(name for name, each in indicators_of(self.components).items() if each.kind == "flow")

    @property
    def all_channels(self) -> tuple[Channel, ...]:
        """The channels of the plan, in its order, and then those of components of others."""
        return (*channels(), *channels_of(self.components))

    def with_components(self, components: Iterable[Any]) -> Scenario:
        """Return the scenario with components of others beside its own.

        Parameters
        ----------
        components
            Names of installed components, or components.

        Raises
        ------
        InputError
            If one is unknown, is no component, or clashes with another or with the model.
        """
        added = tuple(components)
        if not added:
            return self
        return Scenario(**{**self.as_given(), "components": [*self.components, *added]})

    def with_levers(self, changes: Mapping[str, Any], after: str | None = None) -> Scenario:
        """Return the scenario with other paths for some levers, each over the scenario's own.

        Where a path does not hold, before its first date, outside a pulse, in the components that it does not name, the
        scenario's own stays in force; see `scenarios.paths.over`.

        Parameters
        ----------
        changes
            Lever id to path, in the forms of a scenario file.
        after
            Take hold in this month, as a later decision: the present paths stay in force before it, and triggers on
            these levers end with the month before.

        Raises
        ------
        InputError
            For an unknown lever, an intensity outside 0..1, a month outside the horizon (or before `after`), or a
            cost above the cap of the budget.
        """
        if after is None:
            paths = parse_levers(changes, last=self.end, key=("levers",), known=self.all_levers)
            return self._over(paths)
        if not is_month(after) or not PLAN_START <= after <= self.end:
            raise InputError(
                coded("month.outside", value=after, first=PLAN_START, last=self.end), key="after", value=after
            )
        later = parse_levers(changes, first=after, last=self.end, key=("levers",), known=self.all_levers)
        paths = FrozenMapping((lever, from_month_on(path, after, self.start)) for lever, path in later.items())
        released = (each.released(after) if each.lever in paths else each for each in self.triggers)
        return self.model_copy(update={"triggers": tuple(each for each in released if each is not None)})._over(paths)

    def _over(self, paths: Mapping[str, LeverPath]) -> Scenario:
        """Return the scenario with paths over its own."""
        # A copy runs no validator, and other levers cost something else.
        return self.model_copy(update={"levers": layered(self.levers, paths, self.all_levers)})._within_budget()

    def whole_path(self, lever: str) -> LeverPath:
        """Return the path of a lever with nothing left to the policy: the same in a scenario on another arm."""
        path: LeverPath = OnArm(self.policy)
        if lever not in self.levers:
            return path
        return layered({lever: path}, {lever: self.levers[lever]}, self.all_levers)[lever]

    def with_changes(
        self,
        *,
        levers: Mapping[str, Any] | None = None,
        macro: str | Path | Drivers | None = None,
        scale: float | None = None,
        shocks: Iterable[Mapping[str, Any]] = (),
    ) -> Scenario:
        """Return the scenario with the settings of a call, which are shown beside its name.

        Parameters
        ----------
        levers
            As in `with_levers`.
        macro
            As in `with_macro`.
        scale
            Another scale.
        shocks
            As in `with_shocks`.

        Raises
        ------
        InputError
            If something cannot be used.
        """
        changed, noted, more = self, [], list(shocks)
        if macro is not None:
            changed = changed.with_macro(macro)
            noted.append(f"macro {changed.macro_identity if isinstance(macro, Drivers) else macro}")
        if scale is not None:
            changed = Scenario(**{**changed.as_given(), "scale": scale})
            noted.append(f"scale {scale:g}")
        if levers:
            changed = changed.with_levers(levers)
            noted += [f"{lever}={shown(path)}" for lever, path in levers.items()]
        if more:
            changed = changed.with_shocks(more)
            noted += [f"shock {each.name}" for each in changed.shocks[len(self.shocks) :]]
        return changed.with_settings_noted(noted)

    def with_settings_noted(self, settings: Iterable[str]) -> Scenario:
        """Return the scenario with settings noted beside its name."""
        noted = (*self.settings, *settings)
        return self if noted == self.settings else self.model_copy(update={"settings": noted})

    @property
    def label(self) -> str:
        """Name of the scenario, and the settings added to it."""
        return f"{self.name} with {', '.join(self.settings)}" if self.settings else self.name

    def with_macro(self, macro: str | Path | Drivers) -> Scenario:
        """Return the scenario under another macro path.

        Parameters
        ----------
        macro
            `neutral`, `realised`, `adverse`, drivers, or the path of a CSV file of drivers, relative to the working
            directory.

        Raises
        ------
        InputError
            For an unknown name, a file that cannot be used, or parameters with hindsight for this path.
        """
        plain = {name: value for name, value in self.as_given().items() if name not in ("macro", "drivers")}
        given = with_macro_of(macro) if isinstance(macro, Drivers) else {"macro": _text(macro)}
        return Scenario(**plain, **given)

    @property
    def macro_identity(self) -> str:
        """Name of the macro path; for drivers of the user's own with the digest of their values."""
        return self.macro if self.drivers is None else f"{self.macro} {self.drivers.digest}"

    def with_policy_of(self, other: Scenario) -> Scenario:
        """Return the policy of another scenario, under its name, in the world of this one.

        Policy is the arm, the levers, the triggers and the budget. The world is all else: macro path, shocks,
        parameters, response of rival centres, scale and horizon.

        Raises
        ------
        InputError
            If the other policy names months after the end of this scenario.
        """
        policy = ("policy", "levers", "triggers", "budget")
        mine = {name: value for name, value in self.as_given().items() if name not in HEAD + policy}
        theirs = {name: value for name, value in other.plain().items() if name in HEAD + policy}
        return Scenario(**mine, **theirs)

    def with_shocks(self, more: Iterable[Any]) -> Scenario:
        """Return the scenario with more shocks, each in the form of a scenario file.

        Raises
        ------
        InputError
            For an unknown shock, a size outside its range, a month outside the horizon, or shocks that together are
            more than their kind, or a driver of world finance, may be.
        """
        held = {"components": self.components, "own_plan": self.own_plan}
        added = Scenario(name=self.name, end=self.end, shocks=list(more), **held).shocks
        # A copy runs no validator, and shocks add up.
        return self.model_copy(update={"shocks": (*self.shocks, *added)})._within_the_world()

    def intensities(self, first: int, last: int) -> NDArray[np.float64]:
        """Return the intensity of the regime in force at the end of each month.

        Parameters
        ----------
        first, last
            The first and last month, both included, as ordinals.

        Returns
        -------
        numpy.ndarray
            Shape (months, levers), in the order of `all_levers`; before 2021-01 the intensity of the end of 2020.
            Prerequisites, lags and fidelity are not applied.
        """
        import numpy as np

        return np.column_stack([self._course(lever, first, last)[:, 0] for lever in self.all_levers])

    def departures(self, first: int, last: int) -> NDArray[np.float64]:
        """Return by how much components of levers depart from where their lever as a whole has them.

        Parameters
        ----------
        first, last
            As for `intensities`.

        Returns
        -------
        numpy.ndarray
            Shape (months, components of all levers), in the order of `all_levers`; zero where no component has a path
            of its own.
        """
        import numpy as np

        still = last - first + 1
        return np.column_stack(
            [
                self._course(lever, first, last)[:, 1:]
                if lever.id in self.levers
                else np.zeros((still, len(lever.components)))
                for lever in self.all_levers
            ]
        )

    def _course(self, lever: Lever, first: int, last: int) -> NDArray[np.float64]:
        """Return the course of a lever, see `scenarios.paths.follow`."""
        import numpy as np

        months = max(last, month_ordinal(self.end)) - BASELINE + 1
        course = np.zeros((months, 1 + len(lever.components)))
        course[:, 0] = [lever.intensity(self.policy, BASELINE + month) for month in range(months)]
        if lever.id in self.levers:
            course = follow(self.levers[lever.id], lever, course, month_ordinal(self.start))
        return course[np.maximum(np.arange(first, last + 1) - BASELINE, 0)]

    def _content(self) -> dict[str, Any]:
        kept = ("policy", "macro", "parameters", "rival_centres", "scale", "start", "end")
        content: dict[str, Any] = {name: getattr(self, name) for name in kept}
        if self.components:
            content["components"] = [each.plain() for each in self.components]
        if self.own_plan is not None:
            content["own_plan"] = self.own_plan.plain()
        if self.own_parameters is not None:
            content["own_parameters"] = self.own_parameters.plain()
        if self.drivers is not None:
            content["drivers"] = self.drivers.plain()
        content["levers"] = {lever: path.plain() for lever, path in self.levers.items()}
        content["shocks"] = [shock.model_dump(exclude_none=True) for shock in self.shocks]
        if self.triggers:
            content["triggers"] = [trigger.plain() for trigger in self.triggers]
        return content

    def content_hash(self) -> str:
        """Return a hash of the settings, without name and origin."""
        content = self._content()
        if self.own_parameters is not None:  # thousands of draws, whose digest is known
            content["own_parameters"] = self.own_parameters.identity
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def __repr__(self) -> str:
        from scenarios.scenario_shown import as_line

        return as_line(self)

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        from scenarios.scenario_shown import as_html

        return as_html(self)

    def __hash__(self) -> int:
        return hash((*(getattr(self, name) for name in HEAD), self.content_hash()))

    def plain(self) -> dict[str, Any]:
        """Return the scenario as plain data, from which an equal one can be built."""
        head = {name: getattr(self, name) for name in HEAD if name != "settings"}
        if self.settings:
            head["settings"] = list(self.settings)
        budget = {} if self.budget is None else {"budget": self.budget.plain()}
        return {**head, **self._content(), **budget}

    def as_given(self) -> dict[str, Any]:
        """Return the settings from which an equal scenario can be built, components with their code."""
        held = {
            "components": self.components or None,
            "own_plan": self.own_plan,
            "own_parameters": self.own_parameters,
        }
        return {**self.plain(), **{name: value for name, value in held.items() if value is not None}}

    def to_yaml(self, *, named: bool = True) -> str:
        """Return the scenario as the text of a scenario file, which loads to an equal scenario.

        Without a name the scenario takes that of the file.
        """
        from scenarios.yaml_tree import write_yaml

        return write_yaml({key: value for key, value in self.plain().items() if named or key != "name"})


def _levers_known(data: Mapping[str, Any]) -> tuple[Lever, ...]:
    """The levers of the plan of a scenario, and those of components of others, from its settings."""
    plan = data.get("own_plan")
    return (*(plan.levers if isinstance(plan, Plan) else levers()), *levers_of(data.get("components", ())))


def _text(path: Any) -> Any:
    return str(path) if isinstance(path, Path) else path


def parse_levers(
    plain: Any,
    *,
    first: str = PLAN_START,
    last: str,
    key: tuple[str, ...] = (),
    where: str = "",
    known: Sequence[Lever] | None = None,
) -> FrozenMapping[str, LeverPath]:
    """Read the paths of several levers, reporting every problem at once; `known` are those of the plan unless given.

    Raises
    ------
    InputError
        For an unknown lever or a path that cannot be read.
    """
    if not isinstance(plain, Mapping):
        raise InputError(
            coded("lever.not_a_set", value=plain), allowed=coded("allowed.levers"), where=where, value=plain
        )
    problems: list[Problem] = []
    paths: dict[str, LeverPath] = {}
    of_id = {lever.id: lever for lever in known or levers()}
    for name, path in plain.items():
        if name not in of_id:
            dotted = ".".join((*key, str(name)))
            problems.append(unknown("lever", name, of_id, key=dotted, allowed=coded("allowed.see_levers")))
            continue
        read = parse_lever_path(path, (*key, name), month_ordinal(first), month_ordinal(last), problems, of_id[name])
        if read is not None:
            paths[name] = read
    if problems:
        raise InputError(replace(problem, where=where) for problem in problems)
    return _in_order(paths, of_id)


def layered(
    below: Mapping[str, LeverPath], on_top: Mapping[str, LeverPath], known: Sequence[Lever] | None = None
) -> FrozenMapping[str, LeverPath]:
    """Return the paths of several levers, upper ones over lower ones; `known` are those of the plan unless given."""
    of_id = {lever.id: lever for lever in known or levers()}
    paths = {name: over(below.get(name), path, PLAN_START, of_id[name]) for name, path in on_top.items()}
    return _in_order({**below, **paths}, of_id)


def _in_order(paths: Mapping[str, LeverPath], ids: Iterable[str]) -> FrozenMapping[str, LeverPath]:
    return FrozenMapping((lever, paths[lever]) for lever in ids if lever in paths)
