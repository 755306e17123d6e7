"""A progress bar on stderr for whoever waits longer than a second in front of a terminal."""

from __future__ import annotations

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.terminal import console, say
from scenarios.printable import spelt_out

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from sim.experiments.outcomes import RunOutcome

PATIENCE_SECONDS = 1.0


class ProgressBar:
    """Shows months done over several runs, unless `hidden` or stderr is no terminal.

    Parameters
    ----------
    runs
        How many runs make up the whole.
    hidden
        Show nothing.
    """

    def __init__(self, runs: int, hidden: bool) -> None:
        self._runs = runs
        self._runs_done = 0
        self._hidden = hidden or sys.stderr is None or not sys.stderr.isatty()
        self._began = monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, months_done: int, months: int) -> None:
        """Take note that a run has done so many of its months."""
        if self._hidden:
            return
        if self._bar is None and monotonic() - self._began >= PATIENCE_SECONDS:
            self._bar, self._task = _shown(self._runs * months)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._runs_done * months + months_done)
        self._runs_done += months_done == months


class RunsBar:
    """Shows runs done, the rate and the time left, unless `hidden` or stderr is no terminal; says lines beside it."""

    def __init__(self, hidden: bool) -> None:
        self._hidden = hidden or sys.stderr is None or not sys.stderr.isatty()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def note(self, outcome: RunOutcome, done: int, total: int) -> None:
        """Take note of a run that ended, and say so where it failed."""
        self.show(done, total)
        if outcome.status != "done":
            self.say(f"failed: {outcome.request.scenario.name}, run {outcome.request.run}: {outcome.error}")

    def show(self, done: int, total: int) -> None:
        """Take note of the runs that are done."""
        if self._hidden:
            return
        if self._bar is None:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            rate = TextColumn("{task.fields[rate]}")
            columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
            self._bar = Progress(*columns, console=console(stderr=True), transient=True)
            self._task = self._bar.add_task("runs", total=total, completed=done - 1, rate="")
            self._bar.start()
        if self._task is not None:
            speed = self._bar.tasks[0].speed
            self._bar.update(self._task, completed=done, rate=f"{speed:.1f} runs/s" if speed else "")

    def begin(self, line: str) -> None:
        """Start another bar, for a further part of the work, under a line that names it."""
        if self._hidden:
            return
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self.say(line)

    def say(self, line: str) -> None:
        """Print a line on stderr, above the bar where there is one."""
        if self._bar is not None:
            self._bar.console.print(spelt_out(line), markup=False, highlight=False)
        else:
            say(line)


def _shown(months: int) -> tuple[Progress, TaskID]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("months"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console(stderr=True), transient=True)
    task = bar.add_task("months", total=months)
    bar.start()
    return bar, task
