"""Report of the command `rerun`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminal.report import Part

if TYPE_CHECKING:
    from sim.experiments.repeating import Repetition


@dataclass(frozen=True)
class Rerun:
    """A stored run beside the same run made again."""

    repeated: Repetition

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict and, where the two differ, what differs."""
        found, request = self.repeated, self.repeated.request
        return {
            "key": request.key,
            "same": found.same,
            "scenario": request.scenario.name,
            "seed": request.seed,
            "kernels": found.kernels,
            "kernels_here": found.kernels_here,
            "largest_difference": found.largest_difference,
            "largest_difference_of_plan": found.largest_difference_of_plan,
            "altered": found.altered,
            "reason": found.reason,
        }

    def quiet_lines(self) -> Iterable[str]:
        """Return the key: the exit code is the verdict."""
        return [self.repeated.request.key]

    def parts(self) -> Iterable[Part]:
        """Return the verdict in a line."""
        found, request = self.repeated, self.repeated.request
        verdict = "the same to the bit" if found.same else f"not the same: {found.reason}"
        yield f"{request.key}: {request.scenario.name}, seed {request.seed}: {verdict}"
