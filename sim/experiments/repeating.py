"""A stored run computed once more, and why it is not the same where it is not."""

from dataclasses import dataclass

import numpy as np

from agents.arrays import Floats
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.outcomes import outcome_of
from sim.experiments.requests import RunRequest
from sim.experiments.store import Store
from sim.provenance.kernels import kernels


@dataclass(frozen=True)
class Repetition:
    """Result of repeating a run."""

    request: RunRequest
    same: bool
    """Whether every bit is the same."""
    kernels: str
    """Kernels of the processor that computed the stored run."""
    kernels_here: str
    largest_difference: float
    """Largest difference of a value, as a part of the larger of the two; NaN where the tables differ in shape."""
    largest_difference_of_plan: float = float("nan")
    """The same over the indicators of the plan."""
    altered: tuple[str, ...] = ()
    """Altered parts of the model in this process."""

    @property
    def reason(self) -> str:
        """Why it is not the same, in words; empty where it is."""
        if self.same:
            return ""
        size = (
            f"values differ by up to {self.largest_difference:.1e} of themselves, those of the plan by up to "
            f"{self.largest_difference_of_plan:.1e}"
        )
        if not np.isfinite(self.largest_difference):
            size = "it has other months or indicators"
        if self.altered:
            return f"{size}; the model in this process is not the installed one: {', '.join(self.altered)}"
        if self.kernels != self.kernels_here:
            return (
                f"{size}; it was computed with the kernels {self.kernels!r} and this machine has {self.kernels_here!r},"
                " which round the last bits another way"
            )
        return f"{size}, with the same model and the same kernels {self.kernels_here!r}, which nothing explains"


def repeated(store: Store, run: str) -> Repetition:
    """Run a stored run again from the store alone.

    Raises
    ------
    scenarios.InputError
        If no run or more than one has such a key, it failed, or its inputs are missing or damaged.
    """
    request = store.request(run)
    row = store.rows()[request.key]
    if row["status"] != "done":
        raise InputError(
            coded("run.failed_before", reason=row["error"]),
            where=str(store.folder),
            key="run",
            value=run,
        )
    (stored,) = store.stored_runs([request.key])
    again = outcome_of(request, request.execute(), 0.0)
    largest = plan = float("nan")
    if again.values.shape == stored.values.shape and again.indicators == stored.columns:
        apart = relative_difference(again.values, stored.values)
        largest = float(apart.max(initial=0.0))
        of_the_plan = [again.indicators.index(name) for name in PLAN_INDICATORS if name in again.indicators]
        plan = float(apart[:, of_the_plan].max(initial=0.0))
    same = again.indicators_hash == row["indicators_hash"]
    return Repetition(request, same, row["kernels"], kernels(), largest, plan, again.altered)


def relative_difference(one: Floats, other: Floats) -> Floats:
    """Difference as a part of the larger value; zero where neither is a number, infinite where one of them is not."""
    scale = np.maximum(np.abs(one), np.abs(other))
    apart = np.divide(np.abs(one - other), scale, out=np.zeros_like(scale), where=scale > 0.0)
    apart[np.isnan(one) != np.isnan(other)] = np.inf
    return apart
