"""A batch on a Dask cluster: a real scheduler and two real workers on this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim
from sim.experiments.store import Store

ROOT = Path(sim.__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def environment(tmp_path):
    return {**os.environ, "PYTHONPATH": str(ROOT), "LUJIAZUI_CACHE": str(tmp_path / "cache")}


@pytest.fixture
def cluster(tmp_path, environment):
    """Address of a scheduler that has two workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    place = ["--host", "127.0.0.1", "--no-dashboard"]
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, "cwd": tmp_path}
    started = [subprocess.Popen([*dask, "scheduler", *place, "--port", str(port)], start_new_session=True, **quiet)]
    for number in range(2):
        worker = ["worker", address, *place, "--nthreads", "1", "--no-nanny", "--name", str(number)]
        started.append(subprocess.Popen([*dask, *worker], start_new_session=True, **quiet))
    until = time.monotonic() + 60.0
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    yield address, started
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def test_a_cluster_gives_what_one_machine_gives(cluster, tmp_path, environment):
    address, _ = cluster
    how = ["--runs", "6", "--draws", "0", "--scale", "0.05", "--store"]
    command = [sys.executable, "-m", "app", "batch", "plan", "committed", *how]
    batch = subprocess.Popen(
        [*command, str(tmp_path / "cluster"), "--scheduler", address],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = batch.communicate(timeout=280)
    assert batch.returncode == 0, err
    assert "12 runs asked for" in out
    subprocess.run([*command, str(tmp_path / "here"), "--workers", "1"], env=environment, check=True, timeout=280)
    there, here = (Store.open(tmp_path / name) for name in ("cluster", "here"))
    assert there.keys() == here.keys() and len(here.keys()) == 12
    for key in sorted(here.keys())[::3]:
        assert (there.values(key).to_numpy() == here.values(key).to_numpy()).all()


def test_a_batch_outlives_a_worker_that_is_killed_midway(cluster, tmp_path, environment):
    address, (_, first, _) = cluster
    how = ["--runs", "16", "--draws", "0", "--scale", "0.05", "--store", str(tmp_path / "cluster")]
    batch = subprocess.Popen(
        [sys.executable, "-m", "app", "batch", "plan", *how, "--scheduler", address],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 200.0
    while time.monotonic() < until and not any((tmp_path / "cluster").glob("**/*.parquet")):
        time.sleep(0.2)
    assert batch.poll() is None, "the batch ended before a worker could be killed"
    os.killpg(first.pid, signal.SIGKILL)
    _, err = batch.communicate(timeout=280)
    assert batch.returncode == 0, err
    store = Store.open(tmp_path / "cluster")
    assert len(store.keys()) == 16
    assert set(store.runs["status"]) == {"done"}


def test_a_scheduler_that_is_not_there_is_said_so(tmp_path, environment):
    asked = ["batch", "plan", "--runs", "1", "--scale", "0.05", "--store", str(tmp_path / "runs")]
    refused = subprocess.run(
        [sys.executable, "-m", "app", *asked, "--scheduler", "tcp://127.0.0.1:9"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert refused.returncode == 2
    assert "no scheduler answers" in refused.stderr and "Traceback" not in refused.stderr
