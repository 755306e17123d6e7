"""What the settings of a scenario name, as what the scenario then holds: drivers, parameters, components and plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scenarios.added.installed import parse_components
from scenarios.drivers import Drivers, read_drivers
from scenarios.errors import InputError, Problem
from scenarios.named_files import names_a_drivers_file
from scenarios.own_parameters import checked_against, names_own_parameters, parse_own_parameters, read_own_parameters
from scenarios.own_plan.folder import load_plan, parse_plan
from scenarios.plan import Plan

GIVEN_DRIVERS = "drivers"
"""Macro path of a scenario that holds drivers of the user's own."""


def held(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return settings with files read and components found, and the problems with them; what is refused is left out."""
    found, problems = dict(data), list[Problem]()

    def take(key: str, made: Callable[[Any], Mapping[str, Any]]) -> None:
        value = found.pop(key)
        try:
            found.update(made(value))
        except InputError as error:
            problems.extend(each if each.where else _under(each, key) for each in error.problems)

    if names_a_drivers_file(found.get("macro")):
        take("macro", lambda path: with_macro_of(read_drivers(path)))
    elif found.get("drivers") is not None:
        found = {"macro": GIVEN_DRIVERS, **found}
    if names_own_parameters(found.get("parameters")):
        take("parameters", lambda path: {"own_parameters": read_own_parameters(path)})
    if found.get("plan") is not None:
        take("plan", lambda given: {"own_plan": _plan(given)})
    if found.get("own_plan") is not None:
        take("own_plan", lambda given: {"own_plan": parse_plan(given)})
    if found.get("own_plan") is not None:
        found = {"end": found["own_plan"].end, **found}
    if "components" in found:
        take("components", lambda names: {"components": parse_components(names)})
    if found.get("own_parameters") is not None:
        added, plan = found.get("components", ()), found.get("own_plan")
        take("own_parameters", lambda own: {"own_parameters": _checked(parse_own_parameters(own), added, plan)})
    return found, problems


def with_macro_of(drivers: Drivers) -> dict[str, Any]:
    """Return the keys of a scenario that has these drivers as its macro path."""
    return {"macro": GIVEN_DRIVERS, "drivers": drivers}


def _plan(given: Any) -> Plan:
    """A plan by the path of its folder, or the plan itself."""
    return load_plan(given) if isinstance(given, str | Path) else parse_plan(given)


def _checked(own: Any, components: Iterable[Any], plan: Plan | None) -> Any:
    checked_against(own, components, plan)
    return own


def _under(problem: Problem, key: str) -> Problem:
    return replace(problem, key=".".join(part for part in (key, problem.key) if part))
