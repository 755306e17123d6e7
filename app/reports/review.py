"""Report of the command `review`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.reports.forecast import CAVEAT
from app.reports.scored import observation_table
from app.terminal import amounts
from app.terminal.numbers import known, percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    from calibration.review import Review
    from sim.experiments.ensemble import Ensemble


@dataclass(frozen=True)
class Reviewed:
    """Chances of the targets before and after observations.

    Parameters
    ----------
    scenario
        Its name.
    ensemble
        Its runs.
    found
        Their weights, and chances and quantiles with them.
    """

    scenario: str
    ensemble: Ensemble
    found: Review

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs close to the observations do not support."""
        from calibration.review import LEAST_EFFECTIVE_RUNS
        from sim.experiments.least_runs import too_few

        if self.found.tells:
            return []
        few = too_few(round(self.found.effective_runs), round(LEAST_EFFECTIVE_RUNS))
        return [f"T{few[1:]} close to what was observed."]

    @property
    def _rows(self) -> Sequence[Mapping[Any, Any]]:
        return self.found.table.to_dict("records")

    @property
    def _outside(self) -> list[str]:
        return [f"{each.indicator} {each.year}: {each.value:g}" for each in self.found.outside]

    def as_dict(self) -> dict[str, Any]:
        """Return chances and quantiles as records."""
        return {
            "scenario": self.scenario,
            "runs": self.found.runs,
            "effective_runs": self.found.effective_runs,
            "tells": self.found.tells,
            "year": self.ensemble.target_year_of(self.scenario),
            "conditions": self.ensemble.conditions.as_dict(),
            "warnings": self.warnings,
            "outside": self._outside,
            "scores": self.found.scores.to_dict("records"),
            "indicators": self._rows,
            "caveat": CAVEAT,
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the chances after the observations."""
        return [f"{row['indicator']}\t{known(row['chance_after'], '.4f')}" for row in self._rows]

    def parts(self) -> Iterable[Part]:
        """Return a table of chances and quantiles, and how much the runs can say."""
        found, names = self.found, amounts.names_of([self.ensemble.plan_of(self.scenario)])
        rows = [
            [
                amounts.named(row["indicator"], names),
                amounts.level(row["indicator"], row["median_before"]),
                amounts.level(row["indicator"], row["median_after"]),
                amounts.levels(row["indicator"], row["low_after"], row["high_after"]),
                percent(row["chance_before"], ".0%"),
                percent(row["chance_after"], ".0%"),
            ]
            for row in self._rows
        ]
        heads = ("indicator, unit", "median before", "median after", "5-95 % after", "chance before", "chance after")
        yield from once(self.ensemble.conditions.lines)
        year = self.ensemble.target_year_told(self.scenario)
        title = f"{self.scenario}, {year}: {found.runs} runs weighted by {len(found.used)} observations"
        yield Table.of_numbers(title, heads, rows)
        yield observation_table("The runs before, one observation at a time", found.scores)
        yield f"Effective runs: {found.effective_runs:.0f} of {found.runs}."
        for each in self._outside:
            yield f"Outside all runs: {each}. No run comes close; interpret conclusions from it with care."
        for warning in self.warnings:
            yield f"{warning[:-1]}: these probabilities are unreliable, and none is given after it. Increase --runs."
        yield CAVEAT
