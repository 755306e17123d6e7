"""The app's server under odd requests: it answers each with no failure of its own and goes on."""

import os
import socket
import urllib.request
from pathlib import Path

from tests.app.web.serving import served
from tests.reliability.bench import place
from tests.reliability.tally import Tally

PATHS = (
    "/", "/readyz", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/../../../etc/passwd", "//evil/", "/\x00",
    "/?preset=plan", "/?lever.reits_pilot=nan@2022-01~3", "/?" + "a=1&" * 200, "/?file=" + "A" * 3000, "/%ff%fe",
    "/compare?from=x", "/_solara/api/close/x", "/static/public/x", "/" + "x" * 5000, "/?lang=<script>", "/nowhere",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW", "get")
HEADERS = (
    "", "Host: evil.example", "Origin: http://evil.example", "Content-Length: 99999999999", "Content-Length: -1",
    "Transfer-Encoding: chunked", "Cookie: solara-session-id=" + "x" * 3000, "Range: bytes=0-99999999",
    "X: " + "y" * 9000,
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x",
)  # fmt: skip


def _asked(address, method, path, header):
    """The first line of what a server answers to a raw request; "" if it closes without a word."""
    host, port = address.split(":")
    lines = [
        f"{method} {path} HTTP/1.1",
        "" if header.startswith("Host") else f"Host: {address}",
        header,
        "Connection: close",
    ]
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall("\r\n".join(filter(None, lines)).encode("utf-8", "replace") + b"\r\n\r\n")
        if "Content-Length" in header or "chunked" in header:
            connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read(200_000).decode("utf-8", "replace")


def probes(count, rng):
    """Odd paths, methods and headers; then the server still answers a plain request."""
    tally = Tally("HTTP probes of the app")
    with place() as folder, served(cwd=folder, env={**os.environ, "PYTHONPATH": str(Path.cwd())}) as address:
        for _ in range(count):
            method, path, header = rng.choice(METHODS), rng.choice(PATHS), rng.choice(HEADERS)
            tally.begin()
            try:
                answer = _asked(address, method, path, header)
                first = answer.split("\r\n")[0]
                wrong = "a failure of its own" if " 500" in first or "Traceback (most" in answer else ""
                wrong = wrong or ("a file of the machine" if "root:" in answer else "")
                with urllib.request.urlopen(f"http://{address}/readyz", timeout=20) as ready:
                    wrong = wrong or ("" if ready.status == 200 else "not ready afterwards")
            except (ConnectionResetError, BrokenPipeError):
                wrong = ""
            except OSError as error:
                wrong = f"{type(error).__name__}: {error}"
            tally.end(wrong and f"{method} {path[:60]!r} {header[:40]!r}: {wrong}")
    return tally


AREAS = {"probes": probes}
