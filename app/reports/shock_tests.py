"""Reports of the command `stress` with named stresses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal.numbers import between, known, percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Scenario

WHAT_IS_COMPARED = (
    "Each run with the stress beside the same run without it, for two years. Risk: mean deviation of six signals from "
    "2020, in usual spreads (docs/redline.md). Stresses are hypothetical."
)

WHO_FAILS = (
    "An institution fails when it lacks capital that supervisors require, or leaves by failure, and does not without "
    "the stress; failed: most at once. Equity lost: of all, in the worst month. Lost on links: what banks lose on "
    "loans to banks by the lost value of the debtors, linear DebtRank. Both in CNY bn. Places are by equity, from 1."
)
LINKS = 3
"""Links in the table of each stress; --json has ten of each run."""


@dataclass(frozen=True)
class ShockTests:
    """Named stresses on runs of some scenarios, a row a run and stress."""

    scenarios: Sequence[Scenario]
    runs: int
    at: str
    severity: float
    found: pd.DataFrame

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support."""
        from sim.experiments.least_runs import few_runs_note

        return few_runs_note(self.runs, "a standard error")

    def as_dict(self) -> dict[str, Any]:
        """Return the rows, and a summary of each scenario and stress."""
        from sim.experiments.run_conditions import conditions_of

        return {
            "scenarios": [each.name for each in self.scenarios],
            "runs": self.runs,
            "at": self.at,
            "severity": self.severity,
            "conditions": conditions_of(self.scenarios).as_dict(),
            "warnings": self.warnings,
            "summary": self._summary(),
            "stress": self.found.to_dict("records"),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the share of runs that break the redline."""
        return [f"{row['scenario']} {row['stress']} {row['broken']:g}" for row in self._summary()]

    def parts(self) -> Iterable[Part]:
        """Return a table of all scenarios and stresses."""
        from sim.experiments.run_conditions import conditions_of

        yield from once(conditions_of(self.scenarios).lines)
        rows = [
            (
                row["stress"],
                row["scenario"],
                known(row["risk_rise"], "+.2f"),
                percent(row["shortfall_rise"], "+.1%"),
                percent(row["warned"], ".0%"),
                percent(row["broken"], ".0%"),
                percent(row["standard_error"], ".0%"),
                known(row["recovery_months"], ".0f"),
            )
            for row in self._summary()
        ]
        right = ("rise of risk", "capital shortfall", "warned", "redline broken", "standard error", "months to recover")
        yield Table(
            f"Stresses of severity {self.severity:g} from {self.at}, {self.runs} runs",
            ("stress", "scenario", *right),
            rows,
            right=right,
        )
        yield self._paths()
        links = self._links()
        if links:
            headings = ("stress", "scenario", "run", "creditor", "debtor", "lost, CNY bn")
            yield Table("Links with the largest losses", headings, links, right=("creditor", "debtor", "lost, CNY bn"))
        yield from once([*self.warnings, WHAT_IS_COMPARED, WHO_FAILS])

    def _paths(self) -> Table:
        """Who fails first, by the run in the middle."""
        rows = [
            (
                row["stress"],
                row["scenario"],
                row["first_sector"].replace("_", " ") or "none",
                percent(row["first_share"], ".0%"),
                known(row["first_rank"], ".0f"),
                known(row["first_month"], ".0f"),
                known(row["failed"], ".0f"),
                known(row["equity_lost_bn"], ",.1f"),
                known(row["lost_on_links_bn"], ",.1f"),
            )
            for row in self._summary()
        ]
        right = ("of the runs", "place in sector", "month", "failed", "equity lost", "lost on links")
        return Table("Who fails first", ("stress", "scenario", "first to fail", *right), rows, right=right)

    def _links(self) -> list[tuple[str, ...]]:
        """The largest losses on links in the first run, for each stress and scenario."""
        rows: list[tuple[str, ...]] = []
        for (stress, scenario), runs in self.found.groupby(["stress", "scenario"], sort=False):
            first = runs.iloc[0]
            for link in first["links"][:LINKS]:
                ends = (f"bank {link['lender']}", f"bank {link['borrower']}")
                rows.append((str(stress), str(scenario), str(first["run"]), *ends, f"{link['lost_bn']:.2f}"))
        return rows

    def _summary(self) -> list[dict[str, Any]]:
        """Medians over the runs, and shares of runs; recovery is unknown where half of the runs do not recover."""
        from sim.experiments.least_runs import error_of_share

        rows = []
        for (stress, scenario), runs in self.found.groupby(["stress", "scenario"], sort=False):
            recovery = runs["recovery_months"].fillna(float("inf")).median()
            sector = runs["first_sector"].value_counts().index[0]
            fails = runs[runs["first_sector"] == sector]
            rows.append(
                {
                    "stress": stress,
                    "scenario": scenario,
                    "risk_rise": float(runs["risk_rise"].median()),
                    "shortfall_rise": float(runs["shortfall_rise"].median()),
                    "warned": float((runs["warning_months"] > 0).mean()),
                    "broken": float(runs["broken"].mean()),
                    "standard_error": error_of_share(int(runs["broken"].sum()), len(runs)),
                    "recovery_months": float(recovery) if recovery < float("inf") else float("nan"),
                    "first_sector": str(sector),
                    "first_share": len(fails) / len(runs),
                    "first_rank": float(fails["first_rank"].median()),
                    "first_month": float(fails["first_month"].median()),
                    "failed": float(runs["failed"].median()),
                    "equity_lost_bn": float(runs["equity_lost_bn"].median()),
                    "lost_on_links_bn": float(runs["lost_on_links_bn"].median()),
                    "runs": len(runs),
                }
            )
        return rows


@dataclass(frozen=True)
class ReverseStress:
    """Smallest severities that break the redline, a row a scenario and stress."""

    scenarios: Sequence[Scenario]
    runs: int
    at: str
    found: pd.DataFrame

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support."""
        from sim.experiments.least_runs import few_runs_note

        return few_runs_note(self.runs, "an interval")

    def as_dict(self) -> dict[str, Any]:
        """Return the rows; a severity beyond the largest is null."""
        from sim.experiments.run_conditions import conditions_of

        finite = self.found.replace([float("inf")], float("nan"))
        return {
            "scenarios": [each.name for each in self.scenarios],
            "runs": self.runs,
            "at": self.at,
            "conditions": conditions_of(self.scenarios).as_dict(),
            "warnings": self.warnings,
            "reverse": finite.to_dict("records"),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the median severity."""
        return [f"{row.scenario} {row.stress} {row.median:g}" for row in self.found.itertuples()]

    def parts(self) -> Iterable[Part]:
        """Return a table of all scenarios and stresses."""
        from scenarios.stresses import MOST_SEVERITY
        from sim.experiments.run_conditions import conditions_of

        yield from once(conditions_of(self.scenarios).lines)
        rows = [
            (row["stress"], row["scenario"], _told(row["median"]), _told_between(row), percent(row["never"], ".0%"))
            for row in self.found.to_dict("records")
        ]
        yield Table(
            f"Smallest severity that breaks the redline within two years from {self.at}, {self.runs} runs",
            ("stress", "scenario", "median", "95 % interval", f"bear severity {MOST_SEVERITY:g}"),
            rows,
            right=("median", f"bear severity {MOST_SEVERITY:g}"),
        )
        yield from once([*self.warnings, "By bisection in each run, to an eighth. Stresses are hypothetical."])


def _told(severity: float) -> str:
    from scenarios.stresses import MOST_SEVERITY

    return f"over {MOST_SEVERITY:g}" if severity == float("inf") else known(severity, ".2f")


def _told_between(row: dict[Any, Any]) -> str:
    if float("inf") not in (row["low"], row["high"]):
        return between(row["low"], row["high"], ".2f")
    return f"{_told(row['low'])} to {_told(row['high'])}"
