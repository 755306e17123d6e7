"""Report of the command `run`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.terminal import amounts
from app.terminal.numbers import UNKNOWN, known, number, or_blank, percent
from app.terminal.report import Cell, Part, Prose, Table

if TYPE_CHECKING:
    import pandas as pd

    from app.reports.many_runs import ManyRuns
    from scenarios.run_conditions import RunConditions
    from scenarios.shock import Shock
    from sim import Result


CAVEAT = (
    "One run is one possible future, with every parameter at its central value: no forecast and no average "
    "(README, 'Limits of a run')."
)


MEANING_OF_COLUMNS = (
    "committed: the same year on the committed path, same seed and world. met, close: below what counts as met, "
    "yet within the rounding of the plan's figure."
)


NO_VERDICT = "No year is held against the targets of the plan: a year counts with all of its months."


QUALIFIERS = {"around": "~", "at least": ">=", "qualitative": "proxy"}


@dataclass(frozen=True)
class RunReport:
    """One run beside the committed path of the same seed.

    Parameters
    ----------
    result, committed
        The run asked for and the committed path in the same world.
    settings
        The levers set on the command line, as typed.
    out
        Where the monthly indicators were written.
    with_timings
        Report the seconds that each step took.
    many
        Runs with draws of their own, whose median is shown beside the run.
    """

    result: Result
    committed: Result
    settings: tuple[str, ...]
    out: Path | None
    with_timings: bool
    many: ManyRuns | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the report under the keys that docs/json.md lists."""
        scenario, provenance = self.result.scenario, self.result.provenance
        indicators = [
            {"id": name, **row, f"committed_{self._of_plan}": self._committed_values[name]}
            for name, row in self._targets.items()
        ]
        return {
            "scenario": scenario.name,
            "title": scenario.title,
            "scenario_hash": scenario.content_hash(),
            "settings": list(self.settings),
            "seed": self.result.seed,
            "macro": scenario.macro_identity,
            "year": self._year,
            "year_told": self._year_told,
            "conditional_replay": self._is_replay,
            "conditions": self._conditions.as_dict(),
            "parameters": scenario.parameters_told,
            "version": provenance["version"],
            "provenance": provenance,
            "caveat": CAVEAT,
            "indicators": indicators,
            "many_runs": None if self.many is None else self.many.as_dict(),
            "redline": _redline(self.result),
            "companions": [{"indicator": name, **row} for name, row in _rows(self.result.companions()).items()],
            "events": self.result.events.to_dict("records"),
            "costs": scenario.costs(),
            "annual": self.result.annual().to_dict("index"),
            "out": None if self.out is None else str(self.out),
            "timings": dict(self.result.step_seconds) if self.with_timings else None,
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return an indicator and its value a line."""
        lines = [f"{name}\t{known(row[self._value], '.10g')}" for name, row in self._targets.items()]
        return [*lines, f"redline_broken\t{_redline(self.result)[-1]['months']}"]

    def parts(self) -> Iterable[Part]:
        """Return the table of indicators, their companions, and what the run rests on."""
        yield Prose(self._header, bold=True)
        yield self._comparison()
        yield self._companions()
        if self.result.scenario.components:
            yield self._of_components()
        of_many = [] if self.many is None else [self.many.told, *self.many.warnings]
        notes = [*of_many, *self._conditions.lines[1:], self._rests_on, CAVEAT, MEANING_OF_COLUMNS]
        if self._year is None:
            notes.append(NO_VERDICT)
        if self.out is not None:
            notes.append(f"Monthly indicators written to {self.out}")
        notes += [f"{each['month']}: {each['trigger']}" for each in self.result.events.to_dict("records")]
        if costs := self.result.scenario.costs():
            assert self.result.scenario.budget is not None
            total = number(sum(costs.values()))
            notes.append(f"Cost by your own figures: {total} {self.result.scenario.budget.unit}")
        yield from map(Prose, notes)
        if self.with_timings:
            seconds = sorted(self.result.step_seconds.items(), key=lambda step: -step[1])
            rows = [(step, number(spent)) for step, spent in seconds]
            yield Table("Seconds of each step over the run", ("step", "seconds"), rows, right=("seconds",))

    def _comparison(self) -> Table:
        beside = () if self.many is None else (f"median of {self.many.runs}", "5 to 95 %")
        headings = ("indicator, unit", "2020", self._at, *beside, "target", "distance", "met", "committed")
        right = ("2020", self._at, *beside, "target", "distance", "committed")
        rows = [*(self._row(name) for name in self._targets), self._redline_row()]
        return Table(f"{self._year_told} against the plan", headings, rows, right)

    def _companions(self) -> Table:
        return Table(
            "Companion indicators",
            ("companion, unit", "2020", self._at, "growth", "of the indicator"),
            [_companion_row(row, self._value) for row in _rows(self.result.companions()).values()],
            right=("2020", self._at, "growth", "of the indicator"),
        )

    def _of_components(self) -> Table:
        """Return the indicators of components of others."""
        annual, year = self.result.annual(), self._year
        rows = [
            (
                Cell(each.definition, f"{each.name}, {each.unit}"),
                number(float(annual[each.name].loc[2020]), each.unit),
                UNKNOWN if year is None else number(float(annual[each.name].loc[year]), each.unit),
                component.name,
            )
            for component in self.result.scenario.components
            for each in component.indicators
        ]
        headings = ("indicator, unit", "2020", self._at, "component")
        return Table("Indicators of components of others", headings, rows, right=("2020", self._at))

    @cached_property
    def _targets(self) -> dict[str, dict[str, Any]]:
        return _rows(self.result.targets())

    @cached_property
    def _committed_values(self) -> dict[str, float]:
        return {name: row[self._value] for name, row in _rows(self.committed.targets()).items()}

    @cached_property
    def _conditions(self) -> RunConditions:
        from scenarios.run_conditions import RunConditions

        return RunConditions.of_provenance(self.result.scenario, self.result.provenance)

    @cached_property
    def _year(self) -> int | None:
        """The year that is compared with the targets, or None."""
        from scenarios.calendar import month_ordinal
        from scenarios.whole_years import answering_year

        scenario = self.result.scenario
        return answering_year(month_ordinal(scenario.end), scenario.plan.target_year)

    @property
    def _of_plan(self) -> int:
        """Year of the plan's targets, which the names of columns have."""
        return self.result.scenario.plan.target_year

    @property
    def _value(self) -> str:
        """Name of the column of simulated values."""
        return f"value_{self._of_plan}"

    @property
    def _at(self) -> str:
        return "no year" if self._year is None else str(self._year)

    @property
    def _year_told(self) -> str:
        from scenarios.whole_years import year_told_of

        return year_told_of(self.result.scenario)

    @property
    def _is_replay(self) -> bool:
        from scenarios.run_conditions import REPLAY

        return bool(self.result.provenance["kind"] == REPLAY)

    @property
    def _header(self) -> str:
        scenario, version = self.result.scenario, self.result.provenance["version"]
        changes = f" with {', '.join(self.settings)}" if self.settings else ""
        struck = f" and shocks {', '.join(map(_shock_told, scenario.shocks))}" if scenario.shocks else ""
        off = self.result.provenance["interactions_off"]
        without = f" without {', '.join(off)}" if off else ""
        others = ", ".join(f"{each.name} {each.version}" for each in scenario.components)
        added = f", with components of others: {others}" if others else ""
        added += "" if scenario.own_plan is None else f", plan {scenario.own_plan.identity}"
        replay = " (conditional replay)" if self._is_replay else ""
        return (
            f"Scenario {scenario.name}{changes}{struck}{without}, seed {self.result.seed}, "
            f"macro {scenario.macro_identity}{replay}, parameters {scenario.parameters_told}{added}, lujiazui {version}"
        )

    @property
    def _rests_on(self) -> str:
        scenario = self.result.scenario
        return f"Parameters {scenario.parameters_told}: {scenario.set_of_parameters().rests_on}."

    def _redline_row(self) -> tuple[object, ...]:
        warning, line = _redline(self.result)
        committed = _redline(self.committed)[-1]
        first = f", first {line['first_month']}" if line["months"] else ""
        return (
            Cell("Redline of systemic risk", f"months broken since 2021{first}; with a warning: {warning['months']}"),
            "",
            number(line["months"]),
            *(() if self.many is None else self.many.redline_cells()),
            "0",
            number(line["months"]),
            "no" if line["months"] else "yes",
            number(committed["months"]),
        )

    def _row(self, name: str) -> tuple[object, ...]:
        row = self._targets[name]
        target, is_known = row[f"target_{self._of_plan}"], row[self._value] == row[self._value]
        return (
            amounts.named(name, {name: row["name"]}),
            amounts.level(name, row["value_2020"]),
            amounts.level(name, row[self._value]),
            *(() if self.many is None else self.many.cells(name)),
            f"{QUALIFIERS.get(row['qualifier'], row['qualifier'])} {amounts.level(name, target)}",
            amounts.distance(name, row["distance"], target),
            _met(row) if is_known else UNKNOWN,
            amounts.level(name, self._committed_values[name]),
        )


def _redline(result: Result) -> list[dict[str, Any]]:
    """Return the early warning and the redline of a run, a row each."""
    return [{"line": line, **row} for line, row in _rows(result.redline()).items()]


def _rows(targets: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return a table of targets as a row for each indicator."""
    return {str(name): {str(column): value for column, value in row.items()} for name, row in targets.iterrows()}


def _companion_row(row: dict[str, Any], value: str) -> tuple[object, ...]:
    return (
        amounts.named(row["companion"], {row["companion"]: row["meaning"].split(":")[0]}),
        amounts.level(row["companion"], row["value_2020"]),
        amounts.level(row["companion"], row[value]),
        or_blank(row["growth"], "+.0%"),
        percent(row["indicator_growth"], "+.0%"),
    )


def _shock_told(shock: Shock) -> str:
    """Return a shock as the command line takes it, with size and months filled in, and its unit."""
    return f"{shock.name}={shock.full_size:g}@{'..'.join(dict.fromkeys(shock.window))} ({shock.kind.unit})"


def _met(row: dict[str, Any]) -> str:
    return "yes" if row["met"] else "close" if row["within_rounding"] else "no"
