"""The state of a session as the query of an address."""

from urllib.parse import quote

from app.web import session
from app.web.link import link_of


def query_of_session() -> str:
    """The desk, its charts, choices of other pages and the language: the part of an address after the question mark."""
    shown = ",".join(session.chosen_indicators.value)
    parts = (
        link_of(session.desk.value),
        f"charts={shown}" if shown else "",
        *(f"{name}={quote(text)}" for name, text in sorted(session.view.value.items()) if text),
        "lang=zh" if session.language.value == "zh" else "",
    )
    return "&".join(part for part in parts if part)
