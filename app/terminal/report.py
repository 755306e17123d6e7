"""What a command answers with: one report in three forms, JSON, bare lines, or lines and tables for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Cell:
    """A cell of a table with a faint second part under the first; either may be empty."""

    text: str
    faint: str = ""


@dataclass(frozen=True)
class Table:
    """A table under a title; columns named in `right` hold numbers and are aligned to the right."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[object]]
    right: Sequence[str] = ()

    @classmethod
    def of_numbers(cls, title: str, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
        """Return a table in which every column but the first is aligned to the right."""
        return cls(title, headings, rows, headings[1:])


@dataclass(frozen=True)
class Facts:
    """What is recorded of one thing, by name; what is empty is left out."""

    title: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Prose:
    """Text that is broken between words where the terminal ends; a plain string is printed as one line."""

    text: str
    bold: bool = False


type Part = str | Prose | Table | Facts


class Report(Protocol):
    """An answer in the three forms in which it can be asked for."""

    def as_dict(self) -> Any:
        """Return the answer to --json, under the keys that docs/json.md lists."""

    def quiet_lines(self) -> Iterable[str]:
        """Return the answer to --quiet: the bare answer, one item a line."""

    def parts(self) -> Iterable[Part]:
        """Return lines and tables for a reader, in their order."""


@dataclass(frozen=True)
class Listing:
    """A report on what is there to list, all three forms of which are given."""

    data: Any
    names: Sequence[str]
    shown: Sequence[Part]

    def as_dict(self) -> Any:
        """Return the records."""
        return self.data

    def quiet_lines(self) -> Iterable[str]:
        """Return the bare names."""
        return self.names

    def parts(self) -> Iterable[Part]:
        """Return the tables."""
        return self.shown


def once(lines: Iterable[str]) -> list[str]:
    """Return notes in their order, each once."""
    return list(dict.fromkeys(lines))
