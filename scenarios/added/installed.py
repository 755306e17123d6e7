"""Components of others by name, among the installed packages; a package is imported when its component is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any

from scenarios.added.checks import checked_together
from scenarios.added.records import AddedParts
from scenarios.errors import InputError, Problem, unknown
from scenarios.paths import shown
from scenarios.problem_texts import coded

GROUP = "lujiazui.components"
"""Group of entry points under which an installed package names its components."""


def installed_components() -> tuple[str, ...]:
    """Return the names of all installed components; none of them is imported."""
    return tuple(sorted(entry_points(group=GROUP).names))


def installed_component(name: str) -> AddedParts:
    """Return an installed component by its name.

    Raises
    ------
    InputError
        If none has it, or its package cannot be imported or gives something else under it.
    """
    found = tuple(entry_points(group=GROUP, name=name))
    if not found:
        known = installed_components()
        allowed = coded("allowed.installed_components", known=", ".join(known) or coded("allowed.none_installed"))
        raise InputError(unknown("added", name, known, allowed=allowed))
    try:
        loaded = found[0].load()
    except InputError:
        raise
    except Exception as error:  # a package of others may raise anything when it is imported
        reason = f"{type(error).__name__}: {error}"
        raise InputError(coded("added.not_loaded", name=name, reason=reason), value=name) from None
    parts = parts_of(loaded)
    if parts.name != name:
        raise InputError(coded("added.other_name", name=name, other=parts.name), value=name)
    return parts


def parts_of(value: Any) -> AddedParts:
    """Return a component as a scenario holds it, from its name, the component itself, or plain data.

    Raises
    ------
    InputError
        If it is none of these.
    """
    if isinstance(value, AddedParts):
        return value
    if isinstance(value, str):
        return installed_component(value)
    if isinstance(value, Mapping):
        return AddedParts.from_plain(value, "components")
    parts = getattr(value, "parts", None)
    if not isinstance(parts, AddedParts):
        message = coded("added.none", value=shown(value))
        raise InputError(message, value=shown(value), allowed=coded("allowed.component"))
    return parts


def parse_components(values: Any) -> tuple[AddedParts, ...]:
    """Return the components that a scenario or a call names, each once, with all problems reported together.

    Raises
    ------
    InputError
        For what is no component, and for names that two of them, or one and the model, have in common.
    """
    if values is None:
        return ()
    if isinstance(values, str) or not isinstance(values, Iterable):
        message = coded("added.no_list", value=shown(values))
        raise InputError(message, value=values, allowed=coded("allowed.component"))
    found: dict[AddedParts, None] = {}
    problems: list[Problem] = []
    for value in values:
        try:
            parts = parts_of(value)
        except InputError as error:
            problems += error.problems
            continue
        same = next((each for each in found if each == parts), None)
        if same is not None and same.code is None:
            found = {parts if each is same else each: None for each in found}
        found.setdefault(parts)
    if problems:
        raise InputError(problems)
    checked_together(tuple(found))
    return tuple(found)
