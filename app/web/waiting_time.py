"""How long runs take: before they begin by earlier runs of the same kind, and under way by their own rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.web.words import Words

FEWEST_RUNS = 2
"""Runs that have to be done before their rate says how long the others take."""
LATEST = 16
"""Earlier runs whose mean is expected of further ones."""


@dataclass(frozen=True)
class Pace:
    """When work began, and the runs that were there already, which say nothing about its rate."""

    began: float
    there: int

    def seconds_left(self, done: int, wanted: int, now: float) -> float | None:
        """Seconds until all runs are done at the rate so far; None before the first few.

        Parameters
        ----------
        done, wanted
            Runs that are done, and all of them.
        now
            Time in seconds on the clock of `began`.
        """
        made = done - self.there
        if made < FEWEST_RUNS or now <= self.began:
            return None
        return (wanted - done) * (now - self.began) / made


def expected_seconds(runs: int, earlier: Sequence[float], workers: int) -> float | None:
    """Seconds that runs take in some processes at once, by the mean of earlier runs; None without any.

    Parameters
    ----------
    runs
        Runs that are missing.
    earlier
        Seconds of earlier runs, the latest last.
    workers
        Processes.
    """
    latest = earlier[-LATEST:]
    return runs * sum(latest) / len(latest) / workers if latest else None


def duration(seconds: float, words: Words) -> str:
    """A duration as a person says it: whole seconds to ten, steps of five to a minute and a half, then minutes."""
    if seconds < 90.0:
        shown = max(round(seconds), 1) if seconds < 10.0 else 5 * round(seconds / 5.0)
        return words("wait.seconds", number=shown)
    return words("wait.minutes", number=round(seconds / 60.0))
