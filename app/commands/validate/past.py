"""Runs of 2016-2020, the basis of all commands under `validate` but `validate forecast`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from app.reports.past import PastAnswer
    from calibration.past_runs import PastRuns


def past_answer(
    question: Callable[..., pd.DataFrame],
    runs: int,
    scale: str | None,
    store: Path,
    workers: int | None,
    *,
    hidden: bool,
    **more: Any,
) -> PastAnswer:
    """Answer a question by runs of the past, which are kept in a folder.

    Parameters
    ----------
    question
        A function of `calibration`.
    runs, scale, store, workers
        Options of the command.
    hidden
        Show no progress.
    more
        Further arguments of the question.
    """
    from app.reports.past import PastAnswer
    from app.terminal.progress import RunsBar
    from sim.experiments.pool import usual_workers

    kept, size = past_store(store, scale)
    with RunsBar(hidden=hidden) as bar:
        table = question(kept, runs, workers or usual_workers(), size, bar.show, **more)
    return PastAnswer(table, runs, size, len(kept.failed))


def past_store(store: Path, scale: str | None) -> tuple[PastRuns, float]:
    """Store of runs of the past, and the size of the model, once the libraries for scores are there."""
    from app.terminal.asked import scenario_asked
    from calibration.past_runs import PastRuns
    from calibration.scores import NEEDED
    from scenarios.extras import needs_extra

    needs_extra("calibrate", *NEEDED, what="what.score")
    needs_extra("calibrate", "emcee", what="what.fit")
    return PastRuns(store), scenario_asked("frozen", [], [], macro=None, scale=scale).scale
