"""What is asked of the tables: how many runs, at which size, in how many processes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.evidence.levers_together import LeversTogether
    from sim.experiments.ensemble import Ensemble

LARGE, MIDDLE, SMALL = 1, 4, 10
"""Parts of the runs that tables take: all of facts, a quarter, a tenth where each run is made in many worlds."""
SMALL_MODEL = 0.1
"""Size of the models of tables that take thousands of runs; expected values are the same at every size."""


@dataclass(frozen=True)
class Asked:
    """Runs, size and processes; what several tables need is measured once."""

    runs: int
    scale: float | None
    workers: int | None
    store: Path
    """Store of the runs of sweeps, ensembles and effects, from which an interrupted measurement goes on."""
    docs: Path

    def part(self, divisor: int) -> int:
        """A part of the runs, and at least as many as an interval needs."""
        from sim.experiments.least_runs import LEAST_FOR_INTERVAL

        return max(LEAST_FOR_INTERVAL, self.runs // divisor)

    @property
    def size(self) -> str:
        """Size of the models in words, empty for the full one."""
        return "" if self.scale is None else f" with {self.scale:g} of the issuers"

    @property
    def small(self) -> float:
        """Size of the models of tables that take thousands of runs: the one asked for, or a tenth of the issuers."""
        return SMALL_MODEL if self.scale is None else self.scale

    @cached_property
    def at_full_intensity(self) -> LeversTogether:
        """Effects of each lever at full intensity from 2021 on, and of all together, against committed policy."""
        from scenarios.loader import load
        from sim.evidence.levers_together import at_full_intensity, levers_together

        base = load("committed").with_changes(scale=self.small)
        return levers_together(at_full_intensity(base), base, runs=self.part(SMALL), workers=self.workers)

    @cached_property
    def three_policies(self) -> Ensemble:
        """The plan, committed policy, and the plan without any effect of levers, in the same draws."""
        from dataclasses import replace

        from scenarios.loader import load
        from sim.experiments.ensemble import run_requests
        from sim.experiments.requests import ensemble_requests

        asked = ensemble_requests(
            [load(name) for name in ("plan", "committed")], runs=self.part(MIDDLE), scale=self.scale
        )
        none = [
            replace(
                request,
                scenario=request.scenario.model_copy(update={"name": WITHOUT_EFFECTS}),
                parameters=request.parameters.replace(betas=dict.fromkeys(request.parameters.betas, 0.0)),
            )
            for request in asked
            if request.scenario.name == "plan"
        ]
        return run_requests([*asked, *none], store=self.store, workers=self.workers)


WITHOUT_EFFECTS = "without effects"
