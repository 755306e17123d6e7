"""The web server: Solara's pages on loopback, with headers that keep a page to itself."""

import threading
import warnings
import webbrowser
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.web import offline
from scenarios.errors import InputError
from scenarios.extras import needs_extra

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PING_TIMEOUT = 120.0
"""Seconds that a slow browser may take to say that it is there."""
LARGEST_MESSAGE = 2_000_000
"""Bytes of one message of a browser; an uploaded scenario file is far smaller."""

HEADERS = {
    # Solara's widgets evaluate templates and set styles, so 'unsafe-eval' and 'unsafe-inline' cannot be left out;
    # nothing may come from or go to another host.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; "
        "base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}


LOOPBACK = ("127.0.0.1", "localhost", "::1")
REFUSED = b"This address is not one of the app's own; see docs/app.md."


def host_name(address: str) -> str:
    """Name in a Host header or in the part of an origin after its scheme, without the port."""
    try:
        return urlsplit(f"//{address}").hostname or ""
    except ValueError:
        return ""


class Guard:
    """An ASGI application that serves its own pages alone and puts `HEADERS` on every answer.

    A page of another site could open a socket to this server from a user's browser, and a name of another site could be
    pointed at this machine. So the Host must be one of the app's own, and where a browser tells the origin of a request
    or socket, it must be that very host.

    Parameters
    ----------
    inner
        The application that is guarded.
    hosts
        Names under which the app may be asked, beside the loopback ones.
    """

    def __init__(self, inner: Callable[[Message, Receive, Send], Awaitable[None]], hosts: Iterable[str] = ()) -> None:
        self.inner = inner
        self.hosts = frozenset(name.lower() for name in (*LOOPBACK, *hosts))

    def allows(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a request with these headers is for the app and from one of its own pages."""
        told = [(name.lower(), value.decode("latin-1").lower()) for name, value in headers]
        hosts = [value for name, value in told if name == b"host"]
        origins = [value for name, value in told if name == b"origin"]
        if len(hosts) != 1 or host_name(hosts[0]) not in self.hosts:
            return False
        return all(origin.partition("://")[2] == hosts[0] for origin in origins)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection, or refuse it."""
        if scope["type"] in ("http", "websocket") and not self.allows(scope["headers"]):
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            else:
                await send(
                    {"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]}
                )
                await send({"type": "http.response.body", "body": REFUSED})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Solara opens its session cookie to frames of other sites, which the app forbids anyway.
                own = [
                    (name, value.replace(b"SameSite=none", b"SameSite=lax") if name == b"set-cookie" else value)
                    for name, value in message.get("headers", ())
                ]
                more = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*own, *more]}
            await send(message)

        await self.inner(scope, receive, send_with_headers)


def serve(
    *,
    store: Path | None,
    host: str,
    port: int,
    workers: int | None,
    root_path: str,
    browser: bool,
    public_hosts: Iterable[str] = (),
) -> None:
    """Serve the app until it is stopped.

    Parameters
    ----------
    store
        Folder of stored runs that the pages Compare and Experiments read and write; None for none. Browsers cannot
        name another.
    host, port
        Where to listen. Loopback by default; see docs/app.md for more.
    workers
        Worker processes of the whole server.
    root_path
        Path prefix under which a reverse proxy shows the app, such as "/lujiazui".
    browser
        Open the page in the user's browser.
    public_hosts
        Names under which a reverse proxy shows the app; any other than these and the loopback ones is refused.

    Raises
    ------
    scenarios.InputError
        If the address cannot be used or the app's extra is not installed.
    """
    import socket

    offline.prepare()
    needs_extra("app", what="the app")
    import uvicorn
    from solara.server import starlette

    from app.web import simulations

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"cannot listen on {host}:{port}: {error.strerror}", key="--port", value=port, allowed="a free port"
            ) from None
    # Solara tells about the cookie at every page that is not asked for by TLS.
    warnings.filterwarnings("ignore", "Cookies with samesite=none", UserWarning)
    simulations.open_server(store, workers)
    address = f"http://{host}:{port}{root_path}/"
    print(f"Lujiazui on {address} (Ctrl-C stops it)", flush=True)
    if browser:
        threading.Timer(1.0, webbrowser.open, [address]).start()
    config = uvicorn.Config(
        Guard(starlette.app, (host, *public_hosts)),
        host=host,
        port=port,
        root_path=root_path,
        log_level="warning",
        ws_max_size=LARGEST_MESSAGE,
        ws_ping_timeout=PING_TIMEOUT,
        server_header=False,
    )
    try:
        uvicorn.Server(config).run()
    finally:
        simulations.close_server()
