"""Components of levers by their names in experiments, `lever.component`, beside the levers themselves."""

from collections.abc import Iterable, Mapping
from typing import Any

from scenarios.errors import InputError, Problem, unknown
from scenarios.problem_texts import coded
from scenarios.schema import Scenario


def component_names(scenario: Scenario, lever: str | None = None) -> list[str]:
    """Names of the components of all levers of a scenario, or of one lever."""
    levers = (each for each in scenario.all_levers if lever in (None, each.id))
    return [f"{each.id}.{component.id}" for each in levers for component in each.components]


def lever_paths(values: Mapping[str, Any]) -> dict[str, Any]:
    """Paths of levers in the form of a scenario file, from those of levers and of components by their names."""
    paths: dict[str, Any] = {}
    for name, path in values.items():
        lever, _, component = name.partition(".")
        if component:
            paths.setdefault(lever, {"components": {}})["components"][component] = path
        else:
            paths[lever] = path
    return paths


def component_problem(name: object, scenario: Scenario, key: str) -> Problem | None:
    """Problem with a name that is meant for a component of a lever, which it is not; None if it is not meant so."""
    lever, _, component = str(name).partition(".")
    if not component or lever not in {each.id for each in scenario.all_levers}:
        return None
    known = component_names(scenario, lever)
    if not known:
        return Problem(coded("lever.no_components", lever=lever), key=key, value=name, allowed=lever, nearest=lever)
    return unknown("component", name, known, key=key)


def clashes(names: Iterable[object], key: str) -> list[Problem]:
    """Problems of components that are named beside their lever as a whole, whose path is theirs too."""
    asked = [str(name) for name in names]
    return [
        Problem(
            coded("added.clash", kind="component", name=name, owner=lever),
            key=f"{key}.{name}",
            value=name,
            allowed=f"{lever} | {name}",
        )
        for name in asked
        for lever, _, component in [name.partition(".")]
        if component and lever in asked
    ]


def refuse_clashes(names: Iterable[object], key: str) -> None:
    """Refuse components beside their lever as a whole.

    Raises
    ------
    scenarios.InputError
        With a problem for each of them.
    """
    problems = clashes(names, key)
    if problems:
        raise InputError(problems)
