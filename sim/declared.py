"""Changes of a step compared with those that its signature declares."""

import pickle
from collections.abc import Container
from typing import Any

from sim.component import AllStates, ContractError, States, Step, state_name
from sim.components import Components


def fingerprint(state: Any) -> bytes:
    """Content of a state to the bit, as a value that can be compared; a population is the columns of its agents."""
    if hasattr(state, "agent_type"):
        return b"".join(state[name].tobytes() for name in state.agent_type.every_column)
    return pickle.dumps(state, protocol=5)


class Watch:
    """Runs steps and refuses a change of a state that the step's signature does not declare.

    States that keep a note of what was read of them are `unwatched`.
    """

    def __init__(self, states: States, unwatched: Container[Any] = ()) -> None:
        self._watched = [kind for kind in states if kind not in (AllStates, Components) and kind not in unwatched]
        self._before = {kind: fingerprint(states[kind]) for kind in self._watched}

    def run(self, step: Step, states: States) -> None:
        """Run a step.

        Raises
        ------
        ContractError
            If a state is missing, or one that is not declared as changed was changed.
        """
        step.on(states)
        after = {kind: fingerprint(states[kind]) for kind in self._watched}
        changed = [
            state_name(kind) for kind in self._watched if kind not in step.changes and after[kind] != self._before[kind]
        ]
        self._before = after
        if changed:
            raise ContractError(f"the step {step.name!r} changed {', '.join(changed)} without declaring it")


def run_checked(step: Step, states: States, unwatched: Container[Any] = ()) -> None:
    """Run one step and refuse a change that its signature does not declare; see `Watch`."""
    Watch(states, unwatched).run(step, states)
