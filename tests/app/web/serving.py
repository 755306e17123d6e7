"""The app as a process of its own, for tests that ask it as a browser would."""

import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(*options, **process_options):
    """Address of a server that answers; it ends with the block."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "app", "app", "--no-browser", "--port", str(port), *options]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, **streams, **process_options) as process:
        try:
            assert f"http://{address}/" in process.stdout.readline()
            for _ in range(100):
                try:
                    urllib.request.urlopen(f"http://{address}/readyz", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.2)
            yield address
        finally:
            process.terminate()
