"""Report of the command `discover`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.terminal.numbers import plain
from app.terminal.report import Part, Table, once


@dataclass(frozen=True)
class Question:
    """An indicator at or above a threshold, with year, conditions and warnings."""

    indicator: str
    at_least: float
    rests_on: dict[str, Any]
    warnings: Sequence[str]

    @property
    def title(self) -> str:
        """The question as the title of a table."""
        return f"{self.indicator} at or above {self.at_least:g} in {self.rests_on['year']}"

    @property
    def notes(self) -> list[str]:
        """Conditions of the runs."""
        return once(self.rests_on["conditions"]["notes"])

    def as_dict(self) -> dict[str, Any]:
        """Return the question as plain data."""
        return {"indicator": self.indicator, "at_least": self.at_least, **self.rests_on, "warnings": self.warnings}


@dataclass(frozen=True)
class Box:
    """The box of factors in which an indicator reaches the threshold most often.

    Parameters
    ----------
    question
        The indicator and the value.
    limits
        A row for each factor that bounds the box.
    shares
        Coverage, density and mass of the box.
    """

    question: Question
    limits: Sequence[Mapping[Any, Any]]
    shares: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return shares and limits."""
        return {**self.question.as_dict(), **self.shares, "box": self.limits}

    def quiet_lines(self) -> Iterable[str]:
        """Return the limits."""
        return [f"{row['factor']} {row['low']:g} {row['high']:g}" for row in self.limits]

    def parts(self) -> Iterable[Part]:
        """Return a table of the limits and what the box holds."""
        yield from self.question.notes
        cells = [(row["factor"], *_limits(row)) for row in self.limits]
        yield Table(self.question.title, ("factor", "from", "to"), cells, right=("from", "to"))
        yield from once(self.question.warnings)
        yield (
            f"The box holds {self.shares['coverage']:.0%} of the points that get there; "
            f"{self.shares['density']:.0%} of its points do. It is {self.shares['mass']:.0%} of the design."
        )


@dataclass(frozen=True)
class Leaves:
    """Leaves of a classification tree, by the share of points that reach the threshold."""

    question: Question
    limits: Sequence[Mapping[Any, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Return the limits of each leaf."""
        return {**self.question.as_dict(), "leaves": self.limits}

    def quiet_lines(self) -> Iterable[str]:
        """Return the limits of each leaf."""
        return [f"{row['leaf']} {row['factor']} {row['low']:g} {row['high']:g}" for row in self.limits]

    def parts(self) -> Iterable[Part]:
        """Return a table of the leaves."""
        heads = ("leaf", "get there", "of the design", "factor", "from", "to")
        cells = []
        for row, before in zip(self.limits, [None, *self.limits], strict=False):
            first = before is None or before["leaf"] != row["leaf"]
            shares = (str(row["leaf"]), f"{row['density']:.0%}", f"{row['mass']:.0%}") if first else ("", "", "")
            cells.append([*shares, row["factor"], *_limits(row)])
        yield from self.question.notes
        yield Table(self.question.title, heads, cells, right=(*heads[1:3], *heads[4:]))
        yield from once(self.question.warnings)


def _limits(row: Mapping[Any, Any]) -> tuple[str, str]:
    """Bounds of a factor: names, or two numbers."""
    return (row["names"], "") if row["names"] else (plain(row["low"]), plain(row["high"]))
