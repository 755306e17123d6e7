"""Scenarios by name or from files, and settings given on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from scenarios.calendar import LAST_END
from scenarios.drivers import read_drivers
from scenarios.errors import InputError, Problem, nearest_name
from scenarios.named_files import NamedFile, names_a_drivers_file, names_a_scenario_file
from scenarios.plan import ARMS
from scenarios.schema import GIVEN_DRIVERS, Scenario, parse_levers, with_macro_of
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
        With every problem found, each with file, line, key, value, what is allowed and the nearest valid name.
    """
    if isinstance(source, Scenario):
        return source
    if not isinstance(source, str | Path):
        raise InputError(f"{source!r} is no scenario", allowed="a name, a path or a Scenario", value=source)
    if isinstance(source, str) and source in names():
        return _ready(source)
    if isinstance(source, str) and not (names_a_scenario_file(source) if named_in else _is_path(source)):
        raise InputError(
            f"unknown scenario {source!r}",
            value=source,
            allowed="see: lujiazui scenarios; or a path to a .yaml file",
            nearest=nearest_name(source, names()),
        )
    if named_in is not None:
        return NamedFile(str(source), named_in).read(_from_file)
    return _from_file(Path(source))


def parse_scenario(text: str, file_name: str) -> Scenario:
    """Return the scenario that a text holds, such as one that was sent: it can extend ready scenarios and no files.

    Parameters
    ----------
    text
        YAML.
    file_name
        Its name, for messages; the scenario takes its name from it.

    Raises
    ------
    InputError
        With every problem found, each with file, line, key, value, what is allowed and the nearest valid name.
    """
    return _resolved(parse_yaml(text, file_name), Path(file_name).stem or "scenario", None, ())


def parse_setting(text: str) -> tuple[str, Any]:
    """Read a setting such as "reits_pilot=0.5@2022-01" into a lever id and a path for `Scenario.with_levers`.

    The value is a number or the name of an arm; without a date it holds from the first month on. After a full stop may
    come a component of the lever, such as "derivatives_expansion.fx_and_rmb=0.6".

    Raises
    ------
    InputError
        If the form, the lever, the value or the month is wrong.
    """
    form = "lever=value or lever=value@month, such as reits_pilot=0.5@2022-01"
    lever, equals, setting = text.partition("=")
    value, at, month = setting.partition("@")
    lever, value, month = lever.strip(), value.strip(), month.strip()
    if not (equals and lever and value) or (at and not month):
        raise InputError(f"{text!r} is not a setting", where="--set", value=text, allowed=form)
    scalar = parse_yaml(value, "--set").data
    if not isinstance(scalar, str | int | float):
        raise InputError(f"{value!r} is not a value", where="--set", key=lever, value=value, allowed=form)
    path: Any = scalar
    if at:
        path = {"switch": {month: scalar}} if isinstance(scalar, str) else {month: scalar}
    lever, dot, component = lever.partition(".")
    if dot:
        path = {"components": {component: path}}
    parse_levers({lever: path}, last=LAST_END, where="--set")
    return lever, path


def parse_settings(texts: Iterable[str]) -> dict[str, Any]:
    """Read several settings; dated numbers for the same lever become the steps of one path.

    Raises
    ------
    InputError
        As `parse_setting`, for all of them at once, or if two settings of a lever contradict each other.
    """
    paths: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in texts:
        try:
            lever, path = parse_setting(text)
        except InputError as error:
            problems += error.problems
            continue
        earlier = paths.setdefault(lever, path)
        if earlier is path:
            continue
        joined = _joined(earlier, path)
        if joined is not None:
            paths[lever] = joined
        else:
            problems.append(Problem("contradicts an earlier setting of this lever", "--set", lever, text))
    if problems:
        raise InputError(problems)
    return paths


def parse_shock(text: str) -> dict[str, Any]:
    """Read a shock such as "us_yield=2@2022-01..2023-06" into the form of a scenario file.

    Size and date may be left out: then those of its kind hold. Name, size and months are checked with the scenario.

    Raises
    ------
    InputError
        If the form or the size is wrong.
    """
    form = "name, name=size or name=size@month or name=size@month..month, such as us_yield=2@2022-01..2023-06"
    head, at, when = text.partition("@")
    name, equals, size = (part.strip() for part in head.partition("="))
    first, dots, last = (part.strip() for part in when.partition(".."))
    if not name or (equals and not size) or (at and not first) or (dots and not last):
        raise InputError(f"{text!r} is not a shock", where="--shock", value=text, allowed=form)
    shock: dict[str, Any] = {"name": name}
    if at:
        shock |= {"from": first, "to": last} if dots else {"month": first}
    if equals:
        shock["size"] = parse_yaml(size, "--shock").data
        if not isinstance(shock["size"], int | float) or isinstance(shock["size"], bool):
            raise InputError(f"{size!r} is not a number", where="--shock", key=name, value=size, allowed=form)
    return shock


def _joined(earlier: Any, later: Any) -> dict[str, Any] | None:
    """Steps with other dates, or other components, as one path; None where two settings contradict each other."""
    if not isinstance(earlier, dict) or not isinstance(later, dict) or "switch" in earlier or "switch" in later:
        return None
    if ("components" in earlier) != ("components" in later):
        return None
    if "components" in earlier:
        parts = dict(earlier["components"])
        for part, path in later["components"].items():
            joined = path if part not in parts else _joined(parts[part], path)
            if joined is None:
                return None
            parts[part] = joined
        return {"components": parts}
    return None if earlier.keys() & later.keys() else {**earlier, **later}


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


def _resolved(tree: Tree, name: str, path: Path | None, chain: tuple[Path, ...]) -> Scenario:
    """Turn a tree into a scenario that holds what it extends."""
    if tree.data is None:
        raise InputError("is empty", where=tree.name, allowed="a scenario such as {policy: plan}")
    if not isinstance(tree.data, dict):
        raise InputError("holds no keys", where=tree.name, allowed="a scenario such as {policy: plan}")
    own: dict[str, Any] = dict(tree.data)
    problems = list(tree.problems)
    parent: Scenario | None = None
    if "extends" in own:
        try:
            parent = _parent(own.pop("extends"), path, chain)
        except InputError as error:
            problems += [
                p if p.where else replace(p, where=tree.where("extends"), key="extends") for p in error.problems
            ]
    inherited = {} if parent is None else parent.plain()
    for head in ("name", "title", "author", "description"):
        inherited.pop(head, None)
    if "drivers" in own or own.get("macro", GIVEN_DRIVERS) != GIVEN_DRIVERS:  # another macro path than the parent's
        inherited.pop("macro", None)
        inherited.pop("drivers", None)
    if names_a_drivers_file(own.get("macro")):
        try:
            own |= with_macro_of(NamedFile(own.pop("macro"), path).read(read_drivers))
        except InputError as error:
            problems += [p if p.where else replace(p, where=tree.where("macro"), key="macro") for p in error.problems]
    levers = own.get("levers", {})
    merged = {"name": name, **inherited, **own}
    if isinstance(levers, Mapping) and parent is not None:
        merged["levers"] = {**parent.levers, **levers}
    try:
        scenario = Scenario(**merged)
    except InputError as error:
        problems += [replace(p, where=tree.where(p.key)) for p in error.problems]
    if problems:
        raise InputError(sorted(problems, key=_place))
    return scenario


def _place(problem: Problem) -> tuple[str, int]:
    file, _, line = problem.where.rpartition(":")
    return file, int(line) if line.isdigit() else 0


def _parent(extends: Any, path: Path | None, chain: tuple[Path, ...]) -> Scenario:
    if not isinstance(extends, str) or not extends:
        raise InputError(f"{extends!r} is no scenario", value=extends, allowed="the name of a ready scenario or a path")
    if extends in names():
        return _ready(extends)
    if path is None or not names_a_scenario_file(extends):
        raise InputError(
            f"unknown scenario {extends!r}",
            value=extends,
            allowed="see: lujiazui scenarios; or a path to a .yaml file",
            nearest=nearest_name(extends, names()),
        )
    chain = (*chain, path.resolve())

    def inherited(target: Path) -> Scenario:
        if target.resolve() in chain:
            raise InputError(f"{extends!r} extends this file in turn", value=extends)
        if len(chain) > _LONGEST_CHAIN:
            raise InputError("extends too many files in turn", value=extends, allowed=f"at most {_LONGEST_CHAIN}")
        return _from_file(target, chain)

    return NamedFile(extends, path).read(inherited)
