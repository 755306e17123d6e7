"""The server as a process: where it listens, what it refuses, which headers it sends."""

import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from app.web.guard import HEADERS, Guard
from tests.app.web.serving import served


@pytest.mark.slow
def test_the_app_answers_with_safe_headers_a_closed_cookie_and_no_other_host():
    with served() as address, urllib.request.urlopen(f"http://{address}/", timeout=30) as page:
        headers, text = page.headers, page.read().decode()
    for name, value in HEADERS.items():
        assert headers.get_all(name) == [value.replace("{host}", address)]
    assert "server" not in headers
    assert "httponly" in headers["set-cookie"].lower()
    assert re.findall(r'<(?:script|link|iframe|img)[^>]+(?:src|href)="(https?:[^"]+)"', text) == []


@pytest.mark.slow
def test_the_cookie_stays_with_the_app_behind_tls():
    with served() as address:
        told = urllib.request.Request(f"http://{address}/", headers={"X-Forwarded-Proto": "https"})
        with urllib.request.urlopen(told, timeout=30) as page:
            cookies = page.headers.get_all("set-cookie")
    assert cookies
    assert all("samesite=lax" in cookie.lower() for cookie in cookies)


def test_a_port_in_use_is_refused_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "app", "app", "--no-browser", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=180,
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
def test_a_socket_from_another_site_is_refused_by_the_running_server():
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    with served() as address:
        kernel = "11111111-2222-4333-8444-555555555555"
        socket_address = f"ws://{address}/jupyter/api/kernels/{kernel}/channels?session_id=1"
        with pytest.raises(InvalidStatus) as refused:
            connect(socket_address, origin="https://evil.example")
        assert refused.value.response.status_code == 403
        with connect(socket_address, origin=f"http://{address}"):
            pass
        foreign = urllib.request.Request(f"http://{address}/", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as wrong_host:
            urllib.request.urlopen(foreign, timeout=10)
        assert wrong_host.value.code == 403
        wrong_host.value.close()
