"""Answers to a desk: staged, paired, cached, cancelled, with a pool that outlives each of them."""

import threading
import time
from dataclasses import replace

import pytest

from app.web import simulations
from app.web.desk import Change, Desk
from app.web.simulations import answers, paired_requests, stages
from sim.experiments.pool import run_many

QUICK = Desk(parameters="central", scale=0.05, runs=3)


@pytest.fixture(scope="module")
def server():
    yield simulations.open_server(workers=2)
    simulations.close_server()


def test_stages_end_with_the_number_wanted():
    assert stages(24) == [2, 8, 24]
    assert stages(3) == [2, 3]
    assert stages(1) == [1]
    assert stages(200) == [2, 8, 24, 200]


def test_answers_grow_are_paired_and_the_second_time_nothing_is_run(server):
    ticks = []
    given = list(answers(QUICK, lambda: False, lambda done, wanted: ticks.append((done, wanted))))
    assert [answer.runs for answer in given] == [2, 3]
    ensemble = given[-1].ensemble
    assert set(ensemble.values) == {"desk", "committed"}
    assert ensemble.runs == (0, 1, 2)
    assert ticks[-1] == (6, 6)
    known = len(server.runs)
    moved = QUICK.with_change("bond_market_access", Change(0.9))
    again = list(answers(moved, lambda: False, lambda *_: None))[-1].ensemble
    assert len(server.runs) == known + 3  # the baseline was known
    assert (again.values["committed"] == ensemble.values["committed"]).all()
    effect = again.difference("desk", "committed").set_index("indicator")["median"]
    assert effect["foreign_bond_share"] > 0.0


def test_in_a_crowd_a_first_answer_has_one_pair(server):
    others = {object() for _ in range(server.pool.count + 1)}
    server.unanswered |= others
    try:
        given = answers(replace(QUICK, seed=44), lambda: False, lambda *_: None)
        first = next(given)
        assert first.runs == 1 and first.ensemble.runs == (0,)
        given.close()
    finally:
        server.unanswered -= others


def asked_together(desks):
    """Answers to several desks, each asked in a thread of its own, as (desk, runs) in the order in which they came."""
    came = []

    def ask(desk):
        # extend takes each answer as it comes
        came.extend((desk, answer.runs) for answer in answers(desk, lambda: False, lambda *_: None))

    threads = [threading.Thread(target=ask, args=(desk,), daemon=True) for desk in desks]
    for thread in threads:
        thread.start()
        time.sleep(0.3)
    for thread in threads:
        thread.join(timeout=120)
    return came


def test_two_sessions_that_ask_the_same_run_it_once(server, monkeypatch):
    kept = []
    keep = simulations.Server.keep
    monkeypatch.setattr(
        simulations.Server, "keep", lambda self, outcome: (kept.append(outcome.key), keep(self, outcome))
    )
    desk = replace(QUICK, seed=41)
    came = asked_together([desk, desk])
    assert [runs for _, runs in came] == [2, 2, 3, 3]
    assert len(kept) == len(set(kept)) == 6
    assert not server.claimed and not server.unanswered


@pytest.mark.usefixtures("server")
def test_a_first_answer_goes_before_better_answers_of_others():
    patient, late = replace(QUICK, seed=42, runs=16), replace(QUICK, seed=43, runs=2)
    came = asked_together([patient, late])
    assert came.index((late, 2)) < came.index((patient, 16))
    assert came.index((late, 2)) <= 2


def test_a_session_that_leaves_lets_others_have_its_runs(server):
    desk, gone = replace(QUICK, seed=44), threading.Event()
    first = answers(desk, gone.is_set, lambda *_: None)
    next(first)
    gone.set()
    first.close()
    assert not server.claimed
    assert list(answers(desk, lambda: False, lambda *_: None))[-1].runs == 3


def test_a_cancelled_answer_leaves_the_pool_to_others(server):
    other = replace(QUICK, seed=9)
    assert list(answers(other, lambda: True, lambda *_: None)) == []
    executor = server.pool.executor()
    assert list(answers(QUICK, lambda: False, lambda *_: None))[-1].runs == 3
    assert server.pool.executor() is executor


@pytest.mark.usefixtures("server")
def test_the_unmoved_desk_equals_its_preset():
    desk = replace(QUICK, preset="committed")
    ensemble = list(answers(desk, lambda: False, lambda *_: None))[-1].ensemble
    assert (ensemble.values["desk"] == ensemble.values["committed"]).all()


def test_who_stops_listening_leaves_the_pool_to_others(server):
    executor = server.pool.executor()
    requests = paired_requests(replace(QUICK, seed=17))
    given = run_many(requests, workers=server.pool)
    next(given)
    given.close()
    assert server.pool.executor() is executor
    assert len(list(run_many(requests[:1], workers=server.pool))) == 1


def processes_at_work(server):
    """Those of the server's pool, a moment after the first began."""
    while not (processes := list(server.pool.executor()._processes.values())):
        time.sleep(0.05)
    time.sleep(0.5)
    return processes


def test_two_sessions_survive_a_worker_that_is_killed(server):
    """Both see the pool break; each gets its own runs, and neither throws away the pool that the other began."""
    desks = [replace(QUICK, seed=seed) for seed in (31, 32)]
    given = {}

    def ask(desk):
        given[desk.seed] = list(answers(desk, lambda: False, lambda *_: None))

    threads = [threading.Thread(target=ask, args=(desk,), daemon=True) for desk in desks]
    for thread in threads:
        thread.start()
    processes_at_work(server)[0].kill()
    for thread in threads:
        thread.join(timeout=120)
    assert {seed: asked[-1].runs for seed, asked in given.items()} == {31: 3, 32: 3}


def test_a_single_run_whose_worker_is_killed_once_is_tried_again(server):
    (request, *_) = paired_requests(replace(QUICK, seed=41))
    given = []
    listener = threading.Thread(target=lambda: given.extend(run_many([request], workers=server.pool)), daemon=True)
    listener.start()
    for process in processes_at_work(server):
        process.kill()
    listener.join(timeout=120)
    assert [outcome.status for outcome in given] == ["done"]
