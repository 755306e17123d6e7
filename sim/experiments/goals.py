"""Tests of the plan's six goals and eleven shortcomings, beyond the seven indicators."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats
from scenarios.plan import Goal, GoalTest
from sim.experiments.least_runs import LEAST_FOR_VERDICT

if TYPE_CHECKING:
    import pandas as pd

HALF_WAY = 0.5
"""Part of its way that every test of a goal has to have gone for the goal to be amber."""
NOT_MODELLED, NO_RUN, TOO_FEW_RUNS = "not modelled", "no run", "too few runs"
"""Replaces a light: there is no test, no run that can be judged, or fewer than a verdict needs."""
Year = Callable[[str, int | None], Floats]
"""An indicator of a year by run, shape (runs,), NaN where it is not known; the years are 2020 and the last one asked
about, None where there is no such year."""


def looked_at(test: GoalTest, start: Floats, end: Floats) -> Floats:
    """Value that a test uses, shape (runs,).

    ratio = end / start, change = end - start, level = end, gap = (1 - end) / (1 - start)
    """
    if test.test == "ratio":
        return end / start
    if test.test == "change":
        return end - start
    if test.test == "gap":
        return (1.0 - end) / (1.0 - start)
    return end


def way_gone(test: GoalTest, start: Floats, end: Floats) -> Floats:
    """Part of the way to the threshold that is behind, shape (runs,): 1 or more where it is reached.

    way = (value - value of no change) / (threshold - value of no change)

    Where no change is at the threshold already, a value on its far side is the whole way and any other none. What is
    not known (NaN) has gone no way that is known.
    """
    value, still = looked_at(test, start, end), looked_at(test, start, start)
    threshold = test.threshold
    far = value >= threshold if test.at_least is not None else value <= threshold
    left = threshold - still
    beyond = left <= 0.0 if test.at_least is not None else left >= 0.0
    way = np.divide(value - still, left, out=np.zeros_like(value), where=left != 0.0)
    gone = np.where(far, np.maximum(way, 1.0), np.where(beyond, 0.0, np.minimum(way, 1.0)))
    return np.where(np.isnan(value) | np.isnan(still), np.nan, gone)


def judged(goal: Goal, year: Year, last: int | None) -> "pd.DataFrame":
    """Tests of a goal over the runs in which it can be judged, one row each.

    Columns: indicator (with what it is divided by), test, threshold, better (up or down), value_2020 and value (medians
    over the runs), tested (median of the value used), met and half_way (shares of runs), runs, why. NaN
    without such a run.
    """
    import pandas as pd

    rows = []
    for test in goal.tests:
        start, end = (_value(test, year, when) for when in (2020, last))
        known = np.isfinite(start) & np.isfinite(end)
        start, end = start[known], end[known]
        way = way_gone(test, start, end)
        rows.append(
            {
                "indicator": test.indicator + (f" / {test.over}" if test.over else ""),
                "test": test.test,
                "threshold": test.threshold,
                "better": "up" if test.at_least is not None else "down",
                "value_2020": _median(start),
                "value": _median(end),
                "tested": _median(looked_at(test, start, end)),
                "met": float((way >= 1.0).mean()) if len(way) else np.nan,
                "half_way": float((way >= HALF_WAY).mean()) if len(way) else np.nan,
                "runs": len(way),
                "why": test.why,
            }
        )
    return pd.DataFrame(rows)


def lights(year: Year, last: int | None, goals: Sequence[Goal]) -> "pd.DataFrame":
    """All goals and shortcomings: how often all tests of each are met.

    Columns: id, kind (goal or shortcoming), name, green and amber (shares of runs: all tests met; not all met, but all
    half of the way or more), red (the others), light (the most frequent; "not modelled" without any test, "no run"
    where none can be judged, "too few runs" below eight), runs (those in which every test can be judged), worst (the
    test that fewest runs meet) and not_modelled (aspects that are not modelled).
    """
    import pandas as pd

    rows = []
    for goal in goals:
        ways = [way_gone(test, _value(test, year, 2020), _value(test, year, last)).tolist() for test in goal.tests]
        shares: Mapping[str, float] = {"green": np.nan, "amber": np.nan, "red": np.nan}
        light, worst, runs = NOT_MODELLED, "", 0
        if ways:
            way = np.array(ways)
            way = way[:, np.isfinite(way).all(axis=0)]
            light, runs = NO_RUN, way.shape[1]
        if runs:
            least = way.min(axis=0)
            green, half = float((least >= 1.0).mean()), float((least >= HALF_WAY).mean())
            shares = {"green": green, "amber": half - green, "red": 1.0 - half}
            light = max(shares, key=lambda each: shares[each]) if runs >= LEAST_FOR_VERDICT else TOO_FEW_RUNS
            worst = goal.tests[int((way >= 1.0).mean(axis=1).argmin())].indicator
        rows.append(
            {
                "id": goal.id,
                "kind": goal.kind,
                "name": goal.name,
                "light": light,
                **shares,
                "runs": runs,
                "worst": worst,
                "not_modelled": goal.not_modelled,
            }
        )
    return pd.DataFrame(rows).set_index("id")


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _value(test: GoalTest, year: Year, when: int | None) -> Floats:
    value = year(test.indicator, when)
    return value / year(test.over, when) if test.over else value
