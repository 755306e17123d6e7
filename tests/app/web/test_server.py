"""The server as a process: where it listens, what it refuses, which headers it sends."""

import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from app.web.server import HEADERS, Guard


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


async def nothing(*_):
    """An application that says nothing."""


@pytest.mark.parametrize(
    ("host", "origin", "allowed"),
    [
        ("127.0.0.1:8765", None, True),
        ("localhost:8765", "http://localhost:8765", True),
        ("[::1]:8765", "http://[::1]:8765", True),
        ("desk.example", "https://desk.example", True),
        ("127.0.0.1:8765", "http://127.0.0.1:9999", False),
        ("127.0.0.1:8765", "https://evil.example", False),
        ("127.0.0.1:8765", "null", False),
        ("127.0.0.1:8765", "", False),
        ("evil.example:8765", None, False),
        ("evil.example:8765", "http://evil.example:8765", False),
        ("127.0.0.1.evil.example", None, False),
        ("[broken", None, False),
        (None, None, False),
    ],
)
def test_only_the_apps_own_hosts_and_pages_are_served(host, origin, allowed):
    headers = [(name, value.encode()) for name, value in ((b"host", host), (b"origin", origin)) if value is not None]
    assert Guard(nothing, ["desk.example"]).allows(headers) is allowed


@pytest.mark.slow
def test_a_socket_from_another_site_is_refused_by_the_running_server(tmp_path):
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    port = free_port()
    command = [sys.executable, "-m", "app", "app", "--no-browser", "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path
    ) as process:
        try:
            assert str(port) in process.stdout.readline()
            address = (
                f"ws://127.0.0.1:{port}/jupyter/api/kernels/11111111-2222-4333-8444-555555555555/channels?session_id=1"
            )
            for _ in range(60):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.5)
            with pytest.raises(InvalidStatus) as refused:
                connect(address, origin="https://evil.example")
            assert refused.value.response.status_code == 403
            with connect(address, origin=f"http://127.0.0.1:{port}"):
                pass
            foreign = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": "evil.example"})
            with pytest.raises(urllib.error.HTTPError) as wrong_host:
                urllib.request.urlopen(foreign, timeout=10)
            assert wrong_host.value.code == 403
            wrong_host.value.close()
        finally:
            process.terminate()
