"""The web server: Solara's pages on loopback, with headers that keep a page to itself."""

import threading
import webbrowser
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from app.web import offline
from scenarios.errors import InputError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

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


class SafeHeaders:
    """An ASGI application with `HEADERS` on every answer of another."""

    def __init__(self, inner: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self.inner = inner

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message.get("headers", ())}
                more = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in own]
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await send(message)

        await self.inner(scope, receive, send_with_headers)


def serve(*, store: Path | None, host: str, port: int, workers: int | None, root_path: str, browser: bool) -> None:
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

    Raises
    ------
    scenarios.InputError
        If the address cannot be used or the app's extra is not installed.
    """
    import socket

    offline.prepare()
    try:
        import uvicorn
        from solara.server import starlette

        from app.web import simulations
    except ImportError as error:
        raise InputError(
            f"the app needs the extra 'app' ({error.name} is missing)", allowed="pip install lujiazui[app]"
        ) from None
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"cannot listen on {host}:{port}: {error.strerror}", key="--port", value=port, allowed="a free port"
            ) from None
    simulations.open_server(store, workers)
    address = f"http://{host}:{port}{root_path}/"
    print(f"Lujiazui on {address} (Ctrl-C stops it)", flush=True)
    if browser:
        threading.Timer(1.0, webbrowser.open, [address]).start()
    config = uvicorn.Config(
        SafeHeaders(starlette.app),
        host=host,
        port=port,
        root_path=root_path,
        log_level="warning",
        ws_max_size=LARGEST_MESSAGE,
        server_header=False,
    )
    try:
        uvicorn.Server(config).run()
    finally:
        simulations.close_server()
