"""Alarms in simulated years without a crisis."""

import json

import numpy as np
import pandas as pd
import pytest

from app.cli import command_line
from calibration.false_alarms import HISTORIES, false_alarms
from calibration.past_runs import PastRun


class MadeUpRuns:
    """Stands in for kept runs of the past, which hold the two lines of the redline alone."""

    def __init__(self):
        self.failed = {}

    def of(self, requests, *_):
        return [PastRun(request, months(request)) for request in requests]


def months(request):
    index = pd.date_range("2016-01-31", "2020-12-31", freq="ME", name="month")
    table = pd.DataFrame(0.0, index=index, columns=["redline_warning", "redline_broken"])
    for name in table:
        for year in range(2016, 2021):
            table.loc[f"{year}-12", name] = made_up(request, name, year)
    return table


def made_up(request, name, year):
    """One December with a warning in every second run of history, four broken redlines in all others."""
    if request.conditional:
        return float(name == "redline_warning" and year == 2018 and request.seed % 2 == 0)
    return float(name in ("redline_warning", "redline_broken") and year != 2016)


def test_alarms_are_counted_by_month_and_by_run_and_those_of_the_base_year_are_not():
    table = false_alarms(MadeUpRuns(), 10, 1).set_index(["history", "line"])
    true, drawn = HISTORIES[True], HISTORIES[False]
    assert table.loc[(true, "early warning"), ["months", "runs_with"]].tolist() == [pytest.approx(0.5 / 48), 0.5]
    assert table.loc[(true, "redline"), ["months", "runs_with"]].tolist() == [0.0, 0.0]
    assert table.loc[(drawn, "redline"), ["months", "runs_with"]].tolist() == [pytest.approx(4.0 / 48), 1.0]
    assert table["accepted"].tolist() == [True, True, False, False]
    assert table.loc[(true, "early warning"), "low"] < 0.5 / 48 < table.loc[(true, "early warning"), "high"]
    assert (table["runs"] == 10).all()


def test_the_command_shows_them_with_documented_keys(monkeypatch, capsys, request):
    monkeypatch.setattr("calibration.past_runs.PastRuns", lambda _: MadeUpRuns())
    assert command_line(["validate", "alarms", "--runs", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    documented = (request.config.rootpath / "docs" / "json.md").read_text(encoding="utf-8")
    assert all(f"`{key}`" in documented for key in (*told, *told["alarms"][0]))
    assert told["alarms"][0]["low"] is None or np.isnan(told["alarms"][0]["low"])
    assert command_line(["validate", "alarms", "--runs", "4"]) == 0
    out = capsys.readouterr().out
    assert "False alarms in 2017-2020" in out and "Too few runs" in out
