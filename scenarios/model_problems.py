"""Errors of pydantic in a model of input, as problems with key, allowed values and the nearest valid name.

Whatever is allowed is read from the field that refused it, so that a new key or another bound brings its own message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, Literal, TypeAliasType, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from scenarios.errors import InputError, Problem, nearest_name, unknown
from scenarios.paths import shown
from scenarios.problem_texts import coded, said

_RANGE = ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number")
_NUMBER = ("float_type", "int_type", "int_from_float", "int_parsing", "int_parsing_size", "float_parsing")
_LENGTH = ("string_too_short", "string_too_long")
_BOUNDS = ("gt", "ge", "lt", "le", "min_length", "max_length")


@dataclass(frozen=True, slots=True)
class Allowed:
    """Allowed values of a field, by its type."""

    type: Any = None
    """The plain type or model, or the origin of a list; None where there are several."""
    literals: tuple[Any, ...] = ()
    bounds: Mapping[str, float] = field(default_factory=dict)
    """Of gt, ge, lt, le, min_length and max_length those that are set."""
    item: Any = None
    """Type of the items of a list."""

    def __str__(self) -> str:
        return str(self.text)

    @property
    def text(self) -> str:
        """What may be there in words, empty where the type says nothing."""
        if self.literals:
            return coded("allowed.one_of", names=", ".join(str(each) for each in self.literals))
        if self.type is str:
            least, most = self.bounds.get("min_length", 0), self.bounds.get("max_length")
            return "" if most is None else coded("allowed.text", least=least, most=most)
        if self.type is int:
            limits = self._limits
            return coded("allowed.whole_number_within", limits=limits) if limits else coded("allowed.whole_number")
        if self.type is float:  # that it is a number goes without saying
            return self._limits or coded("allowed.number")
        return ""

    @property
    def _limits(self) -> str:
        gt, ge, lt, le = (self.bounds.get(name) for name in ("gt", "ge", "lt", "le"))
        if ge is not None and le is not None:
            return coded("allowed.between", least=ge, most=le)
        low = (
            coded("allowed.above", limit=gt)
            if gt is not None
            else coded("allowed.no_less", least=ge)
            if ge is not None
            else ""
        )
        high = (
            coded("allowed.below", limit=lt)
            if lt is not None
            else coded("allowed.no_more", most=le)
            if le is not None
            else ""
        )
        return coded("allowed.both", low=low, high=high) if low and high else low or high


def allowed_by(annotation: Any, metadata: Iterable[Any] = ()) -> Allowed:
    """Values that an annotated type allows; None in a union is left out."""
    bounds: dict[str, float] = {}
    for each in metadata:
        marks = each.metadata if isinstance(each, FieldInfo) else (each,)
        bounds |= {
            name: value for mark in marks for name in _BOUNDS if (value := getattr(mark, name, None)) is not None
        }
    if isinstance(annotation, TypeAliasType):
        annotation = annotation.__value__
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        found = allowed_by(inner, more)
        return Allowed(found.type, found.literals, {**found.bounds, **bounds}, found.item)
    if origin in (Union, UnionType):
        kinds = [each for each in get_args(annotation) if each is not type(None)]
        if len(kinds) != 1:
            return Allowed()
        found = allowed_by(kinds[0])
        return Allowed(found.type, found.literals, {**found.bounds, **bounds}, found.item)
    if origin is Literal:
        return Allowed(str, get_args(annotation), bounds)
    if origin is not None and issubclass(origin, Sequence):
        return Allowed(origin, (), bounds, get_args(annotation)[0])
    return Allowed(annotation, (), bounds)


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields of a model by the keys they have in a file."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def problems_of(
    error: ValidationError,
    model: type[BaseModel],
    more_keys: Sequence[str] = (),
    forms: Mapping[type[BaseModel], str] = {},
) -> Iterator[Problem]:
    """Everything that a model refused.

    Parameters
    ----------
    error
        Errors of pydantic.
    model
        The model it was raised for.
    more_keys
        Keys beside the fields of the model that a file may have.
    forms
        Code of the message for what is no model of a kind within it, such as "shock.keys".
    """
    for detail in error.errors():
        key = tuple(str(part) for part in detail["loc"])
        context = detail.get("ctx", {})
        inner = context.get("error")
        if isinstance(inner, InputError):  # the validator's own message is more specific
            for problem in inner.problems:
                dotted = ".".join((*key, problem.key) if problem.key else key)
                yield Problem(problem.message, "", dotted, problem.value, problem.allowed, problem.nearest)
        elif inner is not None:
            yield Problem(said(inner), "", ".".join(key), detail["input"])
        else:
            owner, allowed = _found(model, detail["loc"])
            known = [*keys_of(owner), *(more_keys if owner is model else ())]
            yield problem_of(detail["type"], key, detail["input"], detail["msg"], allowed, known, forms)


def _found(model: type[BaseModel], location: Sequence[str | int]) -> tuple[type[BaseModel], Allowed]:
    """The model that a key belongs to, and the allowed values."""
    owner, allowed = model, Allowed(model)
    for part in location:
        if isinstance(part, int):
            allowed = allowed_by(allowed.item)
            continue
        if isinstance(allowed.type, type) and issubclass(allowed.type, BaseModel):
            owner = allowed.type
        info = keys_of(owner).get(part)
        if info is None:
            return owner, Allowed()
        allowed = allowed_by(info.annotation, info.metadata)
    return owner, allowed


def problem_of(
    kind: str,
    key: tuple[str, ...],
    value: Any,
    message: str,
    allowed: Allowed,
    known: Sequence[str] = (),
    forms: Mapping[type[BaseModel], str] = {},
) -> Problem:
    """One thing that pydantic refused, in our words.

    Parameters
    ----------
    kind, key, value, message
        Its type, place, input and message, as pydantic gives them.
    allowed
        Allowed values.
    known, forms
        Keys that the model has, and codes, as in `problems_of`.
    """
    dotted, may = ".".join(key), allowed.text
    if kind == "extra_forbidden":
        return unknown("key", key[-1], known, key=dotted, allowed=coded("allowed.keys", keys=", ".join(known)))
    if kind == "missing":
        return Problem(coded("value.missing"), "", dotted, None, may)
    if kind == "literal_error":
        nearest = nearest_name(value, [str(each) for each in allowed.literals])
        return Problem(coded("value.not_allowed", value=shown(value)), "", dotted, value, may, nearest)
    if kind == "finite_number" and not allowed.bounds:
        return Problem(coded("value.not_finite", value=shown(value)), "", dotted, value)
    if kind in _RANGE:
        return Problem(coded("value.outside_range", value=shown(value)), "", dotted, value, may)
    if kind in _LENGTH:
        return Problem(coded("text.length", length=len(value)), "", dotted, value, may)
    if kind == "string_unicode":
        return Problem(coded("text.code"), "", dotted, value)
    if kind == "string_type":
        return Problem(coded("value.not_text", value=shown(value)), "", dotted, value)
    if kind in _NUMBER:
        code = "value.no_whole_number_at_all" if allowed.type is int else "value.no_number"
        return Problem(coded(code, value=shown(value)), "", dotted, value, may)
    if kind in ("model_type", "model_attributes_type"):
        return Problem(coded(forms.get(allowed.type, "value.no_keys"), value=shown(value)), "", dotted, value)
    return Problem(coded("value.refused", reason=f"{message[0].lower()}{message[1:]}"), "", dotted, value, may)
