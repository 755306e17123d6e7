"""What `lujiazui compare` tells of an ensemble."""

import json

import pytest

import sim
from app.cli import command_line
from app.commands.compare import chosen_baseline, compared
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


@pytest.fixture
def stored(monkeypatch, ensemble, capsys):
    """The command on a store of these runs, none of which is of the committed path."""
    from sim.experiments.ensemble import Ensemble
    from sim.experiments.store import Store

    class Opened:
        def designs(self):
            return []

    monkeypatch.setattr(Store, "open", lambda *_, **__: Opened())
    monkeypatch.setattr(Ensemble, "of_store", lambda *_, **__: ensemble)

    def call(*options):
        code = command_line(["compare", "runs", *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_without_the_committed_path_the_last_scenario_is_the_baseline_and_that_is_said(stored):
    code, out, err = stored()
    assert (code, err) == (0, "")
    assert "Compared with plain, the last scenario of the runs; --baseline SCENARIO names another." in out
    assert json.loads(stored("--json")[1])["baseline"] == "plain"
    code, out, _ = stored("--baseline", "adaptive")
    assert code == 0 and "names another" not in out
    assert chosen_baseline(["plan", "committed", "stretch"], None) == ("committed", "")
    assert chosen_baseline(["plan"], None) == ("committed", "")


def test_a_baseline_without_runs_is_refused_under_the_name_of_the_option(stored):
    assert stored("--baseline", "plane") == (
        2,
        "",
        "error: --baseline: no runs of 'plane'; did you mean 'plain'? (adaptive, plain)\n",
    )
