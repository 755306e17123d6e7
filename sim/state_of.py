"""States of a model as attributes of it, under names that users know."""

from typing import Any, Protocol


class _Model(Protocol):
    states: dict[Any, Any]


class StateOf[T]:
    """A state of a model by its type, or one attribute of it."""

    def __init__(self, kind: Any, attribute: str | None = None) -> None:
        self.kind = kind
        self.attribute = attribute

    def __get__(self, model: _Model, owner: type) -> T:
        state: Any = model.states[self.kind]
        found: T = state if self.attribute is None else getattr(state, self.attribute)
        return found

    def __set__(self, model: _Model, value: T) -> None:
        if self.attribute is not None:
            raise AttributeError(f"{self.attribute} is set through the state {self.kind.__name__}")
        model.states[self.kind] = value
