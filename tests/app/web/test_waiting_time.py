"""Waiting times: by the rate of the runs once a few are done, before that by earlier runs of the same kind."""

import pytest

import sim
from app.web import page_experiments, simulations
from app.web.desk import Desk
from app.web.desk_answer import Asked, Progress, results_told
from app.web.page_experiments import DESK, Batch, BatchAsked, usual_batch_seconds, wanted_scenarios
from app.web.waiting_time import FEWEST_RUNS, Pace, duration, expected_seconds
from app.web.words import Words
from scenarios import load
from sim.experiments.requests import ensemble_requests


def test_runs_that_were_there_before_say_nothing_about_the_rate():
    pace = Pace(began=100.0, there=10)
    assert pace.seconds_left(10 + FEWEST_RUNS - 1, 30, 106.0) is None
    assert pace.seconds_left(14, 30, 108.0) == pytest.approx(16 * 2.0)
    assert pace.seconds_left(30, 30, 108.0) == 0.0
    assert Pace(100.0, 0).seconds_left(10, 20, 100.0) is None


def test_the_latest_runs_say_how_long_further_ones_take():
    assert expected_seconds(10, [], 2) is None
    assert expected_seconds(10, [4.0, 2.0], 2) == pytest.approx(15.0)
    assert expected_seconds(10, [100.0] * 5 + [1.0] * 16, 1) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0.2, "1 s", "1秒"),
        (7.4, "7 s", "7秒"),
        (33.0, "35 s", "35秒"),
        (100.0, "2 min", "2分钟"),
        (610.0, "10 min", "10分钟"),
    ],
)
def test_a_duration_is_said_as_a_person_would(seconds, english, chinese):
    assert (duration(seconds, Words("en")), duration(seconds, Words("zh"))) == (english, chinese)


def test_the_server_expects_of_runs_what_others_of_their_size_took():
    server = simulations.Server(None, simulations.Workers(2), None)
    assert server.usual_seconds(8, 0.1) is None
    for place, (scale, seconds) in enumerate([(0.1, 1.0), (0.1, 3.0), (1.0, 50.0)]):
        server.runs[str(place)] = simulations.KeptRun((), 0, None, "simulation", seconds, scale)
    assert server.usual_seconds(8, 0.1) == pytest.approx(8.0)
    assert server.usual_seconds(2, 1.0) == pytest.approx(50.0)


def test_a_batch_is_expected_to_take_what_stored_runs_of_its_scenarios_took(tmp_path, monkeypatch):
    small = {"scale": 0.05, "end": "2021-03"}
    first, other = (sim.Scenario(**{**load(name).plain(), **small}) for name in ("committed", "plan"))
    server = simulations.Server(tmp_path / "runs", None, simulations.Workers(2))
    monkeypatch.setattr(simulations, "_server", server)
    assert usual_batch_seconds([first], 20) is None
    made = sim.ensemble([first], runs=1, draws=0, store=tmp_path / "runs", workers=1)
    assert made.done("committed").sum() == 1
    took = simulations.the_server().store
    seconds = float(page_experiments.Store.open(took).runs["seconds"].iloc[0])
    assert usual_batch_seconds([first], 20) == pytest.approx(20 * seconds / 2)
    assert usual_batch_seconds([first, other], 20) is None
    assert usual_batch_seconds([first.model_copy(update={"scale": 0.1})], 20) is None


def test_beside_the_desk_a_ready_scenario_is_in_its_world_so_that_runs_are_pairs(monkeypatch):
    desk = Desk().opening("extends: plan\nend: 2023-06\nmacro: adverse\nscale: 0.05\n")
    monkeypatch.setattr(page_experiments.session.desk, "value", desk)
    own, ready = wanted_scenarios(BatchAsked(DESK, "committed"))
    assert ready.content_hash() == own.with_policy_of(load("committed")).content_hash()
    pairs = ensemble_requests([own, ready], runs=1)
    assert pairs[0].pairing == pairs[1].pairing
    assert wanted_scenarios(BatchAsked("plan", "committed")) == ["plan", "committed"]
    assert wanted_scenarios(BatchAsked(DESK, ""))[0].content_hash() == own.content_hash()


def test_a_batch_has_a_rate_once_a_few_of_its_own_runs_are_done(monkeypatch):
    monkeypatch.setattr(page_experiments.time, "monotonic", lambda: 130.0)
    batch = Batch(busy=True, began=100.0, wanted=40, done=10 + FEWEST_RUNS - 1)
    assert batch.left() is None
    batch.pace = Pace(100.0, 10)
    assert batch.left() is None
    batch.done = 20
    rate, left = batch.left()
    assert (rate, left) == (pytest.approx(20.0), pytest.approx(60.0))


def test_results_are_awaited_until_their_runs_are_done_and_then_drawn_up():
    words, asked = Words("en"), Asked(Desk(runs=24))
    few, enough = (results_told(Progress(asked, done, 48), first=True, earlier=False, words=words) for done in (15, 16))
    assert "from 8 paired runs on" in few and "take a while" in few
    assert enough.strip() == words("desk.summing").strip()
    beside = Progress(Asked(Desk(runs=24), ("stretch",)), 16, 72)
    assert "from 8 paired runs on" in results_told(beside, first=False, earlier=True, words=words)
    assert words("desk.earlier") in results_told(beside, first=False, earlier=True, words=words)
