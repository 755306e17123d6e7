"""Report of the command `compare`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.reports.designs import design_data
from app.terminal import amounts
from app.terminal.numbers import known, or_blank, percent
from app.terminal.report import Part, Table, once

LEAST_FOR_GAIN = 30
"""Pairs from which the runs that pairing saves are shown: below, each of the two variances behind that ratio has a
standard error above a quarter of itself, sqrt(2 / (n - 1))."""
SAVED = "runs saved by pairing"

if TYPE_CHECKING:
    from sim.experiments.stored_design import StoredDesign


@dataclass(frozen=True)
class StoreDesign:
    """An experiment of a store, and the number of experiments in it."""

    store: Path
    design: StoredDesign
    of: int

    @property
    def line(self) -> str:
        """The experiment in a line, or nothing where it is the only one, has no label and is done."""
        if self.of == 1 and not self.design.label and self.design.done >= self.design.asked:
            return ""
        others = f"; {self.of} experiments, see: lujiazui designs {self.store}" if self.of > 1 else ""
        return f"Design {self.design}{others}"


@dataclass(frozen=True)
class Comparison:
    """The result of `compared`, and the experiment that it comes from."""

    found: Mapping[str, Any]
    design: StoreDesign | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of the indicators of the scenarios' plans, by id."""
    note: str = ""
    """Why the others are compared with this scenario, where it was not to be expected."""

    def as_dict(self) -> dict[str, Any]:
        """Return the records with the experiment that they come from."""
        return {"design": None if self.design is None else design_data(self.design.design), **self.found}

    def quiet_lines(self) -> Iterable[str]:
        """Return the median effects."""
        return [f"{row['scenario']} {row['indicator']} {known(row['median'], 'g')}" for row in self.found["effects"]]

    def parts(self) -> Iterable[Part]:
        """Return a table for each question, then the notes."""
        found = self.found
        if self.design is not None and self.design.line:
            yield self.design.line
        if self.note:
            yield self.note
        yield from once(found["conditions"]["notes"])
        if found["pairs"]:
            yield self._effects()
        if found["displacement"]:
            yield self._displacement()
        yield self._targets()
        if found["redline"]:
            yield self._redline()
        if len(found["done"]) > 1:
            yield self._regret()
        if found["triggers"]:
            yield self._triggers()
        for name, settings in found["settings"].items():
            yield f"Scenario {name} with {', '.join(settings)}."
        yield from once([*found["warnings"], found["caveat"], *(f"failed: {failure}" for failure in found["failures"])])

    def _effects(self) -> Table:
        gains = [SAVED] if any(_has_gain(row) for row in self.found["effects"]) else []
        counts = sorted({each["pairs"] for each in self.found["pairs"]})
        pairs = " to ".join(str(each) for each in dict.fromkeys((counts[0], counts[-1])))
        rows = [
            (
                row["scenario"],
                amounts.named(row["indicator"], self.names),
                *amounts.change(row["indicator"], row["median"], row["low"], row["high"]),
                row["runs"],
                percent(row["share_positive"], ".0%"),
                *((or_blank(row["pairing"], ".0f", " x") if _has_gain(row) else "",) if gains else ()),
            )
            for row in self.found["effects"]
        ]
        return Table(
            f"Effect in {_years(self.found['pairs'])} against {self.found['baseline']}, {pairs} paired runs",
            ("scenario", "indicator, unit", "median", "95 % interval", "pairs", "runs above", *gains),
            rows,
            right=("median", "pairs", "runs above", *gains),
        )

    def _displacement(self) -> Table:
        rows = [
            (
                row["scenario"],
                amounts.named(row["measure"], self.names),
                row["centre"].replace("_", " "),
                *amounts.change(row["measure"], row["change"], row["low"], row["high"]),
                or_blank(row["share_of_gain"], ".0%"),
            )
            for row in self.found["displacement"]
        ]
        return Table(
            f"Displacement in {_years(self.found['pairs'])}: what Shanghai gains and other centres lose, mean",
            ("scenario", "measure", "centre", "change", "95 % interval", "part of Shanghai's gain"),
            rows,
            right=("change", "part of Shanghai's gain"),
        )

    def _targets(self) -> Table:
        rows = [
            (
                row["scenario"],
                amounts.without_unit(row["indicator"], self.names),
                row["runs"],
                percent(row["probability"], ".0%"),
                percent(row["standard_error"], ".1%"),
                row["expected_month"],
            )
            for row in self.found["targets"]
        ]
        return Table(
            f"Share of runs that meet the target, in {_years(self.found['targets'])}",
            ("scenario", "indicator", "runs", "share", "standard error", "median month of meeting"),
            rows,
            right=("runs", "share", "standard error"),
        )

    def _redline(self) -> Table:
        last = {(row["scenario"], row["line"]): row for row in self.found["redline"]}
        rows = [
            (
                row["scenario"],
                row["line"],
                row["runs"],
                percent(row["by_year"], ".1%"),
                percent(row["standard_error"], ".1%"),
                row["year"],
            )
            for row in last.values()
        ]
        return Table(
            "Share of runs in which signals of systemic risk give an early warning, and break the redline",
            ("scenario", "line", "runs", "share", "standard error", "by the end of"),
            rows,
            right=("runs", "share", "standard error", "by the end of"),
        )

    def _regret(self) -> Table:
        rows = [
            (
                row["scenario"],
                amounts.without_unit(row["indicator"], self.names),
                row["runs"],
                percent(row["mean"], ".2%"),
                percent(row["p95"], ".2%"),
            )
            for row in self.found["regret"]
        ]
        return Table(
            "Regret: behind the best scenario of the same run, % of the target",
            ("scenario", "indicator", "runs", "mean", "95th percentile"),
            rows,
            right=("runs", "mean", "95th percentile"),
        )

    def _triggers(self) -> Table:
        rows = [
            (row["scenario"], row["trigger"], percent(row["share"], ".0%"), row["first_month"])
            for row in self.found["triggers"]
        ]
        return Table(
            "Triggers: in which part of the runs they fire, and when first",
            ("scenario", "trigger", "share", "median month"),
            rows,
            right=("share",),
        )


def _has_gain(row: Mapping[str, Any]) -> bool:
    return bool(row["runs"] >= LEAST_FOR_GAIN)


def _years(rows: Iterable[Mapping[str, Any]]) -> str:
    """The years of some rows."""
    years = sorted({row["year"] for row in rows if isinstance(row["year"], int)})
    return ", ".join(str(year) for year in years) or "no year"
