"""Data files of the project as typed records, with every problem of a table at once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import resources
from typing import Any, get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError

from scenarios.errors import InputError, Problem, nearest_name, unknown
from scenarios.problem_texts import coded

TYPED = ConfigDict(extra="forbid", strict=True)
"""Settings of a record: no unknown field, no value of another type."""


def read_toml(path: str, tables: Iterable[str]) -> dict[str, Any]:
    """Tables of a data file of this package.

    Parameters
    ----------
    path
        File below `scenarios/`.
    tables
        Every table that the file holds.

    Raises
    ------
    InputError
        For an unknown or missing table.
    """
    found = tomllib.loads(resources.files("scenarios").joinpath(path).read_text(encoding="utf-8"))
    return with_tables(found, path, tables)


def with_tables(found: dict[str, Any], where: str, tables: Iterable[str]) -> dict[str, Any]:
    """The tables of a file, where they are exactly those that it is known to hold; see `read_toml`."""
    known = tuple(tables)
    problems = [unknown("table", name, known, where=where, key=name) for name in found if name not in known]
    problems += [Problem(coded("value.missing"), where, name) for name in known if name not in found]
    if problems:
        raise InputError(problems)
    return found


def read_table[T](kind: type[T], rows: Sequence[Mapping[str, Any]], where: str, key: str) -> tuple[T, ...]:
    """Rows of a table as records.

    Parameters
    ----------
    kind
        A dataclass with the settings `TYPED`.
    rows
        Plain rows, as TOML gives them.
    where, key
        File and table, for messages.

    Raises
    ------
    InputError
        For an unknown or missing field, a value of another type or a word outside the vocabulary of a field.
    """
    read: list[T] = []
    problems: list[Problem] = []
    for place, row in enumerate(rows):
        name = row.get("id", row.get("name", place)) if isinstance(row, Mapping) else place
        try:
            read.append(read_record(kind, row, where, f"{key}.{name}"))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(read)


def read_record[T](kind: type[T], row: Mapping[str, Any], where: str, key: str) -> T:
    """One row as a record; see `read_table`."""
    try:
        # JSON keeps the types of TOML, and a list of JSON may become a tuple though types are strict.
        row_as_json = json.dumps(row, default=_not_json)
        found: T = _adapter(kind).validate_json(row_as_json)  # type: ignore[arg-type]  # a class is hashable
        return found
    except ValidationError as error:
        raise InputError(_problem(kind, dict(detail), where, key) for detail in error.errors()) from None


def _not_json(value: object) -> dict[str, str]:
    """A value without a form in JSON, such as a date without quotes, as an object that no field accepts."""
    return {type(value).__name__: str(value)}


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _problem(kind: type, detail: Mapping[str, Any], where: str, key: str) -> Problem:
    path = [str(part) for part in detail["loc"]]
    dotted, value = ".".join([key, *path]), detail["input"]
    match detail["type"]:
        case "unexpected_keyword_argument":
            known = [field.name for field in fields(_owner(kind, path))]
            return unknown("field", path[-1], known, where=where, key=dotted)
        case "literal_error":
            words = [str(word) for word in get_args(_types(_owner(kind, path))[path[-1]])]
            return Problem(
                coded("value.not_allowed", value=repr(value)),
                where,
                dotted,
                value,
                ", ".join(words),
                nearest_name(value, words),
            )
        case "missing":
            return Problem(coded("value.missing"), where, dotted)
    message = str(detail["msg"]).removeprefix("Value error, ")
    return Problem(coded("value.refused", reason=f"{message[0].lower()}{message[1:]}"), where, dotted, value)


def _owner(kind: type, path: Sequence[str]) -> type:
    """The class of the record that holds the last field of a path: records nest alone or in tuples."""
    for name in path[:-1]:
        if not name.isdigit():
            inner: type = _types(kind)[name]
            kind = inner if is_dataclass(inner) else get_args(inner)[0]
    return kind


@cache
def _types(kind: type) -> dict[str, Any]:
    from typing import get_type_hints

    return get_type_hints(kind)
