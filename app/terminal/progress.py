"""Progress bars on stderr, for whoever waits in front of a terminal."""

from __future__ import annotations

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.terminal.streams import console, say
from scenarios.printable import spelt_out

if TYPE_CHECKING:
    from rich.progress import Progress

    from sim.experiments.outcomes import RunOutcome

PATIENCE_SECONDS = 1.0


class Bar:
    """A bar that counts what is done, unless `hidden` or stderr is no terminal; lines are printed above it.

    Parameters
    ----------
    hidden
        Show nothing.
    what
        What is counted.
    """

    def __init__(self, hidden: bool, what: str) -> None:
        self._hidden = hidden or sys.stderr is None or not sys.stderr.isatty()
        self._what = what
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _show(self, done: int, total: int, begun_at: int) -> None:
        """Move the bar, which begins to count where it is first shown."""
        if self._hidden:
            return
        if self._bar is None:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            rate = TextColumn("{task.fields[rate]}")
            columns = (TextColumn(self._what), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
            self._bar = Progress(*columns, console=console(stderr=True), transient=True)
            self._bar.add_task(self._what, total=total, completed=begun_at, rate="")
            self._bar.start()
        task = self._bar.tasks[0]
        self._bar.update(task.id, completed=done, rate=f"{task.speed:.1f} {self._what}/s" if task.speed else "")

    def say(self, line: str) -> None:
        """Print a line on stderr, above the bar where there is one."""
        if self._bar is not None:
            self._bar.console.print(spelt_out(line), markup=False, highlight=False)
        else:
            say(line)


class MonthsBar(Bar):
    """Counts the months of a few runs, once the first second is over.

    Parameters
    ----------
    runs
        How many runs make up the whole.
    hidden
        Show nothing.
    """

    def __init__(self, runs: int, hidden: bool) -> None:
        super().__init__(hidden, "months")
        self._runs = runs
        self._runs_done = 0
        self._began = monotonic()

    def __call__(self, months_done: int, months: int) -> None:
        """Count the months that the present run has done."""
        if self._bar is not None or monotonic() - self._began >= PATIENCE_SECONDS:
            self._show(self._runs_done * months + months_done, self._runs * months, begun_at=0)
        self._runs_done += months_done == months


class RunsBar(Bar):
    """Counts runs."""

    def __init__(self, hidden: bool) -> None:
        super().__init__(hidden, "runs")

    def note(self, outcome: RunOutcome, done: int, total: int) -> None:
        """Count a run that ended, and say so where it failed."""
        self.show(done, total)
        if outcome.status != "done":
            self.say(f"failed: {outcome.request.scenario.name}, run {outcome.request.run}: {outcome.error}")

    def show(self, done: int, total: int) -> None:
        """Show how many runs are done."""
        self._show(done, total, begun_at=done - 1)

    def begin(self, line: str) -> None:
        """Start another bar, for a further part of the work, under a line that names it."""
        if not self._hidden:
            self._stop()
            self.say(line)
