"""A batch on a Dask cluster: a real scheduler and two real workers on this machine."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim
from sim.experiments.store import Store
from tests.app.web.serving import free_port
from tests.dask_cluster import dask_cluster

ROOT = Path(sim.__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def environment(tmp_path):
    return {**os.environ, "PYTHONPATH": str(ROOT), "LUJIAZUI_CACHE": str(tmp_path / "cache")}


@pytest.fixture
def cluster(tmp_path, environment):
    """Address of a scheduler that has two workers."""
    with dask_cluster(tmp_path, environment) as found:
        yield found


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


def test_the_script_for_slurm_on_the_page_runs_and_goes_on_when_submitted_again(tmp_path, environment):
    """With a stand-in for srun, which starts two workers here, and fewer and smaller runs than the page's."""
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```sh\n(#!/bin/sh\n#SBATCH.*?)```", page, re.DOTALL)
    for there, here in (("8786", str(free_port())), (". .venv/bin/activate\n", ""), ("$(hostname)", "127.0.0.1")):
        assert there in script
        script = script.replace(there, here)
    commands = {
        "srun": '"$@" & first=$!\n"$@" & second=$!\ntrap \'kill $first $second\' TERM\nwait\nwait',
        "dask": f'exec "{sys.executable}" -m dask "$@"',
        "lujiazui": f'exec "{sys.executable}" -P -m app "$@"',
    }
    for name, lines in commands.items():
        command = tmp_path / "bin" / name
        command.parent.mkdir(exist_ok=True)
        command.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        command.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{environment['PATH']}"

    def submitted(runs):
        text = script.replace("--runs 5000", f"--runs {runs} --draws 0 --scale 0.05")
        return subprocess.run(
            ["sh", "-c", text],
            cwd=tmp_path,
            env={**environment, "PATH": path},
            capture_output=True,
            text=True,
            timeout=280,
        )

    first = submitted(2)
    assert first.returncode == 0, first.stderr
    assert len(Store.open(tmp_path / "runs").keys()) == 4
    written = {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").rglob("*.parquet")}
    again = submitted(4)
    assert again.returncode == 0, again.stderr
    assert written and all(file.stat().st_mtime_ns == at for file, at in written.items()), "stored runs are repeated"
    assert len(Store.open(tmp_path / "runs").keys()) == 8


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
        timeout=280,
        check=False,
    )
    assert refused.returncode == 2
    assert "no scheduler answers" in refused.stderr and "Traceback" not in refused.stderr


def test_a_scheduler_that_is_killed_ends_the_batch_with_what_is_done_and_no_run_is_blamed(
    cluster, tmp_path, environment
):
    address, (scheduler, *_) = cluster
    batch = [sys.executable, "-m", "app", "batch"]
    how = ["plan", "--runs", "60", "--draws", "0", "--scale", "0.02", "--store", str(tmp_path / "runs")]
    begun = subprocess.Popen(
        [*batch, *how, "--scheduler", address],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 200.0
    while time.monotonic() < until and not any((tmp_path / "runs").glob("**/*.parquet")):
        time.sleep(0.1)
    assert begun.poll() is None, "the batch ended before its scheduler could be killed"
    os.killpg(scheduler.pid, signal.SIGKILL)
    out, err = begun.communicate(timeout=280)
    assert (begun.returncode, out) == (2, "")
    assert f"error: --scheduler: the scheduler at {address} went away" in err and "Traceback" not in err
    store = Store.open(tmp_path / "runs")
    kept = len(store.keys())
    assert 0 < kept < 60 and set(store.runs["status"]) == {"done"} and f"{kept} runs are kept" in err
    again = [*batch, "--resume", "--store", str(tmp_path / "runs"), "--workers", "2"]
    subprocess.run(again, env=environment, check=True, timeout=280, capture_output=True)
    assert len(Store.open(tmp_path / "runs").keys()) == 60


def test_an_address_that_answers_as_something_else_is_refused_before_long(tmp_path, environment):
    web = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"], stdout=subprocess.PIPE, text=True
    )
    try:
        port = web.stdout.readline().split("port ")[1].split()[0]
        asked = ["batch", "plan", "--runs", "1", "--scale", "0.05", "--store", str(tmp_path / "runs")]
        refused = subprocess.run(
            [sys.executable, "-m", "app", *asked, "--scheduler", f"tcp://127.0.0.1:{port}"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
    finally:
        web.kill()
        web.communicate()
    assert refused.returncode == 2
    assert "no scheduler answers" in refused.stderr and "Traceback" not in refused.stderr
