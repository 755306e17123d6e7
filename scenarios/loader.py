"""Scenarios by name or from files, and settings given on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from scenarios.added.installed import parse_components
from scenarios.added.records import AddedParts, levers_of
from scenarios.calendar import LAST_END, PLAN_START, is_month
from scenarios.drivers import read_drivers
from scenarios.errors import InputError, Problem, unknown
from scenarios.frozen import FrozenMapping
from scenarios.held import GIVEN_DRIVERS, with_macro_of
from scenarios.named_files import NamedFile, names_a_drivers_file, names_a_scenario_file
from scenarios.number_types import is_number
from scenarios.own_parameters import names_own_parameters, read_own_parameters
from scenarios.own_plan.folder import load_plan
from scenarios.paths import shown
from scenarios.plan import ARMS, Lever, Plan, levers
from scenarios.problem_texts import coded
from scenarios.schema import HEAD, Scenario, layered, parse_levers
from scenarios.yaml_tree import Tree, parse_yaml, read_yaml

_LONGEST_CHAIN = 20


def names() -> list[str]:
    """Return the names of the ready scenarios, the four arms first."""
    return list(_names())


def load(source: str | Path | Scenario, *, named_in: Path | None = None) -> Scenario:
    """Return a scenario by the name of a ready one or from a YAML file; a scenario passes through.

    Parameters
    ----------
    source
        A name, a path or a scenario. Files that a scenario names are read here, relative to the file that names them.
    named_in
        The file that names this scenario; its path is relative to that file then, and else to the working directory.

    Raises
    ------
    InputError
        With all problems found, each with file, line, key, value, allowed values and the nearest valid name.
    """
    if isinstance(source, Scenario):
        return source
    if not isinstance(source, str | Path):
        raise InputError(coded("scenario.not", value=source), allowed=coded("allowed.scenario_source"), value=source)
    if isinstance(source, str) and source in names():
        return _ready(source)
    if isinstance(source, str) and not (names_a_scenario_file(source) if named_in else _is_path(source)):
        raise InputError(unknown("scenario", source, names(), allowed=coded("allowed.see_scenarios")))
    if named_in is not None:
        return NamedFile(str(source), named_in).read(_from_file)
    return _from_file(Path(source))


def parse_scenario(
    text: str, file_name: str, *, plan: Plan | None = None, components: Sequence[AddedParts] = ()
) -> Scenario:
    """Return the scenario that a text holds, such as one that was sent: it can extend ready scenarios and no files.

    Parameters
    ----------
    text
        YAML.
    file_name
        Its name, for messages; the scenario takes its name from it.
    plan, components
        Plan and components that the scenario has whatever the text says; it may name these components and no others.

    Raises
    ------
    InputError
        With all problems found, each with file, line, key, value, allowed values and the nearest valid name.
    """
    tree = parse_yaml(text, file_name)
    if isinstance(tree.data, dict) and _names_other_components(tree.data, components):
        where = tree.where("components")
        raise InputError(coded("added.in_text"), where=where, key="components", allowed=coded("allowed.own_machine"))
    given: dict[str, Any] = {} if plan is None else {"plan": plan}
    if components:
        given["components"] = list(components)
    return _resolved(tree, Path(file_name).stem or "scenario", None, (), given)


def _names_other_components(data: Mapping[str, Any], known: Sequence[AddedParts]) -> bool:
    named, names = data.get("components", []), {each.name for each in known}
    if not isinstance(named, list):
        return True
    return any((each.get("name") if isinstance(each, Mapping) else each) not in names for each in named)


def parse_setting(text: str) -> tuple[str, Any]:
    """Read a setting such as "reits_pilot=0.5@2022-01" into a lever id and a path for `Scenario.with_levers`.

    The value is a number or the name of an arm; without a date it holds from the first month on. After a full stop may
    come a component of the lever, such as "derivatives_expansion.fx_and_rmb=0.6".

    Raises
    ------
    InputError
        If the form, the lever, the value or the month is wrong.
    """
    setting = _read_setting(text)
    return setting.lever, setting.path


def parse_settings(texts: Iterable[str], known: Sequence[Lever] | None = None) -> dict[str, Any]:
    """Read several settings; those of one lever become one path, in which each value holds until the next date.

    Values of components override those of their lever, in any order. `known` are the levers of the plan unless given.

    Raises
    ------
    InputError
        As `parse_setting`, for all of them at once, or if two settings give one lever two values from the same month
        on.
    """
    problems: list[Problem] = []
    found: dict[str, dict[str, dict[str, _Setting]]] = {}
    for text in texts:
        try:
            setting = _read_setting(text, known)
        except InputError as error:
            problems += error.problems
            continue
        earlier = found.setdefault(setting.lever, {}).setdefault(setting.component, {})
        other = earlier.setdefault(setting.month or PLAN_START, setting)
        if other.value != setting.value:
            problems.append(Problem(coded("setting.contradicts", other=other.text), "--set", setting.lever, text))
        elif not setting.month:  # the same in the simpler form, whichever comes first
            earlier[PLAN_START] = setting
    if problems:
        raise InputError(problems)
    return {lever: _path_of_lever(of_lever) for lever, of_lever in found.items()}


@dataclass(frozen=True, slots=True)
class _Setting:
    """Content of a setting, and its text."""

    lever: str
    component: str
    """Empty for the lever as a whole."""
    month: str
    """Empty without a date."""
    value: str | float
    text: str

    @property
    def path(self) -> Any:
        """Its path in the form of a scenario file."""
        path = _path_of([self])
        return {"components": {self.component: path}} if self.component else path


def _read_setting(text: str, known: Sequence[Lever] | None = None) -> _Setting:
    form = coded("allowed.setting")
    name, equals, setting = text.partition("=")
    value, at, month = setting.partition("@")
    name, value, month = name.strip(), value.strip(), month.strip()
    if not (equals and name and value) or (at and not month):
        raise InputError(coded("setting.form", text=text), where="--set", value=text, allowed=form)
    scalar = parse_yaml(value, "--set").data
    if not (isinstance(scalar, str | bool) or is_number(scalar)):
        raise InputError(coded("setting.value", value=value), where="--set", key=name, value=value, allowed=form)
    lever, dot, component = name.partition(".")
    if dot and not component:
        raise InputError(coded("setting.form", text=text), where="--set", value=text, allowed=form)
    read = _Setting(lever, component, month, scalar, text)
    parse_levers({lever: read.path}, last=LAST_END, where="--set", known=known)
    return read


def _path_of_lever(settings: Mapping[str, Mapping[str, _Setting]]) -> Any:
    """Path of a lever from its settings by component and month."""
    paths = {component: _path_of(list(dated.values())) for component, dated in settings.items()}
    whole = paths.pop("", None)
    if not paths:
        return whole
    components = {"components": paths}
    return components if whole is None else {"layers": [whole, components]}


def _path_of(settings: Sequence[_Setting]) -> Any:
    """Path of a lever or a component from settings with different months."""
    if len(settings) == 1 and not settings[0].month:
        return settings[0].value
    values = {setting.month or PLAN_START: setting.value for setting in settings}
    return {"switch": values} if any(isinstance(value, str) for value in values.values()) else values


def parse_shock(text: str) -> dict[str, Any]:
    """Read a shock such as "us_yield=2@2022-01..2023-06" into the form of a scenario file.

    Size and date may be left out: then those of its kind hold. Name, size and months are checked with the scenario.

    Raises
    ------
    InputError
        If the form or the size is wrong.
    """
    form = coded("allowed.shock")
    head, at, when = text.partition("@")
    name, equals, size = (part.strip() for part in head.partition("="))
    first, dots, last = (part.strip() for part in when.partition(".."))
    if not name or (equals and not size) or (at and not first) or (dots and not last):
        raise InputError(coded("shock.form", text=text), where="--shock", value=text, allowed=form)
    shock: dict[str, Any] = {"name": name}
    if at:
        shock |= {"from": first, "to": last} if dots else {"month": first}
    if equals:
        shock["size"] = parse_yaml(size, "--shock").data
        if not is_number(shock["size"]):
            raise InputError(
                coded("value.no_number", value=repr(size)), where="--shock", key=name, value=size, allowed=form
            )
    return shock


@cache
def _names() -> tuple[str, ...]:
    found = {file.name.removesuffix(".yaml") for file in _library().iterdir() if file.name.endswith(".yaml")}
    return (*ARMS, *sorted(found - set(ARMS)))


def _library() -> Traversable:
    return resources.files("scenarios").joinpath("library")


def _is_path(text: str) -> bool:
    if names_a_scenario_file(text):
        return True
    try:
        return text != "" and Path(text).exists()
    except (OSError, ValueError):  # no file can have such a name
        return False


@cache
def _ready(name: str) -> Scenario:
    tree = parse_yaml(_library().joinpath(f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")
    return _resolved(tree, name, None, ())


def _from_file(path: Path, chain: tuple[Path, ...] = ()) -> Scenario:
    tree = read_yaml(path)
    return _resolved(tree, path.stem, path, chain)


def _resolved(
    tree: Tree,
    name: str,
    path: Path | None,
    chain: tuple[Path, ...],
    given: Mapping[str, Any] = FrozenMapping(),
) -> Scenario:
    """Turn a tree into a scenario that includes the one it extends; given settings replace those of the tree."""
    if tree.data is None:
        raise InputError(coded("scenario.empty"), where=tree.name, allowed=coded("allowed.scenario_keys"))
    if not isinstance(tree.data, dict):
        raise InputError(coded("scenario.no_keys"), where=tree.name, allowed=coded("allowed.scenario_keys"))
    own: dict[str, Any] = {**tree.data, **given}
    problems = list(tree.problems)
    parent: Scenario | None = None
    if "extends" in own:
        try:
            parent = _parent(own.pop("extends"), path, chain)
        except InputError as error:
            problems += [
                p if p.where else replace(p, where=tree.where("extends"), key="extends") for p in error.problems
            ]
    inherited = {} if parent is None else parent.as_given()
    for head in HEAD:
        inherited.pop(head, None)
    if "drivers" in own or own.get("macro", GIVEN_DRIVERS) != GIVEN_DRIVERS:  # another macro path than the parent's
        inherited.pop("macro", None)
        inherited.pop("drivers", None)
    if names_a_drivers_file(own.get("macro")):
        try:
            own |= with_macro_of(NamedFile(own.pop("macro"), path).read(read_drivers))
        except InputError as error:
            problems += [p if p.where else replace(p, where=tree.where("macro"), key="macro") for p in error.problems]
    if "parameters" in own:  # another set than the parent's
        inherited.pop("own_parameters", None)
    if names_own_parameters(own.get("parameters")):
        try:
            own["own_parameters"] = NamedFile(own.pop("parameters"), path).read(read_own_parameters)
        except InputError as error:
            where = tree.where("parameters")
            problems += [p if p.where else replace(p, where=where, key="parameters") for p in error.problems]
    if own.get("plan") is not None:
        inherited.pop("own_plan", None)
        if parent is not None and inherited["end"] == parent.plan.end:  # each ends with its plan
            inherited.pop("end")
        try:
            own["own_plan"] = _plan_named(own.pop("plan"), path)
        except InputError as error:
            where = tree.where("plan")
            problems += [p if p.where else replace(p, where=where, key="plan") for p in error.problems]
    if "components" in own:
        try:
            own["components"] = parse_components([*inherited.get("components", ()), *_listed(own["components"])])
        except InputError as error:
            own.pop("components")
            where = tree.where("components")
            problems += [replace(p, where=where, key=f"components.{p.key}".rstrip(".")) for p in error.problems]
    merged = {"name": name, **inherited, **own}
    if "levers" in own and parent is not None:
        plan = merged.get("own_plan")
        of_plan = plan.levers if isinstance(plan, Plan) else levers()
        known = (*of_plan, *levers_of(merged.get("components", ())))
        merged["levers"] = _over_those_of(parent, own["levers"], merged.get("end"), known)
    try:
        scenario = Scenario(**merged)
    except InputError as error:
        problems += [replace(p, where=tree.where(p.key)) for p in error.problems]
    if problems:
        raise InputError(sorted(problems, key=_place))
    return scenario


def _plan_named(folder: Any, path: Path | None) -> Plan:
    """The plan in a folder that a scenario file names; a plan passes through."""
    if isinstance(folder, Plan):
        return folder
    if not isinstance(folder, str) or not folder:
        raise InputError(coded("plan.not", value=shown(folder)), value=folder, allowed=coded("allowed.plan_folder"))
    return NamedFile(folder, path).read(load_plan)


def _listed(components: Any) -> list[Any]:
    if not isinstance(components, list | tuple):
        message = coded("added.no_list", value=shown(components))
        raise InputError(message, value=components, allowed=coded("allowed.component"))
    return list(components)


def _over_those_of(parent: Scenario, own: Any, end: Any, known: Sequence[Lever]) -> Any:
    """Return the levers of a file over those of its parent; invalid entries are passed on and refused later."""
    try:
        return layered(parent.levers, parse_levers(own, last=end if is_month(end) else LAST_END, known=known), known)
    except InputError:
        return {**parent.levers, **own} if isinstance(own, Mapping) else own


def _place(problem: Problem) -> tuple[str, int]:
    file, _, line = problem.where.rpartition(":")
    return file, int(line) if line.isdigit() else 0


def _parent(extends: Any, path: Path | None, chain: tuple[Path, ...]) -> Scenario:
    if not isinstance(extends, str) or not extends:
        raise InputError(coded("scenario.not", value=extends), value=extends, allowed=coded("allowed.scenario_or_path"))
    if extends in names():
        return _ready(extends)
    if path is None or not names_a_scenario_file(extends):
        raise InputError(unknown("scenario", extends, names(), allowed=coded("allowed.see_scenarios")))
    chain = (*chain, path.resolve())

    def inherited(target: Path) -> Scenario:
        if target.resolve() in chain:
            raise InputError(coded("scenario.circular", file=extends), value=extends)
        if len(chain) > _LONGEST_CHAIN:
            raise InputError(
                coded("scenario.chain_too_long"), value=extends, allowed=coded("allowed.at_most", most=_LONGEST_CHAIN)
            )
        return _from_file(target, chain)

    return NamedFile(extends, path).read(inherited)
