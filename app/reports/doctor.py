"""Report of the command `doctor`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.terminal.report import Part

if TYPE_CHECKING:
    from scenarios.errors import Problem
    from sim.experiments.doctor import Examination, Repair
    from sim.experiments.stored_design import AskedRun


MOST_SHOWN = 20


@dataclass(frozen=True)
class StoreHealth:
    """Defects of a store, and the result of a repair."""

    store: Path
    found: Examination
    repair: Repair | None

    @property
    def after(self) -> Examination:
        """The store as it is now."""
        return self.found if self.repair is None else self.repair.after

    def as_dict(self) -> dict[str, Any]:
        """Return the problems, what is to be computed, and what a repair moved."""
        found, repair, after = self.found, self.repair, self.after
        return {
            "store": str(self.store),
            "sound": after.sound,
            "problems": [_data(problem) for problem in found.problems],
            "done": after.done,
            "to_compute": [{"scenario": run.scenario, "run": run.run, "key": run.key} for run in after.lost],
            "designs_to_resume": list(after.incomplete),
            "repaired": repair is not None,
            "moved": list(repair.moved) if repair else [],
            "restored": list(repair.restored) if repair else [],
            "remaining": [_data(problem) for problem in after.problems],
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the files with a problem."""
        return [problem.where for problem in self.found.problems]

    def parts(self) -> Iterable[Part]:
        """Return the problems, then what is whole and what to do next."""
        found, repair, after = self.found, self.repair, self.after
        for problem in found.problems:
            yield f"{problem.where}: {problem.message}"
        if repair is not None:
            yield from (f"moved into aside: {name}" for name in repair.moved)
            yield from (f"written again from the rest: {name}" for name in repair.restored)
            yield from (f"remains: {problem.where}: {problem.message}" for problem in after.problems)
        yield f"{after.done} runs are whole" + ("" if found.problems else "; nothing is wrong")
        if after.lost:
            yield f"{len(after.lost)} runs that are asked for are not there; a batch that goes on computes them:"
            yield from _by_scenario(after.lost)
        folder = shlex.quote(str(self.store))
        if repair is None and found.problems:
            yield f"To keep what is whole: lujiazui doctor {folder} --repair"
        elif repair is not None:
            for number in after.incomplete:
                yield f"Next: lujiazui batch --resume --store {folder} --design {number}"


def _data(problem: Problem) -> Mapping[str, str]:
    return {"file": problem.where, "problem": problem.message, "code": problem.code}


def _by_scenario(runs: Iterable[AskedRun]) -> Iterable[str]:
    """Runs by scenario, the numbers of each in a line."""
    by_scenario: dict[str, list[int]] = {}
    for run in runs:
        by_scenario.setdefault(run.scenario, []).append(run.run)
    for scenario, numbers in by_scenario.items():
        shown = ", ".join(str(number) for number in sorted(numbers)[:MOST_SHOWN])
        more = f" and {len(numbers) - MOST_SHOWN} more" if len(numbers) > MOST_SHOWN else ""
        yield f"  {scenario}: {shown}{more}"
