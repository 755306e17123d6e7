"""Browsers compile templates of files alone, never text that a user brought; see SECURITY.md on Vue."""

import json
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser.conftest import CHARTS, QUICK, drawn, go

HOSTILE = "{{constructor.constructor('window.broken=1')()}}<textarea></style><script>window.broken=1</script>"


INHERITED = "() => { for (const name in {}) return name; return null; }"
OWN = Path(__file__).parents[2] / "app" / "web" / "vue"


@pytest.fixture(scope="module")
def known_templates():
    """Texts of all Vue files of the app and of the packages that bring it."""
    files = [*OWN.glob("*.vue")]
    for name in ("solara-ui", "solara-server", "ipyvue", "ipyvuetify", "mesa"):
        files += [path.locate() for path in distribution(name).files if path.suffix == ".vue"]
    return {Path(path).read_text(encoding="utf-8").strip() for path in files}


@pytest.fixture
def frames(page):
    """What the server sends to the page, as it comes."""
    found = []

    def keep(frame):
        found.append(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", keep))
    return found


def values(node, key):
    """All texts under a key anywhere in a message."""
    for name, value in node.items() if isinstance(node, dict) else enumerate(node if isinstance(node, list) else ()):
        if name == key and isinstance(value, str):
            yield value
        yield from values(value, key)


def test_every_template_is_a_file_and_what_a_user_wrote_is_data(page, frames, server, known_templates):
    page.goto(f"{server}/?{QUICK}&title={quote(HOSTILE)}")
    drawn(page, "")
    for path in filter(None, CHARTS):
        go(page, path)
        assert page.evaluate("window.broken") is None
        assert page.evaluate("(() => { for (const name in {}) return name; return '' })()") == "", (
            "objects were polluted"
        )
    assert any("constructor.constructor" in frame for frame in frames), "the title did not reach the browser"
    messages = [json.loads(frame) for frame in frames]
    templates = {text for message in messages for text in values(message, "template") if not is_reference(text)}
    templates = {text.strip() for text in templates}
    assert len(templates) > len(list(OWN.glob("*.vue")))
    assert templates - known_templates == set()


def test_the_loader_of_modules_does_not_change_every_object(page, server):
    """CVE-2024-38998 and CVE-2024-38999: a configuration with `__proto__`, as a request could have brought it."""
    page.goto(f"{server}/sources")
    drawn(page, "sources")
    page.evaluate("""() => {
        const told = JSON.parse('{"map": {"__proto__": {"polluted": 1}}, "__proto__": {"polluted": 2}}');
        requirejs.config({config: told, map: told.map});
        requirejs.config({config: told, map: told.map});
    }""")
    assert page.evaluate("({}).polluted") is None


def is_reference(text):
    """Whether a widget names another one here."""
    return text.startswith("IPY_MODEL_")
