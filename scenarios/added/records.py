"""What a component of others adds to the data of a scenario, and by what it is known again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal, Self

from scenarios.distributions import Distribution, parse_distribution
from scenarios.plan.records import Channel, Lever, Measure
from scenarios.shocks import ShockKind
from scenarios.typed_rows import TYPED, read_record, read_table


@dataclass(frozen=True, slots=True)
class AddedParameter:
    """A parameter of a component, with its distribution as short text (see `scenarios.distributions`)."""

    __pydantic_config__ = TYPED

    id: str
    unit: str
    distribution: str
    status: str
    source: str
    description: str = ""

    @property
    def prior(self) -> Distribution:
        """Its distribution."""
        return parse_distribution(self.distribution)


@dataclass(frozen=True, slots=True)
class AddedIndicator:
    """An indicator that a component records."""

    __pydantic_config__ = TYPED

    name: str
    unit: str
    kind: Literal["flow", "stock", "ratio"]
    definition: str


@dataclass(frozen=True)
class AddedData:
    """Levers, channels, parameters, kinds of shocks and measures of a component."""

    levers: tuple[Lever, ...] = ()
    channels: tuple[Channel, ...] = ()
    parameters: tuple[AddedParameter, ...] = ()
    shocks: tuple[ShockKind, ...] = ()
    measures: tuple[Measure, ...] = ()


TABLES: dict[str, type] = {
    "levers": Lever,
    "channels": Channel,
    "parameters": AddedParameter,
    "shocks": ShockKind,
    "measures": Measure,
    "indicators": AddedIndicator,
}
"""Records of each table of a component in a scenario."""


@dataclass(frozen=True)
class AddedParts:
    """A component of others in a scenario: name, version, digest and data; the code is found by them."""

    name: str
    version: str
    digest: str
    """Digest of its code and data, 16 hex digits."""
    data: AddedData = field(default_factory=AddedData)
    indicators: tuple[AddedIndicator, ...] = ()
    code: Any = field(default=None, compare=False, repr=False)
    """The component itself; None where the scenario was read from data, until it is found among those installed."""

    @property
    def identity(self) -> str:
        """Name, version and digest in one line."""
        return f"{self.name} {self.version} ({self.digest})"

    @property
    def told(self) -> dict[str, str]:
        """Return name, version and digest, as the provenance of a run gives them."""
        return {"name": self.name, "version": self.version, "digest": self.digest}

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, without its code."""
        tables = {**{each.name: getattr(self.data, each.name) for each in fields(self.data)}}
        tables["indicators"] = self.indicators
        head = {"name": self.name, "version": self.version, "digest": self.digest}
        return {**head, **{name: _plain(rows) for name, rows in tables.items() if rows}}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], where: str = "components") -> Self:
        """Return what `plain` was made of, without its code.

        Raises
        ------
        InputError
            For an unknown or missing field, or a value of another type.
        """
        head = read_record(_Head, {key: value for key, value in plain.items() if key not in TABLES}, "", where)
        read: dict[str, Any] = {
            name: read_table(kind, plain.get(name, ()), "", f"{where}.{name}") for name, kind in TABLES.items()
        }
        indicators = read.pop("indicators")
        return cls(head.name, head.version, head.digest, AddedData(**read), indicators)


@dataclass(frozen=True, slots=True)
class _Head:
    __pydantic_config__ = TYPED

    name: str
    version: str
    digest: str


def levers_of(components: Iterable[AddedParts]) -> tuple[Lever, ...]:
    """Return the levers of components, in their order."""
    return tuple(lever for each in components for lever in each.data.levers)


def channels_of(components: Iterable[AddedParts]) -> tuple[Channel, ...]:
    """Return the channels of components, in their order."""
    return tuple(channel for each in components for channel in each.data.channels)


def parameters_of(components: Iterable[AddedParts]) -> tuple[AddedParameter, ...]:
    """Return the parameters of components, in their order."""
    return tuple(parameter for each in components for parameter in each.data.parameters)


def shocks_of(components: Iterable[AddedParts]) -> dict[str, ShockKind]:
    """Return the kinds of shocks of components by name, in their order."""
    return {kind.name: kind for each in components for kind in each.data.shocks}


def measures_of(components: Iterable[AddedParts]) -> tuple[Measure, ...]:
    """Return the measures of components, in their order."""
    return tuple(measure for each in components for measure in each.data.measures)


def indicators_of(components: Iterable[AddedParts]) -> dict[str, AddedIndicator]:
    """Return the indicators of components by name, in their order."""
    return {indicator.name: indicator for each in components for indicator in each.indicators}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
