"""The state of a session as the query of an address."""

from app.web import session
from app.web.link import link_of


def query_of_session() -> str:
    """The desk, the charts chosen and the language, as the part of an address after the question mark."""
    shown = ",".join(session.chosen_indicators.value)
    parts = (
        link_of(session.desk.value),
        f"charts={shown}" if shown else "",
        "lang=zh" if session.language.value == "zh" else "",
    )
    return "&".join(part for part in parts if part)
