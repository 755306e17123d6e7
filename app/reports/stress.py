"""Report of the command `stress`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app.terminal.numbers import percent
from app.terminal.report import Part, Table, once

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Scenario


SHOWN = {
    "largest_bank_assets_share": "largest bank, share of assets",
    "worst_equity_loss_share": "equity others lose, worst bank",
    "mean_equity_loss_share": "equity others lose, mean bank",
    "worst_failed_assets_share": "assets that fail, worst bank",
    "worst_rounds": "rounds, worst bank",
    "events_share": "banks whose failure crosses",
    "loss_to_event_pct": "common loss that crosses, % of assets",
}


WHOLE = ("worst_rounds", "loss_to_event_pct")


@dataclass(frozen=True)
class Stress:
    """Failures and common losses in runs of some scenarios, a row for each run and month."""

    scenarios: Sequence[Scenario]
    runs: int
    found: pd.DataFrame

    @property
    def warnings(self) -> list[str]:
        """Statistics that so few runs do not support."""
        from sim.experiments.least_runs import few_runs_note

        return few_runs_note(self.runs, "a bad case")

    def as_dict(self) -> dict[str, Any]:
        """Return the rows."""
        from sim.experiments.run_conditions import conditions_of

        return {
            "scenarios": [each.name for each in self.scenarios],
            "runs": self.runs,
            "conditions": conditions_of(self.scenarios).as_dict(),
            "warnings": self.warnings,
            "stress": self.found.to_dict("records"),
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the common loss that crosses the redline in the median run."""
        losses = self._median["loss_to_event_pct"]
        return [f"{name} {month} {losses.loc[(name, month)]:g}" for name, month in losses.index]

    def parts(self) -> Iterable[Part]:
        """Return a table for each scenario, and what the redline is."""
        from scenarios.plan import redline
        from sim.experiments.run_conditions import conditions_of

        yield from once(conditions_of(self.scenarios).lines)
        bad = self._bad_case()
        for each in self.scenarios:
            months = [month for name, month in self._median.index if name == each.name]
            cells = [
                (
                    label,
                    *(
                        _pair(column, self._median.loc[(each.name, month), column], bad.loc[(each.name, month), column])
                        for month in months
                    ),
                )
                for column, label in SHOWN.items()
            ]
            yield Table.of_numbers(f"{each.name}, {self.runs} runs: median (bad case)", ("", *months), cells)
        yield from once(self.warnings)
        limits = redline()
        yield (
            f"Crossing: {percent(limits.event_assets_share, '.0%')} of all assets in institutions that fail, "
            f"or {limits.event_rounds} rounds or more. Bad case: one run in twenty is worse."
        )
        yield "Contagion by loans between banks in the city alone: no forced sales, no runs, no losses from outside."

    @cached_property
    def _groups(self) -> Any:
        return self.found.groupby(["scenario", "month"], sort=False)[list(SHOWN)]

    @cached_property
    def _median(self) -> pd.DataFrame:
        median: pd.DataFrame = self._groups.median()
        return median

    def _bad_case(self) -> pd.DataFrame:
        """Values that one run in twenty exceeds; NaN where the runs are too few."""
        bad: pd.DataFrame = self._groups.quantile(0.95)
        bad["loss_to_event_pct"] = self._groups.quantile(0.05)["loss_to_event_pct"]
        if self.warnings:
            bad.loc[:, :] = float("nan")
        return bad


def _pair(column: str, middle: float, bad: float) -> str:
    form = ".3g" if column in WHOLE else ".1%"
    return f"{percent(middle, form)} ({percent(bad, form)})"
