"""The early warning over an ensemble: hits against false alarms as its threshold varies."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Flags, Floats
from agents.redline import Level, warning_level
from scenarios.calendar import BASELINE, month_ordinal, month_text
from scenarios.counts import checked_count
from scenarios.schema import Scenario
from scenarios.stresses import MOST_SEVERITY, Stress
from sim.evidence.roc import Roc, rates_at, roc
from sim.evidence.shock_tests import checked_stresses
from sim.experiments.least_runs import LEAST_FOR_INTERVAL
from sim.experiments.pool import mapped
from sim.experiments.requests import RunRequest, ensemble_requests
from sim.redline.state import SystemicRisk

if TYPE_CHECKING:
    import pandas as pd

AHEAD = 12
"""Months within which a broken redline counts as warned of."""
RESAMPLES = 500
THRESHOLDS = (0.0, 0.5, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5)
"""Thresholds that are told, usual spreads."""


@dataclass(frozen=True)
class Warned:
    """One run: the level of the warning and whether the redline is broken, by month from 2021-01, shape (months,)."""

    level: Floats
    broken: Flags


@dataclass(frozen=True)
class EarlyWarning:
    """The early warning over all runs of a scenario."""

    scenario: str
    line: float
    """Threshold of the early warning, usual spreads."""
    runs: int
    runs_broken: int
    """Runs that break the redline."""
    months: int
    """Months that are judged."""
    months_before: int
    """Those of them with a broken redline within the months ahead."""
    curve: Roc
    low: float
    high: float
    """95 % bootstrap interval of the area under the curve, over runs; NaN below eight runs."""
    rates: "pd.DataFrame"
    """Threshold, hits and false alarms at some thresholds."""


def months_before(broken: Flags, ahead: int) -> tuple[Flags, Flags]:
    """Months that can be judged, and those before the redline is broken, shape (months,) each.

    A month is before it if the redline is not broken in it and is within the `ahead` months after it. Months of a
    broken redline are not judged, nor are the last months that no break follows, since it may come after the end.
    """
    count = len(broken)
    later = np.concatenate([broken, np.zeros(ahead, dtype=np.bool_)])
    soon = np.array([later[at + 1 : at + 1 + ahead].any() for at in range(count)], dtype=np.bool_)
    whole = np.arange(count) < count - ahead
    return ~broken & (soon | whole), soon & ~broken


def watched_run(request: RunRequest, *, stresses: Sequence[Stress]) -> Warned:
    """Run once; one of the stresses, drawn with its month and severity, strikes it. Without stresses none does."""
    from sim.model import FinancialCenter

    scenario = request.scenario
    if stresses:
        dice = np.random.default_rng(request.seed)
        first, last = BASELINE + 1, month_ordinal(scenario.end)
        month, drawn = month_text(int(dice.integers(first, last + 1))), stresses[int(dice.integers(len(stresses)))]
        scenario = scenario.with_shocks(drawn.at(month, float(dice.uniform(0.0, MOST_SEVERITY)), scenario.end))
    centre = FinancialCenter(
        scenario, rng=request.seed, parameters=request.parameters, interactions_off=request.interactions_off
    )
    deviations, broken = [], []
    while centre.month < centre.last_month:
        centre.step()
        risk = centre.state(SystemicRisk)
        deviations.append(risk.deviations)
        broken.append(bool(risk.broken[Level.CRISIS]))
    needed = (centre.parameters.redline_signals, centre.parameters.redline_months)
    signals, months = (round(float(each[Level.EARLY_WARNING])) for each in needed)
    return Warned(warning_level(np.array(deviations), signals, months), np.array(broken, dtype=np.bool_))


def judged(scenario: str, runs: Sequence[Warned], ahead: int, line: float) -> EarlyWarning:
    """Hits and false alarms over runs; `line` is the threshold of the early warning, which is told among others."""
    import pandas as pd

    cases = [(run.level[known], before[known]) for run in runs for known, before in (months_before(run.broken, ahead),)]
    level, event = (np.concatenate([case[part] for case in cases]) for part in (0, 1))
    low, high = _interval(cases)
    rates = [(each, *rates_at(level, event, each)) for each in sorted({*THRESHOLDS, line})]
    return EarlyWarning(
        scenario,
        line,
        len(runs),
        sum(bool(run.broken.any()) for run in runs),
        len(event),
        int(event.sum()),
        roc(level, event),
        low,
        high,
        pd.DataFrame(rates, columns=["threshold", "hits", "false_alarms"]),
    )


def _interval(cases: Sequence[tuple[Floats, Flags]]) -> tuple[float, float]:
    """Interval of the area: runs are drawn with replacement, as months of one run are no independent cases."""
    if len(cases) < LEAST_FOR_INTERVAL:
        return float("nan"), float("nan")
    dice = np.random.default_rng(0)
    areas = np.empty(RESAMPLES)
    for at in range(RESAMPLES):
        drawn = [cases[row] for row in dice.integers(len(cases), size=len(cases))]
        areas[at] = roc(np.concatenate([case[0] for case in drawn]), np.concatenate([case[1] for case in drawn])).area
    known = areas[np.isfinite(areas)]
    return (float(np.quantile(known, 0.025)), float(np.quantile(known, 0.975))) if len(known) else (np.nan, np.nan)


def early_warning(
    scenarios: Sequence[str | Path | Scenario],
    names: Sequence[str] = ("all",),
    *,
    ahead: int = AHEAD,
    runs: int = 100,
    seed: int = 1,
    scale: float | None = None,
    workers: int | None = None,
) -> list[EarlyWarning]:
    """How well the early warning tells the months before a broken redline from others, over runs.

    Each run is struck by one stress, whose name, month and severity from 0 to 4 are drawn with its seed: the same for
    every scenario.

    Parameters
    ----------
    scenarios, runs, seed, scale, workers
        As in `sim.ensemble`.
    names
        Names of stresses (`scenarios.stresses`) to draw from, or "all"; none leaves runs to their own draws.
    ahead
        Months within which the redline has to be broken for a warning to be right.

    Raises
    ------
    scenarios.InputError
        If an argument cannot be used.
    """
    asked, months = checked_stresses(names), checked_count(ahead, "ahead")
    requests = ensemble_requests(scenarios, runs=runs, seed=seed, scale=scale)
    found = mapped(partial(watched_run, stresses=asked), requests, workers)
    line = float(requests[0].parameters.redline_threshold[Level.EARLY_WARNING])
    return [
        judged(
            name,
            [run for request, run in zip(requests, found, strict=True) if request.scenario.name == name],
            months,
            line,
        )
        for name in dict.fromkeys(request.scenario.name for request in requests)
    ]
