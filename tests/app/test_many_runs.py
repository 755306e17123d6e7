"""A small ensemble beside one run: medians over finished runs, no range below the least number, the run unchanged."""

import json

import numpy as np
import pytest

from app.reports import many_runs as module
from app.reports.many_runs import ManyRuns
from scenarios.calendar import month_ordinal
from scenarios.loader import load
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.ensemble import Ensemble, thresholds
from sim.experiments.least_runs import LEAST_FOR_INTERVAL
from sim.experiments.pairing import Pairing

COLUMNS = (*PLAN_INDICATORS, "redline_broken")


def runs_of(count):
    """Runs whose stocks are their number in every month, the first of which breaks the redline in one."""
    values = np.repeat(np.arange(float(count))[:, None, None], 72, axis=1) * np.ones(len(COLUMNS))
    values[:, :, -1] = 0.0
    values[0, 40, -1] = 1.0
    pairings = {"plan": tuple(Pairing(run, "p", "neutral", 0.1, (), "", "m") for run in range(count))}
    found = Ensemble(
        {"plan": values}, COLUMNS, month_ordinal("2020-01"), tuple(range(count)), {"plan": load("plan")}, pairings
    )
    return ManyRuns(found, "plan", 0.1)


def test_the_median_the_range_and_the_share_are_those_of_the_runs():
    many = runs_of(9)
    median, low, high, met = many.of("panda_cumulative")
    assert (median, low, high) == (4.0, pytest.approx(0.4), pytest.approx(7.6))
    assert met == 0.0 < thresholds()["panda_cumulative"]
    assert many.of("turnover_total")[0] == 12 * 4.0, "a flow is summed over the year"
    assert many.redline_cells()[0] == "broken in 1"
    assert many.warnings == []


def test_few_runs_have_a_median_and_no_range_and_say_so():
    many = runs_of(LEAST_FOR_INTERVAL - 1)
    row = many.as_dict()["indicators"][0]
    assert row["median"] == row["median"] and row["q05"] != row["q05"]
    assert many.cells("panda_cumulative")[1] == "n/a"
    assert many.warnings == [f"Too few runs ({LEAST_FOR_INTERVAL - 1}; from {LEAST_FOR_INTERVAL} on) for a range."]


def test_the_runs_stand_beside_the_one_run_which_stays_as_it_is(monkeypatch, call):
    asked = []

    def many(scenario, **how):
        asked.append((scenario.name, how["runs"]))
        return runs_of(9)

    monkeypatch.setattr(module, "many_runs", many)
    alone, beside = (json.loads(call("run", "plan", "--json", *more).out) for more in ((), ("--runs", "9")))
    assert alone.pop("many_runs") is None
    assert beside.pop("many_runs")["runs"] == 9
    assert alone == beside and asked == [("plan", 9)]
    text = call("run", "plan", "--runs", "9").out
    assert "median of 9" in text and "5 to 95 %" in text and "broken in 1" in text
    assert "median of" not in call("run", "plan").out
