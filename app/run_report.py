"""What one run is reported as: the plan's indicators in 2025 beside 2020, the targets and the committed path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.calendar import month_ordinal
from scenarios.run_conditions import REPLAY, RunConditions
from scenarios.whole_years import answering_year, year_named

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.schema import Shock
    from sim import Result

CAVEAT = (
    "One run is one possible future, with every parameter at its central value: no forecast and no average "
    "(README, 'What a run is not')."
)
NOTE = (
    "committed: the same year on the committed path, same seed and world. met, close: below what counts as met, "
    "yet within the rounding of the plan's figure."
)
NO_VERDICT = "No year is held against the targets of the plan: a year counts with all of its months."
QUALIFIERS = {"around": "~", "at least": ">=", "qualitative": "proxy"}


def _rows(targets: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return a table of targets as a row for each indicator."""
    return {str(name): {str(column): value for column, value in row.items()} for name, row in targets.iterrows()}


def _shock_told(shock: Shock) -> str:
    """Return a shock as the command line takes it, with size and months filled in, and its unit."""
    return f"{shock.name}={shock.full_size:g}@{'..'.join(dict.fromkeys(shock.window))} ({shock.kind.unit})"


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
        Tell the seconds each step took.
    """

    def __init__(
        self, result: Result, committed: Result, *, settings: tuple[str, ...], out: Path | None, with_timings: bool
    ) -> None:
        self._result = result
        self._settings = settings
        self._out = out
        self._with_timings = with_timings
        self._targets = _rows(result.targets())
        self._last = month_ordinal(result.scenario.end)
        self._conditions = RunConditions.of_provenance(result.scenario, result.provenance)
        self._committed = {name: row["value_2025"] for name, row in _rows(committed.targets()).items()}

    def as_dict(self) -> dict[str, Any]:
        """Return the report under the keys that docs/json.md lists."""
        scenario, provenance = self._result.scenario, self._result.provenance
        indicators = [
            {"id": name, **row, "committed_2025": self._committed[name]} for name, row in self._targets.items()
        ]
        return {
            "scenario": scenario.name,
            "title": scenario.title,
            "scenario_hash": scenario.content_hash(),
            "settings": list(self._settings),
            "seed": self._result.seed,
            "macro": scenario.macro_identity,
            "year": answering_year(self._last),
            "year_told": year_named(self._last),
            "conditional_replay": self._is_replay,
            "conditions": self._conditions.as_dict(),
            "parameters": scenario.parameters,
            "version": provenance["version"],
            "provenance": provenance,
            "caveat": CAVEAT,
            "indicators": indicators,
            "companions": [{"indicator": name, **row} for name, row in _rows(self._result.companions()).items()],
            "events": self._result.events.to_dict("records"),
            "costs": self._result.scenario.costs(),
            "annual": self._result.annual().to_dict("index"),
            "out": None if self._out is None else str(self._out),
            "timings": dict(self._result.step_seconds) if self._with_timings else None,
        }

    def print(self, quiet: bool) -> None:
        """Print the table with what it rests on, or, if quiet, an indicator and its value a line."""
        from app.shown import known

        if quiet:
            for name, row in self._targets.items():
                print(f"{name}\t{known(row['value_2025'], '.10g')}")
            return
        from rich.console import Group, RenderableType
        from rich.text import Text

        from app.tables import number, show, table

        notes = [self._header, *self._conditions.lines[1:], self._rests_on, CAVEAT, NOTE]
        if answering_year(self._last) is None:
            notes.append(NO_VERDICT)
        if self._out is not None:
            notes.append(f"Monthly indicators written to {self._out}")
        year = answering_year(self._last)
        at = "no year" if year is None else str(year)
        headings = ("indicator, unit", "2020", at, "target", "distance", "met", "committed")
        right = ("2020", at, "target", "distance", "committed")
        title = f"{year_named(self._last)} against the plan"
        comparison = table(title, headings, [self._row(name) for name in self._targets], right=right)
        notes += [f"{each['month']}: {each['trigger']}" for each in self._result.events.to_dict("records")]
        if scenario_costs := self._result.scenario.costs():
            assert self._result.scenario.budget is not None
            total = number(sum(scenario_costs.values()))
            notes.append(f"Cost by your own figures: {total} {self._result.scenario.budget.unit}")
        beside = table(
            "What they are meant to measure",
            ("companion, unit", "2020", at, "growth", "of the indicator"),
            [self._companion_row(row) for row in _rows(self._result.companions()).values()],
            right=("2020", at, "growth", "of the indicator"),
        )
        texts = [Text(note) for note in notes[1:]]
        parts: list[RenderableType] = [Text(notes[0], style="bold"), comparison, beside, *texts]
        if self._with_timings:
            seconds = sorted(self._result.step_seconds.items(), key=lambda step: -step[1])
            rows = [(step, number(spent)) for step, spent in seconds]
            parts.append(table("Seconds of each step over the run", ("step", "seconds"), rows, right=("seconds",)))
        show(Group(*parts))

    @property
    def _is_replay(self) -> bool:
        return bool(self._result.provenance["kind"] == REPLAY)

    @property
    def _header(self) -> str:
        scenario, version = self._result.scenario, self._result.provenance["version"]
        changes = f" with {', '.join(self._settings)}" if self._settings else ""
        struck = f" and shocks {', '.join(map(_shock_told, scenario.shocks))}" if scenario.shocks else ""
        off = self._result.provenance["interactions_off"]
        without = f" without {', '.join(off)}" if off else ""
        replay = " (conditional replay)" if self._is_replay else ""
        return (
            f"Scenario {scenario.name}{changes}{struck}{without}, seed {self._result.seed}, "
            f"macro {scenario.macro_identity}{replay}, parameters {scenario.parameters}, lujiazui {version}"
        )

    @property
    def _rests_on(self) -> str:
        from scenarios.parameters import parameter_set

        name = self._result.scenario.parameters
        return f"Parameters {name}: {parameter_set(name).rests_on}."

    @staticmethod
    def _companion_row(row: dict[str, Any]) -> tuple[object, ...]:
        from rich.text import Text

        from app.shown import known
        from app.tables import number

        return (
            Text.assemble(row["meaning"].split(":")[0], "\n", (f"{row['companion']}, {row['unit']}", "dim")),
            number(row["value_2020"]),
            number(row["value_2025"]),
            "" if row["growth"] != row["growth"] else f"{row['growth']:+.0%}",
            known(row["indicator_growth"], "+.0%"),
        )

    def _row(self, name: str) -> tuple[object, ...]:
        from rich.text import Text

        from app.shown import UNKNOWN
        from app.tables import number, unit_shown

        row = self._targets[name]
        unit, is_known = row["unit"], row["value_2025"] == row["value_2025"]
        return (
            Text.assemble(row["name"], "\n", (f"{name}, {unit_shown(unit)}", "dim")),
            number(row["value_2020"], unit),
            number(row["value_2025"], unit),
            f"{QUALIFIERS.get(row['qualifier'], row['qualifier'])} {number(row['target_2025'], unit)}",
            f"{row['distance'] * 100:.1f} pp" if unit == "share" and is_known else number(row["distance"]),
            _met(row) if is_known else UNKNOWN,
            number(self._committed[name], unit),
        )


def _met(row: dict[str, Any]) -> str:
    return "yes" if row["met"] else "close" if row["within_rounding"] else "no"
