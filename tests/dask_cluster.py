"""A Dask scheduler and two workers on this machine, for tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager


@contextmanager
def dask_cluster(folder, environment):
    """Address of a scheduler that has two workers, and the three processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    place = ["--host", "127.0.0.1", "--no-dashboard"]
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, "cwd": folder}
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
    try:
        yield address, started
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)
