"""A stored run computed once more, and why it is not the same where it is not."""

from dataclasses import dataclass

import numpy as np

from scenarios.errors import InputError
from sim.experiments.outcomes import outcome_of
from sim.experiments.requests import RunRequest
from sim.experiments.store import Store
from sim.kernels import kernels


@dataclass(frozen=True)
class Repetition:
    """What came of repeating a run."""

    request: RunRequest
    same: bool
    """Whether every bit is the same."""
    kernels: str
    """Kernels of the processor that computed the stored run."""
    kernels_here: str
    largest_difference: float
    """Largest difference of a value, as a part of the larger of the two; NaN where the tables differ in shape."""

    @property
    def reason(self) -> str:
        """Why it is not the same, in words; empty where it is."""
        if self.same:
            return ""
        size = f"values differ by up to {self.largest_difference:.1e} of themselves"
        if not np.isfinite(self.largest_difference):
            size = "it has other months or indicators"
        if self.kernels != self.kernels_here:
            return (
                f"{size}; it was computed with the kernels {self.kernels!r} and this machine has {self.kernels_here!r},"
                " which add in another order"
            )
        return f"{size}, with the same kernels {self.kernels_here!r}"


def repeated(store: Store, run: str) -> Repetition:
    """Run a stored run again from the store alone.

    Raises
    ------
    scenarios.InputError
        If no run or more than one has such a key, it failed, or what it needs is missing or damaged.
    """
    request = store.request(run)
    row = store.rows()[request.key]
    if row["status"] != "done":
        raise InputError(
            f"failed when it was run, so that there is nothing to compare with: {row['error']}",
            where=str(store.folder),
            key="run",
            value=run,
        )
    (stored,) = store.stored_runs([request.key])
    again = outcome_of(request, request.execute(), 0.0)
    difference = float("nan")
    if again.values.shape == stored.values.shape and again.indicators == stored.columns:
        gap = np.abs(again.values - stored.values)
        scale = np.maximum(np.abs(again.values), np.abs(stored.values))
        difference = float(np.max(np.where(scale > 0.0, gap / np.where(scale > 0.0, scale, 1.0), 0.0)))
    same = again.indicators_hash == row["indicators_hash"]
    return Repetition(request, same, row["kernels"], kernels(), difference)
