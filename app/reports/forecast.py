"""Report of the command `forecast`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.terminal import amounts
from app.terminal.numbers import percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd

    from calibration.conditions import Conditions
    from calibration.forecast_register import RegisteredForecast
    from scenarios import Scenario
    from scenarios.run_conditions import RunConditions


CAVEAT = (
    "A forecast from what was known in 2020: parameters fitted to 2016-2020 where those years identify them, priors "
    "where not. Bands of the model alone hold the uncertainty of parameters and random draws, "
    "but not errors of the model."
)
READ_WAY = {
    "discrepancy": "With discrepancy: each run is widened by the model's errors at forecasts from 2016-2019, "
    "N(0, s^2 h) in logs for h years; 'not identified' where too few years are known. "
    "Paired effects are not touched by it.",
    "pool": "Pool: the model with its discrepancy and naive rules, weighted by their log scores at forecasts from "
    "2016-2019 and shrunk to equal weights; 'not identified' where too few years are known.",
}
NOT_IDENTIFIED = "not identified"


@dataclass(frozen=True)
class Forecast:
    """The distribution of each indicator in each year.

    Parameters
    ----------
    scenario, runs
        Name of the scenario and runs that are done.
    conditions
        Conditions of the runs.
    frozen
        The distribution.
    way
        What is shown beside the model alone: "discrepancy", "pool", or "model" for nothing.
    file, digest
        Where it was registered, and the SHA-256 of that file, or None.
    names
        Names of the indicators of the scenario's plan, by id.
    """

    scenario: str
    runs: int
    conditions: RunConditions
    frozen: RegisteredForecast
    way: str
    file: Path | None
    digest: str | None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support."""
        from sim.experiments.least_runs import few_runs_note

        return few_runs_note(self.runs, "quantiles other than the median")

    def as_dict(self) -> dict[str, Any]:
        """Return quantiles, and where the distribution was registered."""
        return {
            "scenario": self.scenario,
            "runs": self.runs,
            "quantiles": self._quantiles("model"),
            **({} if self.way == "model" else {"with": self.way, "quantiles_with": self._beside()}),
            "about": dict(self.frozen.about),
            "conditions": self.conditions.as_dict(),
            "warnings": self.warnings,
            "register": str(self.file) if self.file else None,
            "sha256": self.digest,
            "caveat": CAVEAT,
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the digest of what was registered, or else the medians."""
        if self.digest is not None:
            return [self.digest]
        return [f"{row['indicator']} {row['year']} {row['q50']:.6g}" for row in self._quantiles("model")]

    def parts(self) -> Iterable[Part]:
        """Return a table of quantiles, of the model alone and beside it of the chosen distribution."""
        alone = self._quantiles("model")
        beside: Sequence[Mapping[str, Any]] = [] if self.way == "model" else self._beside()
        rows = [
            [
                amounts.named(row["indicator"], self.names) if row["year"] == self.frozen.years[0] else "",
                row["year"],
                *(amounts.level(row["indicator"], row[key]) for key in ("q05", "q25", "q50", "q75", "q95")),
            ]
            for row in alone
        ]
        heads: tuple[str, ...] = ("indicator, unit", "year", "5 %", "25 %", "median", "75 %", "95 %")
        if beside:
            heads = (*heads, f"with {self.way}: 5 %", "25 % ", "median ", "75 % ", "95 % ")
            for row, other in zip(rows, beside, strict=True):
                numbers = [amounts.level(other["indicator"], other[key]) for key in ("q05", "q25", "q50", "q75", "q95")]
                row += numbers if other["identified"] else [NOT_IDENTIFIED, *[""] * 4]
        yield from once(self.conditions.lines)
        yield Table.of_numbers(f"{self.scenario}: {self.runs} runs", heads, rows)
        notes = [READ_WAY[self.way], *_age_of_discrepancy(self.frozen)] if beside else []
        yield from once([*self.warnings, *notes, CAVEAT])
        if self.digest is not None:
            yield f"Registered in {self.file}, SHA-256 {self.digest}"

    def _beside(self) -> list[dict[str, Any]]:
        sizes = self.frozen.about["discrepancy"]["log_per_root_year"]
        return [
            {**row, "discrepancy": sizes[row["indicator"]], "identified": sizes[row["indicator"]] is not None}
            for row in self._quantiles(self.way)
        ]

    def _quantiles(self, way: str) -> list[dict[str, Any]]:
        from calibration.forecast_register import QUANTILES

        places = {f"q{level * 100:02.0f}": place for place, level in enumerate(QUANTILES)}
        shown = ("q05", "q25", "q50", "q75", "q95")
        return [
            {"indicator": indicator, "year": year, **{key: years[at][places[key]] for key in shown}}
            for indicator, years in self.frozen.quantiles[way].items()
            for at, year in enumerate(self.frozen.years)
        ]


def _age_of_discrepancy(frozen: RegisteredForecast) -> list[str]:
    """Say if the discrepancy was learned on another version of the model."""
    used = frozen.about["discrepancy"]
    if used["model_digest"] == frozen.about["model_digest"]:
        return []
    return [f"The discrepancy was learned on an earlier version of the model ({used['date']})."]


@dataclass(frozen=True)
class Variants:
    """A scenario under each of several assumptions, a row for each indicator and variant."""

    scenario: Scenario
    runs: int
    table: pd.DataFrame

    @property
    def conditions(self) -> RunConditions:
        """Conditions common to all variants."""
        from sim.experiments.run_conditions import conditions_of

        return conditions_of([self.scenario])

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support."""
        from sim.experiments.least_runs import few_runs_note

        return few_runs_note(int(self.table["pairs"].min()), "quantiles other than the median")

    def as_dict(self) -> dict[str, Any]:
        """Return the variants as records."""
        return {
            "scenario": self.scenario.name,
            "runs": self.runs,
            "conditions": self.conditions.as_dict(),
            "warnings": self.warnings,
            "variants": self.table.to_dict("records"),
            "caveat": CAVEAT,
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the medians."""
        return [f"{row['indicator']}\t{row['variant']}\t{row['q50']:.6g}" for row in self.table.to_dict("records")]

    def parts(self) -> Iterable[Part]:
        """Return a table of quantiles and of differences from the first variant."""
        from scenarios.whole_years import year_told_of

        heads = ("indicator, unit", "variant", "5 %", "median", "95 %", "difference", "5 to 95 %", "meets target")
        names = amounts.names_of([self.scenario.plan])
        rows = [
            [
                amounts.named(row["indicator"], names),
                row["variant"],
                *(amounts.level(row["indicator"], row[key]) for key in ("q05", "q50", "q95")),
                *amounts.change(row["indicator"], row["difference"], row["low"], row["high"]),
                percent(row["chance"], ".0%"),
            ]
            for row in self.table.to_dict("records")
        ]
        yield from once(self.conditions.lines)
        year = year_told_of(self.scenario)
        title = f"{self.scenario.name} in {year}: {self.runs} runs under each assumption, same draws"
        yield Table.of_numbers(title, heads, rows)
        yield from once([*self.warnings, CAVEAT])


@dataclass(frozen=True)
class TargetConditions:
    """How runs of a scenario that meet a target differ from those that miss it."""

    scenario: Scenario
    indicator: str
    found: Conditions

    @property
    def rests_on(self) -> RunConditions:
        """Conditions of the runs."""
        from sim.experiments.run_conditions import conditions_of

        return conditions_of([self.scenario])

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs on one side do not support."""
        from calibration.conditions import LEAST_ON_A_SIDE
        from sim.experiments.least_runs import few_runs_note

        fewer = min(self.found.met, self.found.runs - self.found.met)
        return few_runs_note(fewer, "one of the sides, to say how they differ", LEAST_ON_A_SIDE)

    @property
    def _rows(self) -> Sequence[Mapping[Any, Any]]:
        return self.found.table.to_dict("records")

    def as_dict(self) -> dict[str, Any]:
        """Return all factors as records."""
        from scenarios.whole_years import checked_year

        return {
            "scenario": self.scenario.name,
            "indicator": self.indicator,
            "runs": self.found.runs,
            "met": self.found.met,
            "year": checked_year(self.scenario),
            "conditions": self.rests_on.as_dict(),
            "warnings": self.warnings,
            "factors": self._rows,
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the distance between the two sides in each factor."""
        return [f"{row['factor']}\t{row['distance']:.3f}" for row in self._rows]

    def parts(self) -> Iterable[Part]:
        """Return a table of the factors in which the two sides differ significantly."""
        from calibration.conditions import SIGNIFICANT
        from scenarios.whole_years import year_told_of

        found = self.found
        yield from once(self.rests_on.lines)
        year = year_told_of(self.scenario)
        told = amounts.name(self.indicator, amounts.names_of([self.scenario.plan]))
        yield f"{found.met} of {found.runs} runs of {self.scenario.name} meet the target of {told} in {year}."
        if not found.comparable:
            yield from once(self.warnings)
            return
        rows = [
            [
                row["factor"],
                row["kind"],
                f"{row['median_met']:.4g}",
                f"{row['median_missed']:.4g}",
                f"{row['distance']:.2f}",
                f"{row['p']:.2g}",
            ]
            for row in self._rows
            if row["p"] < SIGNIFICANT
        ]
        if rows:
            heads = ("factor", "kind", "median where met", "where missed", "distance", "p")
            yield Table.of_numbers("Factors that differ between them", heads, rows)
            yield "Differences, not causes; p is corrected for multiple testing."
        else:
            yield "No single factor differs significantly between the two."
