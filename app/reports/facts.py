"""Report of the command `facts`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal.numbers import between, known
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Scenario
    from scenarios.run_conditions import RunConditions


@dataclass(frozen=True)
class Facts:
    """Stylised facts of runs of a scenario, a row each."""

    scenario: Scenario
    runs: int
    conditions: RunConditions
    found: pd.DataFrame

    @property
    def warnings(self) -> Sequence[str]:
        """Statistics that so few runs do not support."""
        from sim.experiments.least_runs import LEAST_FOR_VERDICT, few_runs_note

        return few_runs_note(self.runs, "a verdict or a range", LEAST_FOR_VERDICT)

    def as_dict(self) -> dict[str, Any]:
        """Return the facts as records."""
        return {
            "scenario": self.scenario.name,
            "runs": self.runs,
            "conditions": self.conditions.as_dict(),
            "warnings": self.warnings,
            "facts": self.found.reset_index().to_dict("records"),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the verdicts."""
        return [f"{name} {verdict(passed, 'passed', 'failed')}" for name, passed in self.found["passed"].items()]

    def parts(self) -> Iterable[Part]:
        """Return a table of the facts."""
        yield from once(self.conditions.lines)
        cells = [(row["name"], *in_words(row), row["kind"]) for row in self.found.to_dict("records")]
        headings = ("fact", "band", "median", "5-95 %", "passed", "")
        title = f"Stylised facts, {self.runs} runs of {self.scenario.name}"
        yield Table(title, headings, cells, right=("median",))
        yield from once([*self.warnings, counted(self.found)])


def verdict(passed: object, yes: str, no: str) -> str:
    """A verdict in words, or "too few runs"."""
    import pandas as pd

    return "too few runs" if pd.isna(passed) else yes if passed else no  # type: ignore[call-overload]


def in_words(row: Mapping[Any, Any]) -> tuple[str, str, str, str]:
    """Band, median, central 90 % of the runs, and whether a fact passed."""
    middle = between(row["p05"], row["p95"], ".3g")
    return _band(row["low"], row["high"]), known(row["median"], ".3g"), middle, verdict(row["passed"], "yes", "no")


def _band(low: float, high: float) -> str:
    if math.isinf(low):
        return f"at most {high:g}"
    return f"at least {low:g}" if math.isinf(high) else f"{low:g} .. {high:g}"


def counted(found: pd.DataFrame) -> str:
    """How many facts pass, by kind."""
    if found["passed"].isna().all():
        return "No verdict: too few runs."
    by_kind = found.groupby("kind")["passed"].agg(["sum", "count"])
    return "; ".join(f"{kind}: {int(row['sum'])} of {int(row['count'])} pass" for kind, row in by_kind.iterrows())
