"""The web server: Solara's pages on loopback, within bounds that the operator sets."""

import sys
import threading
import time
import warnings
import webbrowser
from collections.abc import Iterable
from pathlib import Path

from app.web import offline
from app.web.guard import LOOPBACK, Guard, Places
from app.web.offered import offer
from scenarios.errors import InputError
from scenarios.extras import needs_extra
from scenarios.problem_texts import coded

PING_TIMEOUT = 120.0
"""Seconds that a slow browser may take to connect."""
LARGEST_MESSAGE = 2_000_000
"""Bytes of one message of a browser; an uploaded scenario file is far smaller."""
LOOK_FOR_IDLE = 20.0
"""Seconds between two searches for idle sessions."""
OPEN_TO_OTHERS = (
    "Warning: {host} can be reached from other machines, and the app has no users and passwords: whoever reaches it "
    "can use it. Leave it on loopback behind a proxy that asks for a password; see docs/app.md."
)


def serve(
    *,
    store: Path | None,
    host: str,
    port: int,
    workers: int | None,
    root_path: str,
    browser: bool,
    public_hosts: Iterable[str] = (),
    batches: bool = False,
    sessions: int = 100,
    idle_minutes: float = 60.0,
    kept_megabytes: float = 400.0,
    plan: str | None = None,
    components: Iterable[str] = (),
    parameters: str | None = None,
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
    batches
        Let visitors start batches into the store.
    sessions
        Sessions at a time; further visitors get a page that says so.
    idle_minutes
        After these minutes without an event a session ends.
    kept_megabytes
        Memory for finished runs.
    plan
        Folder of a plan of the user's own, under which every desk stands.
    components
        Names of installed components of others, which every desk has.
    parameters
        File of parameters or folder of a fit, which every desk has over its parameter set.

    Raises
    ------
    scenarios.InputError
        If the address, the plan, a component or the parameters cannot be used, or the app's extra is not installed.
    """
    import socket

    offline.prepare()
    needs_extra("app", what="what.app")
    offer(plan, components, parameters)
    import uvicorn
    from solara.server import kernel_context, starlette

    from app.web import quiet, simulations, spoken

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                coded("server.cannot_listen", host=host, port=port, reason=error.strerror),
                key="--port",
                value=port,
                allowed=coded("allowed.free_port"),
            ) from None
    # Solara warns about the cookie at every page that is not requested by TLS.
    warnings.filterwarnings("ignore", "Cookies with samesite=none", UserWarning)
    quiet.hide_tracebacks()
    spoken.speak()
    if host not in LOOPBACK:
        print(OPEN_TO_OTHERS.format(host=host), file=sys.stderr, flush=True)
    simulations.open_server(store, workers, batches=batches, kept_megabytes=kept_megabytes)
    places = Places(sessions, 60.0 * idle_minutes, lambda: kernel_context.contexts)
    threading.Thread(target=_end_idle, args=(places,), daemon=True).start()
    address = f"http://{host}:{port}{root_path}/"
    print(f"Lujiazui on {address} (Ctrl-C stops it)", flush=True)
    if browser:
        threading.Timer(1.0, webbrowser.open, [address]).start()
    config = uvicorn.Config(
        Guard(starlette.app, (host, *public_hosts), root_path=root_path, port=port, places=places),
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


def _end_idle(places: Places) -> None:
    """Search for idle sessions while the server runs."""
    while True:
        time.sleep(min(LOOK_FOR_IDLE, max(places.idle_seconds / 4.0, 0.1)))
        places.end_idle()
