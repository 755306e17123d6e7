"""Tracebacks are kept from browsers: Solara would show its own in the page, with the paths of the server."""

import logging
import traceback
from types import SimpleNamespace
from typing import Any

from app.web.words import LANGUAGES, Words

LOG = logging.getLogger("lujiazui.app")


def told() -> str:
    """Text of a page in place of a traceback, in both languages."""
    return " ".join(Words(language)("app.server_failed") for language in LANGUAGES)


def hide_tracebacks() -> None:
    """Give Solara and Reacton one line to show in place of each traceback, which goes to the log."""
    import reacton.core
    import solara.server.app

    def logged(*raised: Any, **how: Any) -> list[str]:
        LOG.error("%s", "".join(traceback.format_exception(*raised, **how)))
        return [told()]

    stand_in = SimpleNamespace(**{name: getattr(traceback, name) for name in traceback.__all__})
    stand_in.format_exception = logged
    for module in (reacton.core, solara.server.app):
        vars(module)["traceback"] = stand_in
