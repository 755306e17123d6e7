"""A dated shock of a scenario."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from scenarios.added.records import shocks_of
from scenarios.calendar import is_month
from scenarios.errors import InputError, unknown
from scenarios.number_types import InputModel
from scenarios.paths import shown
from scenarios.plausible import shock_meant
from scenarios.problem_texts import coded
from scenarios.shocks import ShockKind, shock_kinds


def known_kinds(context: Any) -> dict[str, ShockKind]:
    """Return the kinds of shocks by name, with those of the components that a scenario is read with."""
    return {**shock_kinds(), **shocks_of((context or {}).get("components", ()))}


class Shock(InputModel):
    """A named shock, in one month (`month`), over several (`from`, `to`), or when the shock's own data say.

    Its size is in the unit of its kind; without one it has the size that its kind gives.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    name: Annotated[str, Field(strict=True, min_length=1, max_length=100)]
    month: str | None = None
    first: str | None = Field(default=None, alias="from")
    last: str | None = Field(default=None, alias="to")
    size: Annotated[float, Field(strict=True)] | None = None

    @field_validator("name")
    @classmethod
    def _is_known(cls, value: str, info: ValidationInfo) -> str:
        known = known_kinds(info.context)
        if value not in known:
            raise InputError(unknown("shock", value, known, allowed=coded("allowed.see_shocks")))
        return value

    @field_validator("size")
    @classmethod
    def _is_size(cls, value: float | None, info: ValidationInfo) -> float | None:
        kind = known_kinds(info.context).get(info.data.get("name", ""))
        if value is None or kind is None:
            return value
        if not kind.low <= value <= kind.high:  # NaN is not in the range either
            meant = shock_meant(kind.unit, value, kind.low, kind.high)
            message = coded("shock.outside", value=shown(value), low=kind.low, high=kind.high, meant=meant)
            raise InputError(message, value=value, allowed=kind.allowed)
        return value + 0.0  # -0.0 becomes 0.0

    @field_validator("month", "first", "last")
    @classmethod
    def _is_month(cls, value: str | None) -> str | None:
        if value is not None and not is_month(value):
            raise InputError(coded("value.no_month", value=repr(value)), value=value, allowed=coded("allowed.month"))
        return value

    @property
    def months(self) -> tuple[str, ...]:
        """The months it names."""
        return tuple(month for month in (self.month, self.first, self.last) if month is not None)

    @cached_property
    def kind(self) -> ShockKind:
        """Data on shocks of this name."""
        return shock_kinds()[self.name]

    @model_validator(mode="after")
    def _keeps_its_kind(self, info: ValidationInfo) -> Shock:
        # Kinds of components are known here alone; the cached property then has them.
        self.__dict__["kind"] = known_kinds(info.context)[self.name]
        return self

    @property
    def window(self) -> tuple[str, str]:
        """First and last month in which it has its full size."""
        if self.month is not None:
            return self.month, self.month
        if self.first is not None and self.last is not None:
            return self.first, self.last
        return self.kind.window

    @property
    def full_size(self) -> float:
        """Its size in the unit of its kind, as asked or as its kind gives it."""
        return self.kind.size if self.size is None else self.size

    def resolved(self) -> dict[str, Any]:
        """Name, months, size and unit with nothing left to defaults."""
        first, last = self.window
        return {"name": self.name, "from": first, "to": last, "size": self.full_size, "unit": self.kind.unit}
