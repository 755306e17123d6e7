"""Pools of processes that start at the same time, die at the worst time, or are thrown away."""

import gc
import multiprocessing
import sys
import threading
import time
import weakref
from concurrent.futures import Executor, Future
from itertools import chain
from operator import attrgetter
from types import SimpleNamespace

import pytest

from scenarios import InputError
from sim.experiments import pool
from sim.experiments.outcomes import RunOutcome
from sim.experiments.pool import ClusterLost, mapped, run_many
from sim.experiments.requests import ensemble_requests


def test_two_pools_that_start_at_once_leave_the_script_where_it_was(monkeypatch):
    script, seen = sys.modules["__main__"], []

    def slow_start(_):
        seen.append(sys.modules["__main__"])
        time.sleep(0.05)

    monkeypatch.setattr(pool.ForkServerProcess, "_Popen", staticmethod(slow_start))
    threads = [threading.Thread(target=pool._Worker._Popen, args=(None,)) for _ in range(2)]
    for thread in threads:  # the second begins while the first is at it, and ends after it
        thread.start()
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert sys.modules["__main__"] is script
    assert len(seen) == 2 and script not in seen


class KillsWhoeverWrites:
    """The end of a pipe at which answers come out; what writes the first is killed in the middle of it."""

    def __init__(self, reader, processes):
        self.reader = reader
        self.processes = processes

    def fileno(self):
        return self.reader.fileno()

    def recv(self):
        time.sleep(0.5)  # until the pipe is full; the answer is larger
        for process in list(self.processes.values())[:1]:
            process.kill()
            process.join()
        return self.reader.recv()


@pytest.fixture
def dies_in_the_middle_of_an_answer():
    workers = pool.Workers(2)
    executor = workers.executor()
    assert executor.submit(int, "7").result() == 7  # the process that is to die has started
    executor._result_queue._reader = KillsWhoeverWrites(executor._result_queue._reader, executor._processes)
    yield workers
    workers.close(now=True)


def in_time(function, seconds=30.0):
    """What a function returns, in a thread that no failure of it keeps alive."""
    given = []
    thread = threading.Thread(target=lambda: given.append(function()), daemon=True)
    thread.start()
    thread.join(timeout=seconds)
    assert given, f"no answer within {seconds:.0f} s"
    return given[0]


def test_a_worker_that_dies_in_the_middle_of_an_answer_is_noticed(dies_in_the_middle_of_an_answer):
    lost = dies_in_the_middle_of_an_answer.executor().submit(bytes, 1_000_000)
    error = in_time(lambda: lost.exception())
    assert isinstance(error, pool.BrokenProcessPool)


def test_a_pool_that_is_closed_in_the_middle_of_an_answer_leaves_nothing_behind(dies_in_the_middle_of_an_answer):
    workers = dies_in_the_middle_of_an_answer
    executor = workers.executor()
    executor.submit(bytes, 1_000_000)
    manager, reader = executor._executor_manager_thread, executor._result_queue._reader.reader
    in_time(lambda: [reader.poll(None)])
    time.sleep(0.1)
    workers.close(now=True)
    in_time(lambda: [manager.join()])
    assert not multiprocessing.active_children()


def test_a_pool_that_nobody_holds_any_more_ends():
    executor = pool.Workers(1).executor()
    assert executor.submit(int, "7").result() == 7
    (process,) = executor._processes.values()
    gone = weakref.ref(executor)
    del executor
    gc.collect()
    in_time(lambda: [process.join()])
    assert gone() is None


def test_what_is_worked_out_apart_is_tried_again_when_a_process_dies():
    with pool.Workers(2) as workers:
        killer = threading.Timer(0.5, lambda: next(iter(workers.executor()._processes.values())).kill())
        assert workers.map(int, "42") == [4, 2]
        killer.start()
        assert workers.map(time.sleep, [0.4] * 6) == [None] * 6
        assert workers.map(max, [1, 5], [2, 3]) == [2, 5]


class Cluster(Executor):
    """Stands in for the executor of a Dask cluster whose scheduler goes away after some chunks."""

    def __init__(self, chunks, comes_back):
        self._client = SimpleNamespace(status="running")
        self.left, self.comes_back = chunks, comes_back

    def submit(self, function, *arguments):
        future = Future()
        if self.left > 0:
            self.left -= 1
            future.set_result(function(*arguments))
        else:
            self._client.status = "connecting" if self.comes_back else "closed"
            future.cancel()
            future.set_running_or_notify_cancel()
            if self.comes_back:
                self.left = 99
                threading.Timer(0.3, lambda: setattr(self._client, "status", "running")).start()
        return future


@pytest.fixture
def asked(monkeypatch):
    monkeypatch.setattr(pool, "execute_chunk", lambda part: [RunOutcome(each, "done", 0.0) for each in part])
    return ensemble_requests(["plan"], runs=40, draws=0)


@pytest.mark.parametrize("chunks", [0, 1, 2])
def test_a_cluster_that_is_lost_ends_the_runs_and_blames_none(asked, chunks):
    came = []
    with pytest.raises(ClusterLost):
        came.extend(run_many(asked, executor=Cluster(chunks, comes_back=False)))
    assert {outcome.status for outcome in came} <= {"done"}
    cut = pool.chunks(asked, pool.places(Cluster(chunks, comes_back=False)))
    assert len(came) == sum(len(part) for part in cut[:chunks])


def test_a_cluster_that_comes_back_goes_on_and_blames_no_run(asked):
    came = list(run_many(asked, executor=Cluster(1, comes_back=True)))
    assert [outcome.status for outcome in came] == ["done"] * len(asked)
    assert sorted(outcome.request.run for outcome in came) == [request.run for request in asked]


class Waiting(Executor):
    """Keeps all that is submitted, and does it once no more comes."""

    def __init__(self, workers):
        self._client = SimpleNamespace(status="running", nthreads=lambda: dict.fromkeys(range(workers), 1))
        self.kept, self.most = [], 0

    def submit(self, function, *arguments):
        future = Future()
        self.kept.append((future, function, arguments))
        self.most = max(self.most, len(self.kept))
        threading.Timer(0.05, self.work_off).start()
        return future

    def work_off(self):
        while self.kept:
            future, function, arguments = self.kept.pop()
            future.set_result(function(*arguments))


@pytest.mark.parametrize("workers", [1, 9])
def test_a_cluster_has_work_for_each_of_its_workers_and_the_next_part_ready(asked, workers):
    cluster = Waiting(workers)
    assert len(list(run_many(asked, executor=cluster))) == len(asked)
    assert cluster.most == 2 * workers


def made_up(runs, alike):
    """Requests of which so many next to one another share a year 2020."""
    return [SimpleNamespace(run=run, shares_2020_with=run // alike) for run in range(runs)]


@pytest.mark.parametrize("workers", [1, 2, 7, 64])
@pytest.mark.parametrize(("runs", "alike"), [(1, 1), (12, 12), (40, 40), (700, 1), (700, 2), (700, 35), (700, 700)])
def test_parts_begin_and_end_small_and_hold_every_run_once(runs, alike, workers):
    asked = made_up(runs, alike)
    parts = pool.chunks(asked, workers)
    sizes = [len(part) for part in parts]
    assert list(chain.from_iterable(parts)) == asked
    whole = alike <= min(pool.CHUNK, -(-runs // workers))  # no worker has more to do than its share
    together = alike if whole else 1
    assert sizes[0] == together and max(sizes) <= max(pool.CHUNK, together)
    assert sizes[-1] <= max(together, alike % pool.CHUNK)
    # A part is no more than a fair share of what is still to do, so that the workers end together.
    assert all(size <= max(together, sum(sizes[place:]) // workers) for place, size in enumerate(sizes))
    if runs == 700 and workers < 7:
        assert max(sizes) == pool.CHUNK  # in the middle parts are large
    if whole:  # a year 2020 is one worker's
        assert all(len({request.shares_2020_with for request in part}) * alike == len(part) for part in parts)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_until_they_are_cancelled(workers):
    requests = ensemble_requests(["plan"], runs=5, scale=0.02)
    run, told = attrgetter("run"), []
    found = mapped(run, requests, workers, progress=lambda done, wanted: told.append((done, wanted)))
    assert found == [0, 1, 2, 3, 4]
    assert told == [(done, 5) for done in range(1, 6)]
    told.clear()
    with pytest.raises(InputError):
        mapped(run, requests, workers, progress=lambda done, _: told.append(done), cancel=lambda: len(told) == 2)
    assert told == [1, 2]
