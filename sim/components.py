"""The components of the model."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from agents.population import ArrayAgent
from scenarios.added.records import AddedParts
from scenarios.errors import InputError, Problem
from scenarios.problem_texts import coded
from scenarios.shocks import ShockKind
from sim.added.component import AddedComponent
from sim.added.found import components_found
from sim.authorities.component import AUTHORITIES
from sim.banking.component import BANKING
from sim.bond_market.component import BOND_MARKET
from sim.component import Component, Explanation, Identity, Part, Reading, States, state_name
from sim.failures.component import BANK_FAILURES
from sim.financing.component import FINANCING
from sim.fintech.component import FINTECH
from sim.institutions.component import INSTITUTIONS
from sim.redline.component import REDLINE
from sim.side_markets.carbon import CARBON
from sim.side_markets.digital_yuan import DIGITAL_YUAN
from sim.side_markets.insurance import INSURANCE
from sim.side_markets.private_funds import PRIVATE_FUNDS
from sim.side_markets.trade_settlement import TRADE_SETTLEMENT
from sim.solved_constants import Solving
from sim.trading.component import FOREIGN_SHAREHOLDERS, TRADING
from sim.world.component import WORLD

COMPONENTS: tuple[Component, ...] = (
    AUTHORITIES,
    BOND_MARKET,
    FOREIGN_SHAREHOLDERS,
    FINANCING,
    INSTITUTIONS,
    FINTECH,
    BANKING,
    BANK_FAILURES,
    TRADING,
    TRADE_SETTLEMENT,
    DIGITAL_YUAN,
    CARBON,
    INSURANCE,
    PRIVATE_FUNDS,
    WORLD,
    REDLINE,
)


@dataclass(frozen=True, eq=False)
class Components:
    """The components that a model is made of: those of the project and, after them, those of others.

    They are a state of the model, so that its steps read, check and explain what every component brings.
    """

    own: tuple[Component, ...]
    added: tuple[AddedComponent, ...] = ()
    parts: tuple[AddedParts, ...] = ()
    """The added components as the scenario holds them, in the same order."""

    @cached_property
    def all(self) -> tuple[Component, ...]:
        """All components in their order."""
        return (*self.own, *(each.component for each in self.added))

    @cached_property
    def readings(self) -> dict[str, Reading]:
        """Every reading of a component by the name of its indicator."""
        return {reading.name: reading for component in self.all for reading in component.readings}

    @cached_property
    def added_readings(self) -> dict[str, Part]:
        """Formulas of the indicators of added components, by name."""
        return {name: Part(self.readings[name].formula) for part in self.parts for name in _indicators(part)}

    @cached_property
    def flows(self) -> frozenset[str]:
        """Indicators that are summed over a year."""
        return frozenset(name for name, reading in self.readings.items() if reading.kind == "flow")

    @cached_property
    def explained(self) -> dict[type[ArrayAgent], dict[str, Explanation]]:
        """Decisions that agents of a kind explain, by name; the first is explained when none is named."""
        found: dict[type[ArrayAgent], dict[str, Explanation]] = {}
        for component in self.all:
            for each in component.explanations:
                found.setdefault(each.kind, {})[each.decision] = each
        return found

    @cached_property
    def solved(self) -> tuple[Solving, ...]:
        """The solved constants of all markets."""
        return tuple(component.solving for component in self.all if component.solving is not None)

    @cached_property
    def opens(self) -> tuple[Part, ...]:
        """What begins a month."""
        return tuple(Part(each.opens) for each in self.all if each.opens is not None)

    @cached_property
    def remembers(self) -> tuple[Part, ...]:
        """What is kept of the base year at its end."""
        return tuple(Part(each.remembers) for each in self.all if each.remembers is not None)

    @cached_property
    def identities(self) -> tuple[Part, ...]:
        """Identities of the accounts."""
        return tuple(Part(each.identities) for each in self.all if each.identities is not None)

    @property
    def identity(self) -> tuple[str, ...]:
        """Name, version and digest of each added component."""
        return tuple(part.identity for part in self.parts)

    @property
    def shock_kinds(self) -> dict[str, ShockKind]:
        """Kinds of shocks of added components by name."""
        return {kind.name: kind for part in self.parts for kind in part.data.shocks}

    def __reduce__(self) -> tuple[Callable[[tuple[AddedParts, ...]], "Components"], tuple[tuple[AddedParts, ...]]]:
        """Go to other processes as the names of the added components."""
        return _again, (self.parts,)

    def __deepcopy__(self, memo: Mapping[int, Any]) -> Self:
        """Nothing changes it."""
        return self


def _again(parts: tuple[AddedParts, ...]) -> Components:
    return components_with(parts, components_found(parts)) if parts else OURS


def _indicators(part: AddedParts) -> list[str]:
    return [indicator.name for indicator in part.indicators]


OURS = Components(COMPONENTS)
"""The components of the project, without those of others."""
READINGS = OURS.readings
"""Every reading of a component of the project by the name of its indicator."""
EXPLAINED = OURS.explained
"""Decisions that agents of the project explain."""


def components_with(parts: Iterable[AddedParts], added: Iterable[AddedComponent]) -> Components:
    """The components of the project with those of others.

    Parameters
    ----------
    parts
        The components of others as the scenario holds them.
    added
        Their code, in the same order.

    Raises
    ------
    scenarios.InputError
        For a state, stream of random numbers or indicator that is there already.
    """
    found = Components(COMPONENTS, tuple(added), tuple(parts))
    problems: list[Problem] = []
    owners: dict[tuple[str, Any], str] = {}
    for component in found.all:
        brought = [
            *(("state", state_name(kind)) for kind in component.states),
            *(("stream", name) for name in component.streams),
            *(("indicator", reading.name) for reading in component.readings),
        ]
        for kind, name in brought:
            if (kind, name) in owners:
                message = coded("added.clash", kind=kind, name=name, owner=owners[kind, name])
                problems.append(Problem(message, component.name, kind, name))
            owners.setdefault((kind, name), component.name)
    if problems:
        raise InputError(problems)
    return found


def start_components(components: Iterable[Component], states: States) -> None:
    """Set the states of components at the end of the year before the base year."""
    for component in components:
        if component.start is not None:
            Part(component.start).on(states)


def open_components(states: States) -> None:
    """Begin a month for all components."""
    for part in states[Components].opens:
        part.on(states)


def remember_base_year(states: States) -> None:
    """Keep, at the end of the base year, reference values for later months."""
    for part in states[Components].remembers:
        part.on(states)


def component_identities(states: States) -> Iterator[Identity]:
    """Identities of all components."""
    for part in states[Components].identities:
        yield from part.on(states)
