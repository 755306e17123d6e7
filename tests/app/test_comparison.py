"""What `lujiazui compare` tells of an ensemble."""

import json

import pytest

import sim
from app.commands.compare import compared
from app.reports.compare import Comparison
from app.terminal.answer import answer
from scenarios import load


@pytest.fixture(scope="module")
def ensemble():
    base = load("committed")
    trigger = {"indicator": "panda_cumulative", "above": 1.0, "lever": "fintech_hub", "to": 0.9}
    adaptive = type(base)(
        **{**base.plain(), "name": "adaptive", "scale": 0.05, "triggers": [trigger], "end": "2021-12"}
    )
    plain = type(base)(**{**adaptive.plain(), "name": "plain", "triggers": [], "end": "2022-01"})  # goes on for longer
    return sim.ensemble([adaptive, plain], runs=2, draws=0, workers=1)


def test_triggers_are_told_with_how_often_and_when_they_fire(ensemble, capsys):
    told = compared(ensemble, "plain")
    text = "panda_cumulative above 1 for 1 months: fintech_hub to 0.9"
    assert told["triggers"] == [{"scenario": "adaptive", "trigger": text, "share": 1.0, "first_month": "2021-01"}]
    assert json.loads(json.dumps(told["triggers"])) == told["triggers"]
    answer(Comparison(told), json=False, quiet=False)
    printed = capsys.readouterr().out
    assert "Triggers: in which part of the runs they fire" in printed and "2021-01" in printed


def test_without_triggers_nothing_is_said_of_them(ensemble, capsys):
    told = {**compared(ensemble, "plain"), "triggers": []}
    answer(Comparison(told), json=False, quiet=False)
    assert "Triggers" not in capsys.readouterr().out
