"""Changes of a step compared with those that its signature declares."""

from collections import deque
from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np

from sim.component import AllStates, ContractError, States, Step, state_name


def fingerprint(value: Any, inside: frozenset[int] = frozenset()) -> Any:
    """Content of a state, to the bit, as a comparable value; `inside` are the ids of its containers."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, str | int | float | None):
        return repr(value)
    if id(value) in inside:
        return "itself"
    if hasattr(value, "agent_type"):
        return tuple(value[name].tobytes() for name in value.agent_type.every_column)
    within = inside | {id(value)}
    if isinstance(value, Mapping):
        return tuple((repr(key), fingerprint(each, within)) for key, each in value.items())
    if isinstance(value, Sequence | deque):
        return tuple(fingerprint(each, within) for each in value)
    return (
        tuple(fingerprint(each, within) for each in vars(value).values()) if hasattr(value, "__dict__") else repr(value)
    )


def run_checked(step: Step, states: States, unwatched: Container[Any] = ()) -> None:
    """Run a step and refuse a change of a state that its signature does not declare.

    States that keep a note of what was read of them are `unwatched`.

    Raises
    ------
    ContractError
        If a state is missing, or one that is not declared as changed was changed.
    """
    watched = [kind for kind in states if kind not in (*step.changes, AllStates) and kind not in unwatched]
    before = {kind: fingerprint(states[kind]) for kind in watched}
    step.on(states)
    changed = [state_name(kind) for kind in watched if fingerprint(states[kind]) != before[kind]]
    if changed:
        raise ContractError(f"the step {step.name!r} changed {', '.join(changed)} without declaring it")
