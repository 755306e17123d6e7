"""Batches in real processes that are killed, interrupted, or meet a disk that takes no more."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import sim
from scenarios.errors import InputError
from sim.experiments.ensemble import run_requests
from sim.experiments.export import FREE, export_store
from sim.experiments.pool import Workers, run_many
from sim.experiments.store import Store
from tests.processes import alive, descendants

ROOT = Path(sim.__file__).parent.parent
PRELUDE = """
import os, signal, sys, time
import sim
from scenarios.errors import InputError
from scenarios.loader import load
from sim.experiments.ensemble import run_requests
from sim.experiments.pool import Workers, run_many
from sim.experiments.requests import ensemble_requests
def short(name, end="2021-12"):
    return sim.Scenario(**{**load(name).plain(), "scale": 0.05, "end": end})
def asked(runs):
    return ensemble_requests([short("plan"), short("committed")], runs=runs, draws=0)
"""


DEADLY = """
import os, signal
from dataclasses import dataclass
from sim.experiments.requests import RunRequest
@dataclass(frozen=True)
class Deadly(RunRequest):
    mark: str = ""
    def execute(self):
        if self.mark == "always" or not os.path.exists(self.mark):
            if self.mark != "always":
                open(self.mark, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().execute()
"""


@pytest.fixture(scope="module")
def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}


@pytest.fixture
def script(tmp_path, environment):
    """Start a Python program of its own."""
    started = []

    def start(text, **options):
        path = tmp_path / f"program{len(started)}.py"
        path.write_text(PRELUDE + text)
        process = subprocess.Popen(
            [sys.executable, str(path)],
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def waited(condition, seconds=150.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def stored(folder):
    """Runs that a store holds so far; none before it is made."""
    try:
        return len(Store.open(folder).keys())
    except InputError:
        return 0


def test_two_workers_give_what_one_process_gives(requests, outcomes):
    there = {outcome.key: outcome for outcome in run_many(requests, workers=2)}
    assert set(there) == {outcome.key for outcome in outcomes}
    for outcome in outcomes:
        assert there[outcome.key].status == "done"
        assert (there[outcome.key].values == outcome.values).all()


@pytest.mark.parametrize("most_at_once", [pytest.param(16, marks=pytest.mark.slow), 1])
def test_a_worker_that_is_killed_once_costs_nothing_and_twice_costs_its_run(script, tmp_path, most_at_once):
    """Runs that kill their process: one the first time only, one always; handed out together or singly."""
    (tmp_path / "deadly.py").write_text(DEADLY)
    done = script(
        f"most_at_once = {most_at_once}\n"
        + """
from deadly import Deadly
usual = asked(3)
def deadly(request, mark):
    return Deadly(request.scenario, request.seed, request.parameters, request.draw, run=request.run, mark=mark)
usual[1] = deadly(usual[1], sys.argv[0] + ".once")
usual[4] = deadly(usual[4], "always")
with Workers(2, most_at_once) as pool:
    for outcome in run_many(usual, workers=pool):
        print(outcome.request.run, outcome.request.scenario.name, outcome.status, outcome.error)
"""
    )
    out, err = done.communicate(timeout=280)
    assert done.returncode == 0, err
    lines = sorted(out.splitlines())
    assert len(lines) == 6
    assert [line for line in lines if "failed" in line] == [
        "2 plan failed the worker process died twice while it ran this"
    ]


def test_processes_of_a_background_pool_run_only_where_nothing_else_wants_the_processor():
    with Workers(1, niceness=7, background=True) as patient, Workers(1) as usual:
        assert patient.executor().submit(os.sched_getscheduler, 0).result() == os.SCHED_IDLE
        assert patient.executor().submit(os.nice, 0).result() == min(os.nice(0) + 7, 19)
        assert usual.executor().submit(os.sched_getscheduler, 0).result() == os.SCHED_OTHER


def test_a_run_that_raises_is_one_line_and_stops_nobody(requests):
    bad = replace(requests[1], interactions_off=("nobody",))
    asked = [requests[0], bad, requests[1]]
    ended = list(run_many(asked, workers=1))
    assert [outcome.status for outcome in ended] == ["done", "failed", "done"]
    assert "nobody" in ended[1].error and "\n" not in ended[1].error


BATCH = """
import sim.experiments.ensemble as e
e.PART, e.PART_SECONDS = 2, 0.0
run_requests(asked(4), store=sys.argv[0] + ".store", workers=2)
print("finished")
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory, environment):
    """Export of a batch that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    path = folder / "program.py"
    path.write_text(PRELUDE + BATCH)
    subprocess.run([sys.executable, str(path)], env=environment, check=True, timeout=280)
    return exported(Path(f"{path}.store"), folder / "out")


def exported(store, folder):
    import pandas as pd

    files = export_store(Store.open(store), folder)
    tables = {path.stem: pd.read_parquet(path) for path in files if path.suffix == ".parquet"}
    tables["runs"] = tables["runs"].drop(columns=list(FREE))
    return tables


def equal(left, right):
    return all(left[name].reset_index(drop=True).equals(right[name].reset_index(drop=True)) for name in left)


@pytest.mark.slow
def test_a_parent_that_is_killed_loses_little_its_workers_end_and_the_batch_goes_on(script, tmp_path, whole):
    parent = script(BATCH)
    store = tmp_path / "program0.py.store"
    waited(lambda: stored(store) >= 1)
    workers = descendants(parent.pid)
    assert workers
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait(timeout=10)
    waited(lambda: not any(alive(pid) for pid in workers), 20.0)
    before = len(Store.open(store).keys())
    assert 0 < before < 8
    again = script(BATCH.replace("sys.argv[0]", repr(str(tmp_path / "program0.py"))))
    out, err = again.communicate(timeout=280)
    assert (again.returncode, out) == (0, "finished\n"), err
    assert equal(exported(store, tmp_path / "out"), whole)


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(tmp_path, environment):
    store = tmp_path / "runs"
    command = [sys.executable, "-m", "app", "batch", "plan", "committed", "--runs", "40", "--draws", "0"]
    process = subprocess.Popen(
        [*command, "--scale", "0.05", "--store", str(store), "--workers", "2"],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    waited(lambda: len(descendants(process.pid)) >= 4)
    time.sleep(4.0)
    workers = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 2 and not out
    assert "Traceback" not in err
    assert f"To go on: lujiazui batch --resume --store {store}" in err
    waited(lambda: not any(alive(pid) for pid in workers), 20.0)
    assert Store.open(store).requests_of_last_design()


def test_a_disk_that_takes_no_more_is_said_so_and_nothing_is_lost(tmp_path, outcomes, environment):
    """A limit on the size of files stands for a full disk: the system refuses the write."""
    store = tmp_path / "runs"
    with Store.writing(store) as written:
        written.append(outcomes[:2])
    text = f"""
import resource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
run_requests(asked(3), store={str(store)!r}, workers=1)
"""
    path = tmp_path / "program.py"
    path.write_text(PRELUDE + text)
    done = subprocess.run(
        [sys.executable, str(path)], env=environment, capture_output=True, text=True, timeout=280, check=False
    )
    assert "InputError" in done.stderr and "cannot be written: File too large" in done.stderr
    assert Store.open(store).keys() == {outcome.key for outcome in outcomes[:2]}
    assert not list(store.rglob("*.part"))


def test_a_batch_twice_computes_nothing_and_a_larger_one_the_rest(tmp_path, requests):
    counted = []
    run_requests(requests[:4], store=tmp_path / "runs", workers=1, progress=lambda *told: counted.append(told))
    assert len(counted) == 4
    run_requests(requests[:4], store=tmp_path / "runs", workers=1, progress=lambda *told: counted.append(told))
    assert len(counted) == 4
    ensemble = run_requests(requests, store=tmp_path / "runs", workers=1, progress=lambda *told: counted.append(told))
    assert len(counted) == 6
    assert ensemble.runs == (0, 1, 2)
    assert [told[1:] for told in counted[-2:]] == [(5, 6), (6, 6)]


def test_a_cancelled_batch_ends_with_what_is_done(requests):
    ended = []
    ensemble = run_requests(
        requests, workers=1, progress=lambda *told: ended.append(told), cancel=lambda: len(ended) >= 3
    )
    assert len(ended) == 3 and len(ensemble.runs) == 2


@pytest.mark.slow
def test_the_commands_run_compare_and_repeat(tmp_path, environment):
    def call(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    store = str(tmp_path / "runs")
    how = ("--runs", "2", "--draws", "0", "--scale", "0.05", "--store", store, "--workers", "1")
    done = call("batch", "plan", "committed", *how)
    assert done.returncode == 0 and "4 runs asked for" in done.stdout and not done.stderr
    told = call("compare", store)
    assert told.returncode == 0 and "Effect in 2025 against committed, 2 paired runs" in told.stdout
    key = next(iter(Store.open(store).keys()))
    assert call("rerun", store, key[:10]).stdout.endswith("the same to the bit\n")
    for wrong in (
        ("compare", str(tmp_path / "no")),
        ("compare", store, "--baseline", "plann"),
        ("rerun", store, "zz"),
        ("batch", "plan", "--store", str(tmp_path / "no"), "--resume"),
        ("batch", "plan", "--store", store, "--set", "reit_pilot=1"),
        ("export", store, "--to", store),
    ):
        refused = call(*wrong)
        assert refused.returncode == 2 and refused.stderr.startswith("error: "), wrong
        assert "Traceback" not in refused.stderr
