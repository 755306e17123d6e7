"""Data of one session; Solara gives every session its own values."""

from typing import TYPE_CHECKING

import solara

from app.web.desk import Desk
from app.web.words import Words

if TYPE_CHECKING:
    from app.web.simulations import Answer

MOST_UNDONE = 100

desk = solara.reactive(Desk())
past: solara.Reactive[tuple[Desk, ...]] = solara.reactive(())
future: solara.Reactive[tuple[Desk, ...]] = solara.reactive(())
language = solara.reactive("en")
message = solara.reactive("")
"""Errors of the last file, change or event."""
notice = solara.reactive("")
"""Use of the last file or link, and its invalid parts."""
answer: "solara.Reactive[Answer | None]" = solara.reactive(None)
chosen_indicators: solara.Reactive[tuple[str, ...]] = solara.reactive(())
"""Indicators whose charts are shown; none chosen shows all."""


def words() -> Words:
    """The texts in the session's language."""
    return Words(language.value)


def put(new: Desk) -> None:
    """Change the desk; the previous settings can be restored."""
    if new == desk.value:
        return
    past.value = (*past.value, desk.value)[-MOST_UNDONE:]
    future.value = ()
    notice.value = ""
    desk.value = new


def undo() -> None:
    """Restore the settings before the last change."""
    if past.value:
        future.value = (desk.value, *future.value)
        before = past.value[-1]
        past.value = past.value[:-1]
        desk.value = before


def redo() -> None:
    """Make the change again that was undone last."""
    if future.value:
        past.value = (*past.value, desk.value)
        after = future.value[0]
        future.value = future.value[1:]
        desk.value = after
