"""A component of others: a market like those of the model, with the places of its steps and its data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from importlib import import_module
from types import MappingProxyType
from typing import Any, TypeAliasType, get_args

from agents.population import ArrayAgent
from scenarios.added.records import AddedData, AddedIndicator, AddedParts
from scenarios.errors import InputError
from scenarios.paths import shown
from scenarios.problem_texts import coded
from sim.added.digest import code_digest, home_of, modules_of
from sim.component import Component, ContractError, Part, Step

_NONE: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class AddedComponent:
    """A component of others.

    It is a constant of a module, so that other processes find it by the name of the module. `sim.run`, `sim.ensemble`
    and `FinancialCenter` take it as `components=[...]`; an installed package names it under the entry-point group
    `lujiazui.components`, and scenario files by the name given there.

    Raises
    ------
    scenarios.InputError
        If a field is of another type, or a function has a parameter whose type is no state.
    """

    component: Component
    """States, start, streams, readings, identities and so on; its steps stand in the fields below."""
    version: str
    replaces: Mapping[str, Step] = field(default_factory=lambda: _NONE)
    """Name of a step of the month, and the step in its place."""
    before: Mapping[str, tuple[Step, ...]] = field(default_factory=lambda: _NONE)
    """Name of a step of the month, and steps to run before it."""
    after: Mapping[str, tuple[Step, ...]] = field(default_factory=lambda: _NONE)
    """Name of a step of the month, and steps to run after it."""
    agents: Mapping[Any, int] = field(default_factory=lambda: _NONE)
    """Populations of new kinds of agents, and the number of agents for which room is made at first."""
    data: AddedData = field(default_factory=AddedData)
    """Levers, channels, parameters, kinds of shocks and measures; see `scenarios.added.reading.added_data`."""

    def __post_init__(self) -> None:
        for name, kind in (("component", Component), ("version", str), ("data", AddedData)):
            self._check(isinstance(getattr(self, name), kind), name, getattr(self, name))
        self._check(bool(self.version), "version", self.version)
        self._check(isinstance(self.component.name, str), "component.name", self.component.name)
        for each in fields(self):
            if each.name in ("replaces", "before", "after", "agents"):
                value = getattr(self, each.name)
                self._check(isinstance(value, Mapping), each.name, value)
                for key, found in value.items():
                    self._check_entry(each.name, key, found)
        self._check(not self.component.steps, "component.steps", "not empty: give them in replaces, before or after")
        for function in self.functions():
            try:
                Part(function).needs  # noqa: B018  reads the signature
            except (ContractError, NameError, TypeError) as error:
                raise self._misfit(str(error)) from None

    def _check_entry(self, name: str, key: Any, value: Any) -> None:
        if name == "agents":
            kind = kind_of_agents(key)
            self._check(isinstance(kind, type) and issubclass(kind, ArrayAgent), "agents", key)
            self._check(isinstance(value, int) and value > 0, "agents", value)
            return
        steps = (value,) if name == "replaces" else value
        sound = isinstance(steps, tuple) and all(isinstance(step, Step) for step in steps)
        self._check(isinstance(key, str) and sound, f"{name}.{key}", value)

    def _check(self, sound: bool, name: str, value: Any) -> None:
        if not sound:
            raise self._misfit(coded("added.wrong_type", field=name, value=shown(value)))

    def _misfit(self, reason: str) -> InputError:
        name = getattr(self.component, "name", "?")
        return InputError(coded("added.misfit", name=name, reason=reason), key="components", value=name)

    @property
    def name(self) -> str:
        """Name of the component."""
        return self.component.name

    def steps(self) -> Iterator[Step]:
        """Its steps: those that replace one of the month, and those before and after one."""
        yield from self.replaces.values()
        for places in (self.before, self.after):
            for steps in places.values():
                yield from steps

    def functions(self) -> Iterator[Callable[..., Any]]:
        """Its functions of states."""
        own = self.component
        yield from (step.run for step in self.steps())
        yield from (reading.formula for reading in own.readings)
        yield from (reading.scaled_to for reading in own.readings if reading.scaled_to is not None)
        for function in (own.start, own.opens, own.remembers, own.identities):
            if function is not None:
                yield function

    @property
    def digest(self) -> str:
        """Digest of its code, as it is in memory now, and of the files of its package, 16 hex digits."""
        return code_digest(self)

    @property
    def parts(self) -> AddedParts:
        """The component as a scenario holds it."""
        indicators = tuple(
            AddedIndicator(each.name, each.unit, each.kind, each.definition) for each in self.component.readings
        )
        return AddedParts(self.name, self.version, self.digest, self.data, indicators, code=self)

    def address(self) -> tuple[str, str] | None:
        """Module and name of the constant that it is; None where it is none that another process can import."""
        import sys

        modules = [name for name in modules_of(self) if name != "__main__"]
        roots = {home_of(name) for name in modules}
        others = [name for name in list(sys.modules) if home_of(name) in roots and name not in modules]
        for module in (*modules, *others):
            for name, value in list(vars(sys.modules[module]).items()) if module in sys.modules else ():
                if value is self:
                    return module, name
        return None

    def __reduce__(self) -> tuple[Callable[[str, str], "AddedComponent | None"], tuple[str, str]]:
        """Go to other processes by name.

        Raises
        ------
        scenarios.InputError
            If it is no constant of a module that they can import.
        """
        address = self.address()
        if address is None:
            raise InputError(
                coded("added.not_importable", name=self.name),
                key="components",
                value=self.name,
                allowed=coded("allowed.constant_of_module"),
            )
        return imported, address


def imported(module: str, name: str) -> AddedComponent | None:
    """The component of a module, in another process; None where it cannot be imported there."""
    try:
        found = getattr(import_module(module), name)
    except Exception:  # the run then names the component that is not there
        return None
    return found if isinstance(found, AddedComponent) else None


def kind_of_agents(population: Any) -> Any:
    """The class of the agents of a population, given as `Population[Kind]` or as a type of that value."""
    inside = get_args(population.__value__ if isinstance(population, TypeAliasType) else population)
    return inside[0] if inside else None
