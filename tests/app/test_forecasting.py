"""The commands on forecasts as a user runs them."""

import json
import subprocess
import sys

import pytest

from scenarios import plan

UNITS = {each.id: each.unit for each in plan.indicators()}


def lujiazui(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments], capture_output=True, text=True, cwd=cwd, timeout=280
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecasts")
    lines = [
        f'panda_cumulative,2022,560,"{UNITS["panda_cumulative"]}",made up',
        "turnover_total,2021,2550,trn yuan per year,made up",
    ]
    folder.joinpath("later.csv").write_text("indicator,date,value,unit,source\n" + "\n".join(lines) + "\n")
    return folder


QUICK = ("--runs", "3", "--scale", "0.05", "--store", "runs", "--workers", "2")


@pytest.mark.slow
def test_a_forecast_is_registered_scored_and_reviewed(folder):
    done = lujiazui("forecast", "plan", *QUICK, "--register", "plan.json", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["quantiles"]) == len(told["quantiles_with"]) == 45
    assert len(told["sha256"]) == 64
    again = lujiazui("forecast", "plan", *QUICK, "--register", "plan.json", cwd=folder)
    assert again.returncode == 2
    assert "never replaced" in again.stderr
    scored = lujiazui(
        "validate", "forecast", "--observed", "later.csv", "--forecast", "plan.json", "--json", cwd=folder
    )
    assert scored.returncode == 0, scored.stderr
    scores = json.loads(scored.stdout)["forecast"]["scores"]
    assert {row["indicator"] for row in scores} == {"panda_cumulative", "turnover_total"}
    reviewed = lujiazui("review", "--observed", "later.csv", *QUICK, cwd=folder)
    assert reviewed.returncode == 0, reviewed.stderr
    assert "Effective runs" in reviewed.stdout
    assert "its CRPS" in reviewed.stdout
    assert "are unreliable" in reviewed.stdout


def test_a_bad_file_of_observations_ends_with_two_and_no_traceback(folder):
    folder.joinpath("bad.csv").write_text("indicator,date,value,unit,source\npanda,2021,x,y,z\n")
    done = lujiazui("validate", "forecast", "--observed", "bad.csv", cwd=folder)
    assert done.returncode == 2
    assert "bad.csv:2" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("holdout", "--until", "2018", "--runs", "10"), "at least 24"),
        (("holdout", "--until", "2021"), "--until"),
        (("holdout",), "--until"),
        (("forecast",), "--observed"),
    ],
)
def test_validate_refuses_what_it_cannot_do(folder, asked, told):
    done = lujiazui("validate", *asked, cwd=folder)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
