"""What stands before Solara: hosts, addresses, cookies, places, and that no traceback reaches a browser."""

import asyncio
import re
from types import SimpleNamespace

import pytest
import reacton.ipywidgets
import solara
from hypothesis import given, settings
from hypothesis import strategies as st

from app.web import quiet, session
from app.web.components import answering
from app.web.guard import FILES, HEADERS, PAGE_NAMES, Cookie, Guard, Places
from app.web.pages import PAGES, Layout
from app.web.problems import without_places

KERNEL = "11111111-2222-4333-8444-555555555555"
SOCKET = f"/jupyter/api/kernels/{KERNEL}/channels"


class Inner:
    """In place of Solara: remembers what reached it."""

    def __init__(self):
        self.reached = []

    async def __call__(self, scope, receive, send):
        self.reached.append(scope)
        if scope["type"] == "http":
            headers = [(b"set-cookie", b"solara-session-id=x; SameSite=none")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"fine"})
        else:
            await receive()
            await send({"type": "websocket.accept"})


def asked(guard, path, kind="http", host="127.0.0.1:8765", query=b"session_id=1", **headers):
    """What a guard answers: the messages that it sent."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    told = [(b"host", host.encode())]
    told += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "path": path, "headers": told, "query_string": query}
    asyncio.run(guard(scope, receive, send))
    return sent


def cookie_of(sent):
    return next((value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"), None)


def sessions_reached(inner):
    cookies = [dict(scope["headers"])[b"cookie"].decode() for scope in inner.reached]
    return [re.findall(r"solara-session-id=([^;]*)", each) for each in cookies]


def test_the_pages_that_are_served_are_those_of_the_app():
    assert [name for name in PAGES if name != "desk"] == list(PAGE_NAMES)


@pytest.mark.parametrize(
    "path", ["/resourcez", "/resourcez/", "/_solara/api/evict/" + KERNEL, "/metrics", "/docs", "/desk", "/x/y", "/.env"]
)
def test_addresses_that_no_page_needs_are_not_answered(path):
    inner = Inner()
    sent = asked(Guard(inner), path, query=b"verbose")
    assert sent[0]["status"] == 404
    assert inner.reached == []
    assert "没有这个页面" in sent[1]["body"].decode()


@pytest.mark.parametrize("path", ["/", "/compare", "/readyz", "/static/assets/a.js", "/_solara/cdn/vue/dist/vue.js"])
def test_pages_and_their_files_are_answered_with_every_safe_header(path):
    sent = asked(Guard(Inner()), path)
    told = dict(sent[0]["headers"])
    assert sent[0]["status"] == 200
    assert {name.encode() for name in HEADERS} <= set(told)


def test_pages_may_open_sockets_to_the_very_host_they_came_from_alone():
    for host in ("127.0.0.1:8765", "[::1]:8765", "desk.example"):
        policy = dict(asked(Guard(Inner(), ["desk.example"]), "/", host=host)[0]["headers"])[b"content-security-policy"]
        assert f"connect-src 'self' ws://{host} wss://{host};".encode() in policy
        assert b" ws: " not in policy and b"*" not in policy


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(max_codepoint=255), max_size=30))
def test_no_host_writes_into_the_policy(more):
    guard = Guard(Inner())
    sent = asked(guard, "/", host="127.0.0.1:8765") if not more else None
    told = [(b"host", b"127.0.0.1:8765" + more.encode("latin-1"))]
    assert guard.allows(told) is (more == "" or (more.isdecimal() and more.isascii()))
    assert sent is None or sent[0]["status"] == 200


def test_a_session_is_one_that_this_server_gave_out():
    inner = Inner()
    guard = Guard(inner)
    given_out = cookie_of(asked(guard, "/"))
    assert given_out.startswith("lujiazui-8765=") and "HttpOnly; SameSite=Lax" in given_out
    value = given_out.partition(";")[0].partition("=")[2]
    asked(guard, "/compare", cookie=f"a=b; lujiazui-8765={value}")
    asked(guard, SOCKET, "websocket", cookie=f"lujiazui-8765={value}")
    chosen = f"solara-session-id=mine; solara-session-id-lax=mine; lujiazui-8765=mine.{'0' * 64}"
    asked(guard, "/", cookie=chosen)
    asked(guard, SOCKET, "websocket", cookie=chosen)
    asked(guard, SOCKET, "websocket")
    asked(Guard(inner), SOCKET, "websocket", cookie=f"lujiazui-8765={value}")
    first, second, third, *others = sessions_reached(inner)
    assert first == second == third == [value]
    assert len({tuple(each) for each in others}) == 4
    assert all(len(each) == 1 and each[0] not in ("mine", value) for each in others)
    secure = asked(guard, "/", x_forwarded_proto="https")
    assert cookie_of(secure).endswith("; Secure")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_no_other_text_is_a_session(text):
    cookie = Cookie(1)
    assert cookie.given_out(cookie.new())
    assert not cookie.given_out(text)


def places(most, kernels, idle=60.0):
    sessions = {}

    def held(kernel):
        return SimpleNamespace(session_id=f"of {kernel}", close=lambda **_: sessions.pop(kernel))

    sessions |= {kernel: held(kernel) for kernel in kernels}
    return Places(most, idle, lambda: sessions), sessions


def test_who_comes_when_all_places_are_taken_gets_a_page_that_says_so():
    inner = Inner()
    taken, sessions = places(2, [KERNEL, "b"])
    guard = Guard(inner, places=taken)
    sent = asked(guard, "/")
    assert sent[0]["status"] == 503 and (b"retry-after", b"60") in sent[0]["headers"]
    assert "no free session" in sent[1]["body"].decode() and "已满" in sent[1]["body"].decode()
    newcomer = SOCKET.replace("1111", "9999")
    assert asked(guard, newcomer, "websocket")[0] == {"type": "websocket.close", "code": 1013}
    assert asked(guard, SOCKET, "websocket")[0] == {"type": "websocket.accept"}
    assert asked(guard, "/static/assets/a.js")[0]["status"] == 200
    del sessions["b"]
    assert asked(guard, "/")[0]["status"] == 200
    assert asked(guard, newcomer, "websocket")[0] == {"type": "websocket.accept"}


def test_many_sockets_that_open_at_once_do_not_pass_the_bound():
    taken, _ = places(3, [])
    for number in range(3):
        assert taken.admits(f"k{number}")
        taken.note(f"k{number}")
    assert not taken.admits("k3")
    taken.left("k0")
    assert taken.admits("k3")


def test_a_session_that_nobody_uses_ends_and_one_that_is_used_does_not(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("app.web.guard.time.monotonic", lambda: now[0])
    taken, sessions = places(5, ["a", "b"], idle=60.0)
    assert taken.end_idle() == []
    now[0] += 50.0
    taken.note("a")
    now[0] += 30.0
    assert taken.end_idle() == ["b"]
    assert list(sessions) == ["a"]
    now[0] += 200.0
    assert taken.end_idle() == ["a"]
    assert taken.end_idle() == [] and not sessions
    now[0] += 200.0
    taken.end_idle()
    assert not taken.used


def test_a_session_is_closed_by_its_own_browser_alone():
    inner = Inner()
    guard = Guard(inner)
    value = cookie_of(asked(guard, "/")).partition(";")[0].partition("=")[2]
    guard.places = Places(5, 60.0, lambda: {KERNEL: SimpleNamespace(session_id=value)})
    closing = f"/_solara/api/close/{KERNEL}"
    assert asked(guard, closing)[0]["status"] == 403
    assert asked(guard, closing, cookie=f"lujiazui-8765={value}")[0]["status"] == 200


@pytest.mark.parametrize(("path", "query"), [("/jupyter/api/kernels/x/channels", b"session_id=1"), (SOCKET, b"")])
def test_a_socket_that_is_none_of_a_page_is_refused(path, query):
    assert asked(Guard(Inner()), path, "websocket", query=query)[0]["type"] == "websocket.close"
    assert not FILES.fullmatch(SOCKET)


def texts(widget):
    """Every text of a widget and of those inside it."""
    for each in getattr(widget, "children", ()):
        yield from [each] if isinstance(each, str) else texts(each)


def test_a_page_that_cannot_be_drawn_is_one_line_and_the_log_has_the_rest(caplog):
    @solara.component
    def Broken():
        raise RuntimeError("of /secret/place")

    box, context = solara.render(Layout(children=[Broken()]), handle_error=False)
    shown = " ".join(texts(box))
    context.close()
    assert session.words()("app.failed") in shown
    assert "Traceback" not in shown and "/secret" not in shown
    assert "of /secret/place" in caplog.text


def test_whatever_solara_itself_shows_of_an_error_has_no_traceback(caplog):
    quiet.hide_tracebacks()

    @solara.component
    def Broken():
        raise RuntimeError("of /secret/place")

    box, context = reacton.render(Broken(), handle_error=True)
    shown = " ".join(each.value for each in box.children)
    context.close()
    assert quiet.told() in shown
    assert "Traceback" not in shown and "/secret" not in shown and ".py" not in shown
    assert "of /secret/place" in caplog.text


ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(ODD)
def test_an_odd_event_changes_nothing_and_is_told_in_one_line(event):
    handled = []

    def chosen(told):
        handled.append(told["id"].upper())

    made = answering(lambda **handlers: handlers)(event_chosen=chosen, title="x")
    session.accept()
    made["event_chosen"](event)
    assert made["title"] == "x"
    assert handled or session.message.value.text == session.words()("app.odd")


def test_messages_for_a_browser_name_no_place_of_the_server():
    assert without_places("OSError: /home/me/.cache/x.npz is gone\nTraceback") == "OSError: ... is gone"
    assert without_places("C:\\Users\\me\\x is gone") == "... is gone"
    assert without_places("a rate of 3/4 per year") == "a rate of 3/4 per year"
