"""A small ensemble beside one run, so that the first number a reader sees is not that of one seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios import Scenario
    from sim import Ensemble

SMALL_MODEL = 0.1
"""Size of the models: expected values are the same at every size, and a small one takes half the time."""
RANGE = (0.05, 0.95)


@dataclass(frozen=True)
class ManyRuns:
    """Runs of one scenario, each with its own parameter draw and seed."""

    found: Ensemble
    scenario: str
    scale: float

    @property
    def runs(self) -> int:
        """Runs that are done."""
        return int(self.found.done(self.scenario).sum())

    @property
    def _met_from(self) -> Mapping[str, float]:
        """Value from which each indicator of the scenario's plan counts as met."""
        return self.found.plan_of(self.scenario).met_from

    @property
    def warnings(self) -> list[str]:
        """What so few runs do not support, and runs that failed."""
        from sim.experiments.least_runs import few_runs_note

        return [*few_runs_note(self.runs, "a range"), *(f"failed: {each}" for each in self.found.failures)]

    @property
    def told(self) -> str:
        """What the columns of these runs stand for."""
        return (
            f"median, 5 to 95 %: of {self.runs} runs, each with its own parameters and seed, with {self.scale:g} of "
            "the issuers; the other columns are those of one run. 200 runs and more: lujiazui batch."
        )

    def of(self, indicator: str) -> tuple[float, float, float, float]:
        """Median, 5 %, 95 % and share of runs that meet the target, in the year of the target; NaN if unknown."""
        import numpy as np

        from sim.experiments.least_runs import quantiles_known

        values = self.found.at_target(self.scenario, indicator)
        known = values[np.isfinite(values)]
        low, median, high = quantiles_known(values, [RANGE[0], 0.5, RANGE[1]])
        met = float((known >= self._met_from[indicator]).mean()) if len(known) else float("nan")
        return median, low, high, met

    def cells(self, indicator: str) -> tuple[str, str]:
        """Median and range as a table shows them."""
        from app.terminal import amounts

        median, low, high, _ = self.of(indicator)
        return amounts.level(indicator, median), amounts.levels(indicator, low, high)

    def redline_cells(self) -> tuple[str, str]:
        """Runs that break the redline."""
        import numpy as np

        months = self.found.values[self.scenario][:, :, self.found.columns.index("redline_broken")]
        return f"broken in {int((np.nansum(months, axis=1) > 0.0).sum())}", ""

    def as_dict(self) -> dict[str, Any]:
        """Return the runs under the keys that docs/json.md lists."""
        rows = [
            dict(zip(("id", "median", "q05", "q95", "share_met"), (name, *self.of(name)), strict=True))
            for name in self._met_from
        ]
        return {"runs": self.runs, "scale": self.scale, "indicators": rows, "warnings": self.warnings}


def many_runs(scenario: Scenario, *, runs: int, interactions_off: Iterable[str], hidden: bool) -> ManyRuns:
    """Run a scenario many times in a small model; a scenario of another size than 1 keeps its size.

    Parameters
    ----------
    scenario
        As asked for.
    runs
        How many.
    interactions_off
        Interactions that are switched off.
    hidden
        Show no progress.
    """
    import sim
    from app.terminal.progress import RunsBar

    scale = scenario.scale if scenario.scale != 1.0 else SMALL_MODEL
    small = scenario.model_copy(update={"scale": scale})
    with RunsBar(hidden=hidden) as bar:
        found = sim.ensemble([small], runs=runs, interactions_off=interactions_off, progress=bar.note)
    return ManyRuns(found, scenario.name, scale)
