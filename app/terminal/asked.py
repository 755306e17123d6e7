"""What a command line asks for, as a seed and a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from app.terminal.shares import setting_in_decimals, shock_in_decimals
from scenarios import InputError, Plan, Problem, Scenario, load, load_plan, parse_settings, parse_shock
from scenarios.bounds import LARGEST_SEED
from scenarios.errors import unknown
from scenarios.paths import shown
from scenarios.plan import shipped_plan
from scenarios.problem_texts import coded


def seed_asked(text: str, largest: int = LARGEST_SEED) -> int:
    """Return the seed written as digits.

    Raises
    ------
    InputError
        If it is negative, too large or no whole number.
    """
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= largest:
        return int(text)
    raise InputError(coded("seed.range", value=shown(text), most=largest), key="--seed", value=text)


def scenario_asked(
    name: str,
    settings: Sequence[str],
    shocks: Sequence[str],
    *,
    macro: str | None,
    scale: str | None,
    parameters: str | None = None,
    components: Sequence[str] = (),
    plan: str | None = None,
) -> Scenario:
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
        scenario = scenario.with_components(components)
    except InputError as error:
        problems += [replace(problem, key="--component") for problem in error.problems]
    try:
        scenario = scenario if plan is None else scenario.with_plan(plan)
    except InputError as error:  # a problem of a plan has a place in its folder
        problems += [each if each.where else replace(each, key="--plan") for each in error.problems]
    try:
        changes = parse_settings([setting_in_decimals(each) for each in settings], scenario.all_levers)
    except InputError as error:
        problems += error.problems
    options: dict[str, object] = {} if parameters is None else {"parameters": parameters}
    if scale is not None:
        options["scale"] = scale
        with suppress(ValueError):  # what is no number is refused as text below
            options["scale"] = float(scale)
    try:
        scenario = scenario if macro is None else scenario.with_macro(macro)
    except InputError as error:  # a problem of a file of drivers has a place in that file
        problems += [each if each.where else replace(each, key=f"--{each.key}") for each in error.problems]
    try:
        scenario = Scenario(**{**scenario.as_given(), **options})
    except InputError as error:
        # A problem of a file of parameters has a place in that file.
        problems += [each if each.where else replace(each, key=f"--{each.key}") for each in error.problems]
    try:
        scenario = scenario.with_levers(changes)
    except InputError as error:
        problems += [replace(problem, where="--set") for problem in error.problems]
    for text in shocks:
        try:
            scenario = _struck(scenario, text)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    options_told = {"plan": plan, "macro": macro, "parameters": parameters, "scale": scale}
    told = [*settings, *(f"component {name}" for name in components)]
    told += [f"{key} {value}" for key, value in options_told.items() if value is not None]
    return scenario.with_settings_noted([*told, *(f"shock {text}" for text in shocks)])


def _struck(scenario: Scenario, text: str) -> Scenario:
    """Return the scenario with one more shock, its problems named by the shock instead of its place in a list."""
    shock = parse_shock(shock_in_decimals(text))
    try:
        return scenario.with_shocks([shock])
    except InputError as error:
        raise InputError(
            replace(each, where="--shock", key=".".join([shock["name"], *each.key.split(".")[2:]]))
            for each in error.problems
        ) from None


def plan_asked(folder: str | None) -> Plan:
    """Return the plan in a folder that was given as an option, or that of the package.

    Raises
    ------
    InputError
        If it cannot be used.
    """
    if folder is None:
        return shipped_plan()
    try:
        return load_plan(folder)
    except InputError as error:  # a problem of a plan has a place in its folder
        raise InputError(each if each.where else replace(each, key="--plan") for each in error.problems) from None


def committed_beside(scenario: Scenario) -> Scenario:
    """Return the committed path in the same world: the same macro path, shocks, parameters, scale and horizon."""
    return scenario.with_policy_of(load("committed"))


def named[T](kind: str, name: str, known: Mapping[str, T]) -> T:
    """Return what has this name.

    Raises
    ------
    InputError
        If nothing has it, with the name that comes closest.
    """
    if name not in known:
        raise InputError(unknown(kind, name, known, allowed=coded("allowed.see_command", command=f"{kind}s")))
    return known[name]
