"""The server as a process: where it listens, what it refuses, which headers it sends."""

import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from app.web.server import HEADERS


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
def test_the_app_listens_on_loopback_with_safe_headers_and_names_no_other_host(tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "app", "app", "--no-browser", "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path
    ) as process:
        try:
            line = process.stdout.readline()
            assert f"http://127.0.0.1:{port}/" in line
            for _ in range(60):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
                        headers, text = page.headers, page.read().decode()
                    break
                except OSError:
                    time.sleep(0.5)
            for name, value in HEADERS.items():
                assert headers[name] == value
            assert "server" not in headers
            loaded = re.findall(r'<(?:script|link|iframe|img)[^>]+(?:src|href)="(https?:[^"]+)"', text)
            assert loaded == []
        finally:
            process.terminate()


def test_a_port_in_use_is_refused_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "app", "app", "--no-browser", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 2
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr
