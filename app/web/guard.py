"""Access control in front of Solara: allowed requests, host names and the number of sessions."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.web.words import Words

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
HTML = b"text/html; charset=utf-8"
REFUSED = b"This address is not one of the app's own; see docs/app.md."
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Lujiazui</title>
<meta name="viewport" content="width=device-width">{more}
<style>body{{font:16px/1.5 sans-serif;max-width:40em;margin:15vh auto;padding:0 1em;color-scheme:light dark}}</style>
<p>{english}</p><p lang="zh">{chinese}</p></html>"""
"""A page where the app itself has none to show."""


def plain_page(key: str, *, more: str = "", link: str = "") -> bytes:
    """A text of the app in both languages as a page, before a language is chosen."""
    told = {}
    for name, words in (("english", Words("en")), ("chinese", Words("zh"))):
        home = f' <a href="{escape(link)}">{words("app.home")}</a>' if link else ""
        told[name] = words(key) + home
    return PAGE.format(more=more, **told).encode()


HEADERS = {
    # Solara's widgets evaluate templates and set styles, so 'unsafe-eval' and 'unsafe-inline' cannot be left out;
    # nothing may come from or go to another host.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://{host} wss://{host}; "
        "object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}
"""Headers of every answer; {host} is the requested name."""

HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
"""A name or number of a host with its port, and no letter that means something in a header."""
KERNEL = r"/jupyter/api/kernels/(?P<kernel>[0-9a-fA-F-]{36})"
SOCKET = re.compile(KERNEL + "/channels")
CLOSING = re.compile("/_solara/api/close/(?P<kernel>[0-9a-fA-F-]{36})")
FILES = re.compile(rf"/static/.+|/_solara/cdn/.+|/jupyter/nbextensions/.+|/readyz|/favicon\.ico|{KERNEL}")
PAGE_NAMES = ("compare", "risk", "agents", "experiments", "sources", "model")
"""Pages beside the policy desk, which stands at the root."""
PAGES = frozenset({"/", *(f"/{name}" for name in PAGE_NAMES)})
SOLARAS_COOKIES = ("solara-session-id", "solara-session-id-lax")


def host_name(address: str) -> str:
    """Name in a Host header or in the part of an origin after its scheme, without the port."""
    try:
        return urlsplit(f"//{address}").hostname or ""
    except ValueError:
        return ""


class Places:
    """The sessions of a server: how many there may be, and when each was last used.

    Parameters
    ----------
    most
        Sessions at a time.
    idle_seconds
        After this time without an event from its browser a session ends.
    sessions
        The sessions that there are now, by the id of their kernel.
    """

    def __init__(self, most: int, idle_seconds: float, sessions: Callable[[], Mapping[str, Any]]) -> None:
        self.most = most
        self.idle_seconds = idle_seconds
        self.sessions = sessions
        self.used: dict[str, float] = {}
        """When each session was used for the last time; those whose socket is just being opened are in it too."""

    def full(self) -> bool:
        """Whether all sessions are taken."""
        now = time.monotonic()
        opening = sum(now - used < 10.0 for kernel, used in self.used.items() if kernel not in self.sessions())
        return len(self.sessions()) + opening >= self.most

    def admits(self, kernel: str) -> bool:
        """Whether a session may go on, or begin."""
        return kernel in self.sessions() or not self.full()

    def note(self, kernel: str) -> None:
        """A session is used."""
        self.used[kernel] = time.monotonic()

    def left(self, kernel: str) -> None:
        """The socket of a session is closed; the session may be over or wait for its browser to come back."""
        if kernel not in self.sessions():
            self.used.pop(kernel, None)

    def owner(self, kernel: str) -> str | None:
        """Whose session it is; None where there is none."""
        session = self.sessions().get(kernel)
        return None if session is None else str(session.session_id)

    def end_idle(self) -> list[str]:
        """End sessions that were idle for long; return them."""
        now, sessions = time.monotonic(), dict(self.sessions())
        idle = [kernel for kernel in sessions if now - self.used.setdefault(kernel, now) > self.idle_seconds]
        for kernel in idle:
            sessions[kernel].close(reason="cull")
        for kernel in [kernel for kernel, used in self.used.items() if kernel not in sessions and now - used > 60.0]:
            del self.used[kernel]
        return idle


class Cookie:
    """The cookie that ties a browser to its sessions: given out by this server alone, never chosen by a browser.

    Its name has the port in it, since browsers share cookies between the ports of a host.
    """

    def __init__(self, port: int, path: str = "/") -> None:
        self.name = f"lujiazui-{port}"
        self.path = path
        self._secret = secrets.token_bytes(32)

    def _sign(self, id: str) -> str:
        return hmac.new(self._secret, id.encode(), hashlib.sha256).hexdigest()

    def new(self) -> str:
        """A new unique value."""
        id = secrets.token_hex(16)
        return f"{id}.{self._sign(id)}"

    def given_out(self, value: str) -> bool:
        """Whether this server made a value."""
        id, _, signature = value.partition(".")
        return hmac.compare_digest(signature.encode(), self._sign(id).encode())

    def told(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        """The value that a browser sent, if this server made it."""
        for name, value in _cookies(headers):
            if name == self.name and self.given_out(value):
                return value
        return None

    def for_solara(self, headers: Iterable[tuple[bytes, bytes]], value: str) -> Headers:
        """Headers of a request with the session under Solara's name, and no other."""
        kept = [(name, each) for name, each in headers if name.lower() != b"cookie"]
        others = [pair for pair in _cookies(headers) if pair[0] not in (*SOLARAS_COOKIES, self.name)]
        text = "; ".join(f"{name}={each}" for name, each in (*others, (SOLARAS_COOKIES[0], value)))
        return [*kept, (b"cookie", text.encode("latin-1"))]

    def header(self, value: str, *, secure: bool) -> tuple[bytes, bytes]:
        """The header that gives a value to a browser."""
        text = f"{self.name}={value}; Path={self.path}; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
        return b"set-cookie", text.encode()


def _cookies(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    texts = [value.decode("latin-1") for name, value in headers if name.lower() == b"cookie"]
    pairs = [part.strip().partition("=") for text in texts for part in text.split(";")]
    return [(name, value) for name, equals, value in pairs if equals]


class Guard:
    """An ASGI application that serves its own pages alone and puts `HEADERS` on every answer.

    A page of another site could open a socket to this server from a user's browser, and a name of another site could be
    pointed at this machine. So the Host must be one of the app's own, and where a browser tells the origin of a request
    or socket, it must be that very host. Of Solara's addresses those alone are answered that a page needs.

    Parameters
    ----------
    inner
        The application that is guarded.
    hosts
        Names under which the app may be asked, beside the loopback ones.
    root_path
        Path prefix under which a reverse proxy shows the app.
    port
        Where the app listens.
    places
        The sessions; None counts none.
    """

    def __init__(
        self,
        inner: Callable[[Message, Receive, Send], Awaitable[None]],
        hosts: Iterable[str] = (),
        *,
        root_path: str = "",
        port: int = 8765,
        places: Places | None = None,
    ) -> None:
        self.inner = inner
        self.hosts = frozenset(name.lower() for name in (*LOOPBACK, *hosts))
        self.root_path = root_path
        self.cookie = Cookie(port, root_path or "/")
        self.places = places or Places(1_000_000, float("inf"), dict)

    def allows(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a request with these headers is for the app and from one of its own pages."""
        told = [(name.lower(), value.decode("latin-1").lower()) for name, value in headers]
        hosts = [value for name, value in told if name == b"host"]
        origins = [value for name, value in told if name == b"origin"]
        if len(hosts) != 1 or not HOST.fullmatch(hosts[0]) or host_name(hosts[0]) not in self.hosts:
            return False
        return all(origin.partition("://")[2] == hosts[0] for origin in origins)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection, or refuse it."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await self.inner(scope, receive, send)

    def _path(self, scope: Message) -> str:
        path = str(scope["path"])
        return path.removeprefix(self.root_path) or "/"

    async def _socket(self, scope: Message, receive: Receive, send: Send) -> None:
        wanted = SOCKET.fullmatch(self._path(scope))
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if not self.allows(scope["headers"]) or wanted is None or not asked.get("session_id"):
            await _refuse_socket(receive, send, 1008)
            return
        kernel = wanted["kernel"]
        if not self.places.admits(kernel):
            await _refuse_socket(receive, send, 1013)
            return
        self.places.note(kernel)
        # A request without a session of ours gets a new one: a page left open over a restart has to load
        # again, and no visitor chooses the session that is joined.
        session = self.cookie.told(scope["headers"]) or self.cookie.new()
        told = {**scope, "headers": self.cookie.for_solara(scope["headers"], session)}

        async def receive_and_note() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                self.places.note(kernel)
            return message

        try:
            await self.inner(told, receive_and_note, send)
        finally:
            self.places.left(kernel)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        path, headers = self._path(scope), scope["headers"]
        if not self.allows(headers):
            await _answered(send, 403, REFUSED, [])
            return
        host = next(value.decode("latin-1") for name, value in headers if name.lower() == b"host")
        more = [(name.encode(), value.replace("{host}", host).encode()) for name, value in HEADERS.items()]
        closing = CLOSING.fullmatch(path)
        is_page = path in PAGES
        session = self.cookie.told(headers)
        if closing is not None:
            owner = self.places.owner(closing["kernel"])
            if owner is not None and owner != session:
                await _answered(send, 403, REFUSED, more)
                return
        elif not is_page and not FILES.fullmatch(path):
            await _answered(send, 404, plain_page("app.not_there", link=f"{self.root_path}/"), more, HTML)
            return
        if is_page and self.places.full():
            text = plain_page("app.full", more='<meta http-equiv="refresh" content="60">')
            await _answered(send, 503, text, [*more, (b"retry-after", b"60")], HTML)
            return
        value = session or self.cookie.new()
        secure = scope.get("scheme") == "https" or (b"x-forwarded-proto", b"https") in headers
        if is_page:
            more.append(self.cookie.header(value, secure=secure))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name, each) for name, each in message.get("headers", ()) if name.lower() != b"set-cookie"]
                message = {**message, "headers": [*own, *more]}
            await send(message)

        told = {**scope, "headers": self.cookie.for_solara(headers, value)}
        await self.inner(told, receive, send_with_headers)


async def _refuse_socket(receive: Receive, send: Send, code: int) -> None:
    await receive()
    await send({"type": "websocket.close", "code": code})


async def _answered(send: Send, status: int, body: bytes, headers: Headers, kind: bytes = b"text/plain") -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind), *headers]})
    await send({"type": "http.response.body", "body": body})
