"""What a command line asks for, as a seed and a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from scenarios import InputError, Problem, Scenario, load, parse_settings

LARGEST_SEED = 2**63 - 1


def seed_asked(text: str) -> int:
    """Return the seed written as digits.

    Raises
    ------
    InputError
        If it is negative, too large or no whole number.
    """
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_SEED:
        return int(text)
    raise InputError(f"{text!r} is not a whole number from 0 to {LARGEST_SEED}", key="--seed", value=text)


def scenario_asked(name: str, settings: Sequence[str], *, macro: str | None, scale: str | None) -> Scenario:
    """Return a scenario with the changes given as options.

    Raises
    ------
    InputError
        With everything wrong in the scenario and in the options.
    """
    problems: list[Problem] = []
    scenario, changes = load("plan"), {}
    try:
        scenario = load(name)
    except InputError as error:
        problems += error.problems
    try:
        changes = parse_settings(settings)
    except InputError as error:
        problems += error.problems
    options: dict[str, object] = {} if macro is None else {"macro": macro}
    if scale is not None:
        options["scale"] = scale
        with suppress(ValueError):  # what is no number is refused as text below
            options["scale"] = float(scale)
    try:
        scenario = Scenario(**{**scenario.plain(), **options})
    except InputError as error:
        problems += [replace(problem, where="", key=f"--{problem.key}") for problem in error.problems]
    try:
        scenario = scenario.with_levers(changes)
    except InputError as error:
        problems += [replace(problem, where="--set") for problem in error.problems]
    if problems:
        raise InputError(problems)
    return scenario


def committed_beside(scenario: Scenario) -> Scenario:
    """Return the committed path in the same world: the same macro path, shocks, parameters, scale and horizon."""
    committed = load("committed")
    return scenario.model_copy(
        update={
            "name": committed.name,
            "title": committed.title,
            "author": committed.author,
            "description": committed.description,
            "policy": committed.policy,
            "levers": committed.levers,
        }
    )
