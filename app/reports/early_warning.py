"""Report of the early warning: hits against false alarms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal.numbers import between, known, percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    from scenarios import Scenario
    from sim.evidence.early_warning import EarlyWarning


@dataclass(frozen=True)
class WarningRates:
    """The early warning over runs of some scenarios."""

    scenarios: Sequence[Scenario]
    runs: int
    ahead: int
    found: Sequence[EarlyWarning]

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support, and scenarios whose runs break no redline."""
        from sim.experiments.least_runs import few_runs_note

        none = [each.scenario for each in self.found if not each.runs_broken]
        note = [f"No run of {', '.join(none)} breaks the redline: hits are not known."] if none else []
        return [*few_runs_note(self.runs, "an interval"), *note]

    def as_dict(self) -> dict[str, Any]:
        """Return the rates at some thresholds and the whole curve of each scenario."""
        from sim.experiments.run_conditions import conditions_of

        return {
            "scenarios": [each.name for each in self.scenarios],
            "runs": self.runs,
            "ahead": self.ahead,
            "conditions": conditions_of(self.scenarios).as_dict(),
            "warnings": self.warnings,
            "warnings_by_threshold": [
                {
                    "scenario": each.scenario,
                    "runs_broken": each.runs_broken,
                    "months": each.months,
                    "months_before": each.months_before,
                    "line": each.line,
                    "area": each.curve.area,
                    "low": each.low,
                    "high": each.high,
                    "rates": each.rates.to_dict("records"),
                    "curve": {
                        "threshold": each.curve.threshold[1:].tolist(),
                        "hits": each.curve.hits[1:].tolist(),
                        "false_alarms": each.curve.false_alarms[1:].tolist(),
                    },
                }
                for each in self.found
            ],
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the area under each curve."""
        return [f"{each.scenario} {each.curve.area:g}" for each in self.found]

    def parts(self) -> Iterable[Part]:
        """Return the areas, and the rates by threshold."""
        from sim.experiments.run_conditions import conditions_of

        yield from once(conditions_of(self.scenarios).lines)
        right = ("runs that break it", "months before", "months", "area under the curve")
        yield Table(
            f"Early warning of a redline broken within {self.ahead} months, {self.runs} runs",
            ("scenario", *right, "95 % interval"),
            [
                (
                    each.scenario,
                    str(each.runs_broken),
                    str(each.months_before),
                    str(each.months),
                    known(each.curve.area, ".3f"),
                    between(each.low, each.high, ".3f"),
                )
                for each in self.found
            ],
            right=right,
        )
        names = [f"{each.scenario}: {rate}" for each in self.found for rate in ("hits", "false alarms")]
        columns = [each.rates[rate] for each in self.found for rate in ("hits", "false_alarms")]
        cells = [
            (
                f"{threshold:g}{' (the line)' if threshold == self.found[0].line else ''}",
                *(percent(each[at], ".1%") for each in columns),
            )
            for at, threshold in enumerate(self.found[0].rates["threshold"])
        ]
        yield Table.of_numbers("Rates by threshold, usual spreads", ("threshold", *names), cells)
        yield from once(self.warnings)
        yield (
            "Hits: part of the months before a broken redline in which a warning is given. False alarms: part of the "
            "other months in which one is given. Area: 0.5 is no information, 1 is perfect."
        )
