"""Answers to a desk: staged, paired, cached, cancelled, with a pool that outlives each of them."""

import threading
import time
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from app.web import simulations
from app.web.desk import Desk
from app.web.moves import Change
from app.web.page_compare import chosen_pair
from app.web.simulations import answers, paired_requests, stages
from scenarios import InputError, load
from scenarios.calendar import month_ordinal
from sim.closing.indicators import PLAN_INDICATORS
from sim.experiments.outcomes import RunOutcome
from sim.experiments.pool import run_many

SHORT = "extends: plan\nend: 2021-06\n"
"""A file whose runs take a tenth of a second."""
QUICK = Desk(parameters="central", scale=0.05, runs=8).opening(SHORT)
LONGER = QUICK.opening("extends: plan\nend: 2021-12\n")


@pytest.fixture(scope="module")
def server():
    opened = simulations.open_server(workers=2)
    # Processes that run only where nothing else wants the processor would wait for the tests of other processes.
    opened.patient_pool.background = False
    yield opened
    simulations.close_server()


@pytest.fixture
def told_by(monkeypatch):
    """A server whose runs are made up: each is filled with a number that its content decides, the last asked first."""

    def value(request):
        return float(int(request.key[:8], 16))

    def outcome(request):
        values = np.full((72, len(PLAN_INDICATORS)), value(request))
        return RunOutcome(request, "done", 0.1, tuple(PLAN_INDICATORS), month_ordinal("2020-01"), values, "simulation")

    monkeypatch.setattr(simulations, "run_many", lambda asked, **_: (outcome(each) for each in list(asked)[::-1]))
    monkeypatch.setattr("app.web.desk.LEAST_RUNS", 1, raising=False)
    drawn_once = cache(paired_requests)
    monkeypatch.setattr(simulations, "paired_requests", drawn_once)

    def answered(desk, cached=(), beside=()):
        fresh = simulations.Server(None, SimpleNamespace(count=2), SimpleNamespace(count=2))
        monkeypatch.setattr(simulations, "_server", fresh)
        requests = drawn_once(desk, beside)
        for place in cached:
            fresh.keep(outcome(requests[place]))
        return requests, list(answers(desk, lambda: False, lambda *_: None, beside))[-1]

    return SimpleNamespace(answered=answered, value=value)


@pytest.mark.parametrize(
    "desk",
    [
        Desk(preset="committed", runs=8).with_change("bond_market_access", Change(0.93)),
        Desk(preset="committed", runs=8),
        Desk(preset="frozen", baseline="frozen", runs=8),
        Desk(preset="us_rates_up", baseline="frozen", runs=8),
    ],
)
def test_whatever_is_known_already_the_desk_comes_first_and_each_arm_has_its_own_runs_and_name(told_by, desk):
    """Every subset of six runs is known before, and the desk may have the very content of its baseline."""
    desk = replace(desk, runs=3)
    for number in range(64):
        requests, given = told_by.answered(desk, [place for place in range(6) if number >> place & 1])
        ensemble = given.ensemble
        assert list(ensemble.values) == list(ensemble.scenarios) == ["desk", desk.baseline]
        assert chosen_pair(ensemble.values, ("", "")) == ("desk", desk.baseline)
        for request in requests:
            assert (ensemble.values[request.scenario.name][request.run] == told_by.value(request)).all()
            assert ensemble.scenarios[request.scenario.name] == request.scenario


def test_no_number_is_an_answer_under_eight_pairs():
    for runs in range(-1, 8):
        with pytest.raises(InputError, match="from 8 to 200"):
            Desk(runs=runs)
    assert all(min(stages(runs)) >= 8 for runs in range(8, 201))


def test_kept_runs_never_take_more_than_the_memory_for_them():
    server = simulations.Server(None, None, None, kept_megabytes=1.0)
    requests = paired_requests(Desk(runs=100, parameters="central"))
    weights = []
    for number, request in enumerate(requests):
        values = np.zeros((60 + number % 13, 118))
        server.keep(RunOutcome(request, "done", 1.0, ("a",) * 118, 0, values, "simulation"))
        weights.append(server.kept_bytes)
        assert server.kept_bytes == sum(kept.weight for kept in server.runs.values())
    assert max(weights) <= 1_000_000
    assert 0 < len(server.runs) < 20
    assert server.known(requests[-1]) is not None and server.known(requests[0]) is None


def test_stages_end_with_the_number_wanted():
    assert stages(8) == [8]
    assert stages(24) == [8, 24]
    assert stages(10) == [8, 10]
    assert stages(200) == [8, 24, 200]


@pytest.mark.slow
def test_answers_grow_from_eight_pairs_are_paired_and_the_second_time_nothing_is_run(server):
    ticks = []
    desk = replace(LONGER, runs=10)
    given = list(answers(desk, lambda: False, lambda done, wanted: ticks.append((done, wanted))))
    assert [answer.runs for answer in given] == [8, 10]
    ensemble = given[-1].ensemble
    assert list(ensemble.values) == ["desk", "committed"]
    assert ensemble.runs == tuple(range(10))
    assert ticks[-1] == (20, 20)
    known = len(server.runs)
    moved = desk.with_change("bond_market_access", Change(0.9, "2021-01", 6))
    again = list(answers(moved, lambda: False, lambda *_: None))[-1].ensemble
    assert len(server.runs) == known + 10  # the baseline was known
    assert (again.values["committed"] == ensemble.values["committed"]).all()
    share = again.columns.index("foreign_bond_share")
    assert (again.values["desk"][:, -1, share] > ensemble.values["desk"][:, -1, share]).all()


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
        thread.join(timeout=280)
    return came


def test_two_sessions_that_ask_the_same_run_it_once(server, monkeypatch):
    kept = []
    keep = simulations.Server.keep
    monkeypatch.setattr(
        simulations.Server, "keep", lambda self, outcome: (kept.append(outcome.key), keep(self, outcome))
    )
    desk = replace(QUICK, seed=41)
    came = asked_together([desk, desk])
    assert [runs for _, runs in came] == [8, 8]
    assert len(kept) == len(set(kept)) == 16
    assert not server.claimed and not server.unanswered


@pytest.mark.usefixtures("server")
@pytest.mark.slow
def test_a_first_answer_goes_before_better_answers_of_others():
    patient, late = replace(LONGER, seed=42, runs=20), replace(LONGER, seed=43)
    came = asked_together([patient, late])
    assert came.index((late, 8)) < came.index((patient, 20))


def test_a_session_that_leaves_lets_others_have_its_runs(server):
    desk, gone = replace(QUICK, seed=44, runs=10), threading.Event()
    first = answers(desk, gone.is_set, lambda *_: None)
    next(first)
    gone.set()
    first.close()
    assert not server.claimed
    assert list(answers(desk, lambda: False, lambda *_: None))[-1].runs == 10


def test_a_cancelled_answer_leaves_the_pool_to_others(server):
    other = replace(QUICK, seed=9)
    assert list(answers(other, lambda: True, lambda *_: None)) == []
    executor = server.pool.executor()
    assert list(answers(QUICK, lambda: False, lambda *_: None))[-1].runs == 8
    assert server.pool.executor() is executor


@pytest.mark.usefixtures("server")
def test_the_unmoved_desk_equals_its_preset():
    desk = QUICK.opening("extends: committed\nend: 2021-06\n")
    ensemble = list(answers(desk, lambda: False, lambda *_: None))[-1].ensemble
    assert (ensemble.values["desk"] == ensemble.values["committed"]).all()


def test_ready_scenarios_beside_the_desk_have_its_world_its_runs_and_its_draws(told_by):
    desk = replace(QUICK.opening("extends: plan\nend: 2021-06\nmacro: adverse\n"), seed=23, parameters="drawn")
    requests, given = told_by.answered(desk, beside=("frozen", "stretch"))
    ensemble = given.ensemble
    assert given.beside == ("frozen", "stretch")
    assert list(ensemble.values) == ["desk", "committed", "frozen", "stretch"]
    assert {(each.macro, each.end, each.scale) for each in ensemble.scenarios.values()} == {
        ("adverse", "2021-06", 0.05)
    }
    assert ensemble.paired("stretch", "desk").all() and ensemble.paired("frozen", "committed").all()
    stretch = desk.scenario().with_policy_of(load("stretch"))
    assert ensemble.scenarios["stretch"].content_hash() == stretch.content_hash()
    for request in requests:
        assert (ensemble.values[request.scenario.name][request.run] == told_by.value(request)).all()


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


@pytest.mark.slow
def test_two_sessions_survive_a_worker_that_is_killed(server):
    """Both see the pool break; each gets its own runs, and neither throws away the pool that the other began."""
    desks = [replace(LONGER, seed=seed) for seed in (31, 32)]
    given = {}

    def ask(desk):
        given[desk.seed] = list(answers(desk, lambda: False, lambda *_: None))

    threads = [threading.Thread(target=ask, args=(desk,), daemon=True) for desk in desks]
    for thread in threads:
        thread.start()
    processes_at_work(server)[0].kill()
    for thread in threads:
        thread.join(timeout=280)
    assert {seed: asked[-1].runs for seed, asked in given.items()} == {31: 8, 32: 8}


def test_a_single_run_whose_worker_is_killed_once_is_tried_again(server):
    (request, *_) = paired_requests(Desk(parameters="central", scale=0.05, runs=8, seed=41))
    given = []
    listener = threading.Thread(target=lambda: given.extend(run_many([request], workers=server.pool)), daemon=True)
    listener.start()
    for process in processes_at_work(server):
        process.kill()
    listener.join(timeout=280)
    assert [outcome.status for outcome in given] == ["done"]
