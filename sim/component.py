"""The contract between the month and its parts.

A step is a function whose parameters are states; it may change only those whose type is written `Changes[...]`. The
table of the month is made from these signatures. A market is a `Component`: one frozen value with all that it brings.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Literal, NewType, get_args, get_origin, get_type_hints

from scenarios.errors import nearest_name
from sim.solved_constants import Solving

type Changes[T] = Annotated[T, "changes"]
"""A state that a step may change."""
States = Mapping[Any, Any]
"""The states of a model by their type."""
AllStates = NewType("AllStates", Mapping[Any, Any])
"""All states of a model, for a step that runs functions of components; it reads them and changes none of them."""
Identity = tuple[str, float, float]
"""Name, left side and right side of an accounting identity; the sides must agree."""


class ContractError(TypeError):
    """A part needs a state that no component brings, or a step changed one that its signature does not declare."""


def state_name(kind: Any) -> str:
    """Name of a type of state: `Issuer` population is written `Population[Issuer]`."""
    inside = ", ".join(argument.__name__ for argument in get_args(kind))
    return f"{(get_origin(kind) or kind).__name__}[{inside}]" if inside else str(kind.__name__)


def first_line(run: Callable[..., Any]) -> str:
    """First line of a function's docstring without its full stop, or its name where it has none."""
    return next(iter((inspect.getdoc(run) or run.__name__).splitlines())).rstrip(".")


@cache
def _needs(run: Callable[..., Any]) -> tuple[tuple[Any, bool], ...]:
    """Read a signature once; many parts are made of the same function, every month."""
    hints = get_type_hints(run, include_extras=True)
    found = []
    for name in inspect.signature(run).parameters:
        if name not in hints:
            raise ContractError(f"{run.__module__}.{run.__name__}: the parameter {name!r} has no type")
        found.append((get_args(hints[name])[0], True) if get_origin(hints[name]) is Changes else (hints[name], False))
    return tuple(found)


@dataclass(frozen=True)
class Part:
    """A function with the states that its signature names: a step, a start, a reading, an identity."""

    run: Callable[..., Any]

    @cached_property
    def needs(self) -> tuple[tuple[Any, bool], ...]:
        """For each parameter in order, the type of the state and whether it may be changed."""
        return _needs(self.run)

    @cached_property
    def _kinds(self) -> tuple[Any, ...]:
        return tuple(kind for kind, _ in self.needs)

    @property
    def reads(self) -> tuple[Any, ...]:
        """Types of the states that it reads and leaves as they are."""
        return tuple(kind for kind, changes in self.needs if not changes)

    @property
    def changes(self) -> tuple[Any, ...]:
        """Types of the states that it may change."""
        return tuple(kind for kind, changes in self.needs if changes)

    def on(self, states: States, *more: Any) -> Any:
        """Run it on the states it needs; `more` follows them.

        Raises
        ------
        ContractError
            If a state is missing.
        """
        try:
            kinds = self._kinds[: -len(more)] if more else self._kinds
            return self.run(*[states[kind] for kind in kinds], *more)
        except KeyError as error:
            if not error.args or error.args[0] not in self._kinds:
                raise
            missing = state_name(error.args[0])
            raise ContractError(f"{self.run.__name__!r} needs {missing}, which no component brings") from None


@dataclass(frozen=True)
class Step(Part):
    """A step of the month; `owner` is the kind of agent or the institution that acts."""

    owner: str = ""

    @cached_property
    def name(self) -> str:
        """Name of the step, from its function."""
        return self.run.__name__

    @property
    def function(self) -> str:
        """Where the step is written, as module:function."""
        return f"{self.run.__module__}:{self.run.__name__}"

    @property
    def reads_named(self) -> str:
        """Names of the states that it reads."""
        return ", ".join(map(state_name, self.reads))

    @property
    def changes_named(self) -> str:
        """Names of the states that it changes."""
        return ", ".join(map(state_name, self.changes))

    @property
    def what(self) -> str:
        """What the part does."""
        return first_line(self.run)


@dataclass(frozen=True)
class Reading:
    """An indicator of the month: a formula of states. A year sums flows and takes December of stocks and ratios."""

    name: str
    unit: str
    kind: Literal["flow", "stock", "ratio"]
    formula: Callable[..., float]
    scaled_to: Callable[..., float] | None = None
    """Sum of the flow over the base year, to which its months are scaled; None if the formula is in `unit`."""
    indexed: bool = False
    """Whether it is divided by its value at the end of the base year, times 100."""
    definition: str = ""
    """What it measures; the first line of the formula's docstring unless another is given."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "definition", self.definition or first_line(self.formula))


@dataclass(frozen=True)
class Explanation:
    """Explanation of a decision of a kind of agent: terms that add up to the explained quantity, from its rule."""

    kind: type
    decision: str
    explains: str
    terms: Callable[..., list[tuple[str, float, str]]]
    """Function of states and, last, the row of the agent: (name, value, unit) of each term."""


@dataclass(frozen=True)
class Component:
    """A market, as seen by the rest of the model."""

    name: str
    states: tuple[type, ...] = ()
    """Types of the states that it owns; each is made without arguments."""
    start: Callable[..., None] | None = None
    """Sets its states and columns at the end of the year before the base year."""
    opens: Callable[..., None] | None = None
    """Begins a month: opening stocks, flows at zero."""
    remembers: Callable[..., None] | None = None
    """Keeps reference values for later months; called once, at the end of the base year."""
    streams: tuple[str, ...] = ()
    """Streams of random numbers that its decisions draw from."""
    steps: tuple[Step, ...] = ()
    readings: tuple[Reading, ...] = ()
    identities: Callable[..., Iterator[Identity]] | None = None
    explanations: tuple[Explanation, ...] = ()
    solving: Solving | None = None


class Month(tuple[Step, ...]):
    """The steps of a month in their order."""

    __slots__ = ()

    def _place(self, name: str) -> int:
        names = [step.name for step in self]
        if name not in names:
            near = nearest_name(name, names)
            raise ContractError(f"the month has no step {name!r}" + (f"; did you mean {near!r}?" if near else ""))
        return names.index(name)

    def replacing(self, name: str, step: Step) -> "Month":
        """The month with another step in place of one."""
        place = self._place(name)
        return Month((*self[:place], step, *self[place + 1 :]))

    def after(self, name: str, step: Step) -> "Month":
        """The month with one more step after another."""
        place = self._place(name) + 1
        return Month((*self[:place], step, *self[place:]))
