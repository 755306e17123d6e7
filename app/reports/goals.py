"""Report of the command `goals`."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal import amounts
from app.terminal.numbers import known, or_blank, percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.ensemble import Ensemble


@dataclass(frozen=True)
class Goals:
    """A scenario held against goals and shortcomings.

    Parameters
    ----------
    name, label
        Of the scenario.
    ensemble
        Its runs.
    lights
        A row for each goal or shortcoming.
    tests
        A row for each indicator that one is judged by.
    """

    name: str
    label: str
    ensemble: Ensemble
    lights: pd.DataFrame
    tests: pd.DataFrame

    @property
    def runs(self) -> int:
        """Runs that are done."""
        return int(self.ensemble.done(self.name).sum())

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support, and the year if it is not that of the plan."""
        from sim.experiments.least_runs import LEAST_FOR_VERDICT, few_runs_note

        warnings = few_runs_note(self.runs, "a light", LEAST_FOR_VERDICT)
        if self.ensemble.target_year_of(self.name) != self.ensemble.plan_of(self.name).target_year:
            warnings.append(f"Judged in {self.ensemble.target_year_told(self.name)}.")
        return warnings

    def as_dict(self) -> dict[str, Any]:
        """Return lights and tests."""
        return {
            "scenario": self.name,
            "runs": self.runs,
            "year": self.ensemble.target_year_of(self.name),
            "failures": list(self.ensemble.failures),
            "conditions": self.ensemble.conditions.as_dict(),
            "warnings": self.warnings,
            "goals": self.lights.reset_index().to_dict("records"),
            "tests": self.tests.to_dict("records"),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the lights."""
        return [f"{key} {light}" for key, light in self.lights["light"].items()]

    def parts(self) -> Iterable[Part]:
        """Return the lights, then the tests behind them."""
        yield from once(self.ensemble.conditions.lines)
        yield self._lights()
        yield self._tests()
        yield (
            "The plan sets no number for any of these: the tests are judgement. "
            "Green: all tests met; amber: half of the way."
        )
        yield from once(self.warnings)
        left_out = self.lights["not_modelled"].items()
        yield "Not modelled: " + "; ".join(f"{key}: {what}" for key, what in left_out if what) + "."

    def _lights(self) -> Table:
        heads = ("", "goal or shortcoming", "light", "green", "amber", "red", "held back by")
        cells = [
            (
                str(key),
                row["name"],
                row["light"],
                *(or_blank(row[each], ".0%") for each in ("green", "amber", "red")),
                row["worst"] if row["light"] != "green" else "",
            )
            for key, row in self.lights.to_dict("index").items()
        ]
        year = self.ensemble.target_year_told(self.name)
        return Table(f"{self.label} in {year}, {self.runs} runs", heads, cells, right=heads[3:6])

    def _tests(self) -> Table:
        at = str(self.ensemble.target_year_of(self.name) or "no year")
        names = amounts.names_of([self.ensemble.plan_of(self.name)])
        heads = ("", "indicator, unit", "2020", at, "test", "from", "runs that meet it")
        signs = {"up": "at least", "down": "at most"}
        cells = [
            (
                row["id"],
                amounts.named(row["indicator"], names),
                amounts.level(row["indicator"], row["value_2020"]),
                amounts.level(row["indicator"], row["value"]),
                f"{row['test']} {_looked_at(row, 'tested')}",
                f"{signs[row['better']]} {_looked_at(row, 'threshold')}",
                percent(row["met"], ".0%"),
            )
            for row in self.tests.to_dict("records")
        ]
        return Table("Tests", heads, cells, right=(heads[2], heads[3], heads[6]))


def _looked_at(row: Mapping[Hashable, Any], key: str) -> str:
    """What a test looks at, in its unit: a value or a change of an indicator, else a ratio without a unit."""
    value = row[key]
    if row["test"] == "level":
        return amounts.level(row["indicator"], value)
    if row["test"] == "change":
        return amounts.size(row["indicator"], value, plus=True)
    return known(value, ".3g")
