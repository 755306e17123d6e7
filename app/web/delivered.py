"""The brief of the desk: printed by the user's browser, or delivered as a page, a PDF or a picture."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import solara

from app.briefing.browser import browser, print_pdf, print_png
from app.briefing.page import page
from app.web import session
from app.web.answered import brief_of
from app.web.components import LOG, Deliver
from app.web.words import Words
from scenarios.errors import InputError

SHEETS = {"short": "desk.brief_short", "whole": "desk.brief_whole"}
"""How much of the brief there is to choose, and its name."""
WAYS = {"print": "desk.brief_print", "html": "desk.brief_html", "pdf": "desk.brief_pdf", "png": "desk.brief_png"}
"""How it is delivered, and the name of the button."""
DRAWN: Mapping[str, Callable[[str, Path], None]] = {"pdf": print_pdf, "png": print_png}
"""Files that a Chromium of the server makes of the page."""
LONGEST_LINK = 20_000
"""Characters of an address that a brief names."""
ONE_BROWSER = threading.Lock()
"""A browser takes a processor and some hundred megabytes: the sessions of a server use one after another."""


def drawn(content: str, way: str) -> str:
    """A page as PDF or PNG, in base64.

    Raises
    ------
    scenarios.InputError
        If there is no Chromium, or it fails.
    """
    with ONE_BROWSER, TemporaryDirectory(prefix="lujiazui-") as folder:
        target = Path(folder) / f"brief.{way}"
        DRAWN[way](content, target)
        return base64.b64encode(target.read_bytes()).decode()


def delivered(content: str, way: str, words: Words) -> dict[str, str]:
    """The content of the brief in the way that is asked, or why there is none."""
    if way not in DRAWN:
        return {"content": content, "told": ""}
    try:
        browser(f"--{way}")  # before any other session is waited for
    except InputError:
        return {"content": "", "told": words("desk.brief_no_browser")}
    try:
        return {"content": drawn(content, way), "told": ""}
    except (InputError, OSError):
        LOG.exception("the brief could not be drawn")
        return {"content": "", "told": words("desk.brief_failed")}


@solara.component
def Delivering() -> None:
    """A choice of sheets, and a button for each way of delivery."""
    words = session.words()
    made, set_made = solara.use_state({"number": 0})

    def asked(event: dict[str, str]) -> None:
        given, way = session.answer.value, event["id"]
        if given is None or given.ensemble is None or way not in WAYS or event["sheets"] not in SHEETS:
            return
        link = event["link"] if event["link"].startswith("http") and len(event["link"]) < LONGEST_LINK else ""
        content = page(brief_of(given, words, link), words.language, short=event["sheets"] == "short")
        about: dict[str, Any] = {
            "number": made["number"] + 1,
            "way": way,
            "filename": f"brief-{words.language}.{way}",
        }

        def make() -> None:
            set_made({**about, **delivered(content, way, words)})

        # What a browser draws takes seconds, in which the session answers.
        threading.Thread(target=make, daemon=True).start()

    Deliver(
        texts={key: words(f"desk.{key}") for key in ("brief", "brief_making", "brief_what")},
        sheets=[{"id": each, "text": words(key)} for each, key in SHEETS.items()],
        buttons=[{"id": each, "text": words(key)} for each, key in WAYS.items()],
        made=made,
        event_asked=asked,
    )
