"""Report of the command `discover`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.briefing.amounts import is_share
from app.terminal import amounts
from app.terminal.numbers import between, percent, plain
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    from sim.experiments.held_back import BoxHeldBack, Held, TreeHeldBack


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
        from sim.closing.dictionary import unit_of

        unit = unit_of(self.indicator)
        told = amounts.level(self.indicator, self.at_least) + ("" if is_share(self.indicator) else f" {unit}")
        name = amounts.name(self.indicator, amounts.shipped_names())
        return f"{name} ({self.indicator}) at or above {told} in {self.rests_on['year']}"

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
    unseen
        Its quality on points held back.
    """

    question: Question
    limits: Sequence[Mapping[Any, Any]]
    shares: Mapping[str, Any]
    unseen: BoxHeldBack

    def as_dict(self) -> dict[str, Any]:
        """Return shares, limits and the quality on points held back."""
        return {**_with_quality(self.question, self.unseen), **self.shares, "box": self.limits}

    def quiet_lines(self) -> Iterable[str]:
        """Return the limits."""
        return [f"{row['factor']} {row['low']:g} {row['high']:g}" for row in self.limits]

    def parts(self) -> Iterable[Part]:
        """Return a table of the limits and what the box holds."""
        yield from self.question.notes
        cells = [(row["factor"], *_limits(row)) for row in self.limits]
        yield Table(self.question.title, ("factor", "from", "to"), cells, right=("from", "to"))
        yield from once(self.question.warnings)
        coverage, density, mass = (percent(self.shares[name], ".0%") for name in ("coverage", "density", "mass"))
        yield (
            f"The box holds {coverage} of the points that get there; {density} of its points do. "
            f"It is {mass} of the design."
        )
        if not self.unseen.lacking:
            heads = ("measure", "with all points", "on points held back", "95 % interval", "points")
            counted = {"density": self.unseen.inside, "coverage": self.unseen.reached}
            rows = [
                (
                    f"{name} of the box",
                    percent(self.shares[name], ".0%"),
                    *_with_interval(share, ".0%"),
                    str(counted[name]),
                )
                for name, share in (("density", self.unseen.density), ("coverage", self.unseen.coverage))
            ]
            rows.append(
                ("base rate: all points", percent(self.unseen.base_rate, ".0%"), "", "", str(self.unseen.points))
            )
            yield Table.of_numbers("Quality on points held back", heads, rows)
            yield _how(self.unseen, "box found")
        yield from self.unseen.warnings


@dataclass(frozen=True)
class Leaves:
    """Leaves of a classification tree, by the share of points that reach the threshold."""

    question: Question
    limits: Sequence[Mapping[Any, Any]]
    unseen: TreeHeldBack

    def as_dict(self) -> dict[str, Any]:
        """Return the limits of each leaf and the quality on points held back."""
        return {**_with_quality(self.question, self.unseen), "leaves": self.limits}

    def quiet_lines(self) -> Iterable[str]:
        """Return the limits of each leaf."""
        return [f"{row['leaf']} {row['factor']} {row['low']:g} {row['high']:g}" for row in self.limits]

    def parts(self) -> Iterable[Part]:
        """Return a table of the leaves."""
        heads = ("leaf", "get there", "of the design", "factor", "from", "to")
        cells = []
        for row, before in zip(self.limits, [None, *self.limits], strict=False):
            first = before is None or before["leaf"] != row["leaf"]
            shares = (
                (str(row["leaf"]), percent(row["density"], ".0%"), percent(row["mass"], ".0%"))
                if first
                else ("", "", "")
            )
            cells.append([*shares, row["factor"], *_limits(row)])
        yield from self.question.notes
        yield Table(self.question.title, heads, cells, right=(*heads[1:3], *heads[4:]))
        yield from once(self.question.warnings)
        if not self.unseen.lacking:
            columns = ("measure", "on points held back", "95 % interval", "by the base rate")
            brier, of_base_rate = self.unseen.brier
            rows = [
                (
                    "accuracy",
                    *_with_interval(self.unseen.accuracy, ".0%"),
                    percent(self.unseen.accuracy_of_base_rate, ".0%"),
                ),
                ("Brier score", f"{brier:.3f}", "", f"{of_base_rate:.3f}"),
                ("gain in Brier score", *_with_interval(self.unseen.gain, ".3f"), ""),
            ]
            yield Table.of_numbers("Quality on points held back", columns, rows)
            yield _how(self.unseen, "tree grown")
        yield from self.unseen.warnings


def _with_quality(question: Question, unseen: Held) -> dict[str, Any]:
    """The question with its warnings and those about points held back, and the quality on them."""
    asked = question.as_dict()
    return {**asked, "warnings": [*asked["warnings"], *unseen.warnings], "held_back": unseen.as_dict()}


def _with_interval(share: tuple[float, float, float], form: str) -> tuple[str, str]:
    """A number and its interval."""
    value, low, high = share
    return percent(value, form), between(low, high, form)


def _how(unseen: Held, found: str) -> str:
    """How points were held back."""
    from sim.experiments.held_back import FOLDS

    runs = unseen.points * unseen.runs
    return f"Each of {FOLDS} parts of the {unseen.points} points ({runs} runs) was judged by the {found} without it."


def _limits(row: Mapping[Any, Any]) -> tuple[str, str]:
    """Bounds of a factor: names, or two numbers."""
    return (row["names"], "") if row["names"] else (plain(row["low"]), plain(row["high"]))
