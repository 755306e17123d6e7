"""Data of one session; Solara gives every session its own values."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import solara
from solara.server.kernel_context import get_current_context, has_current_context

from app.web.desk import Desk
from app.web.words import Words
from scenarios.errors import InputError

if TYPE_CHECKING:
    from app.web.simulations import Answer

MOST_UNDONE = 100

type Place = Literal["top", "assumptions", "levers", "adaptive", "file"]
"""Where a message stands: above the page, or beside the controls it is about."""


@dataclass(frozen=True)
class Message:
    """A text for the user, one line a paragraph, and where it stands."""

    text: str = ""
    place: Place = "top"


desk = solara.reactive(Desk())
past: solara.Reactive[tuple[Desk, ...]] = solara.reactive(())
future: solara.Reactive[tuple[Desk, ...]] = solara.reactive(())
language = solara.reactive("en")
message: "solara.Reactive[Message]" = solara.reactive(Message())
"""Errors of the last file, change or event."""
notice: "solara.Reactive[Message]" = solara.reactive(Message())
"""Use of the last file or link, and its invalid parts."""
answer: "solara.Reactive[Answer | None]" = solara.reactive(None)
overlaid: "solara.Reactive[Answer | None]" = solara.reactive(None)
"""The answer with ready scenarios beside the desk, on the page Compare."""
chosen_indicators: solara.Reactive[tuple[str, ...]] = solara.reactive(())
"""Indicators whose charts are shown; none chosen shows all."""

view: solara.Reactive[dict[str, str]] = solara.reactive({})
"""Choices of the pages beside the desk, by their name in a link."""
LONGEST_VIEW = 300
"""Characters of one of them."""


def viewed(name: str, usual: str = "") -> str:
    """A choice of a page, or the usual one."""
    chosen: dict[str, str] = view.value
    return chosen.get(name, usual)


def look(**chosen: str) -> None:
    """Change choices of a page; the link has them at once."""
    view.value = {**view.value, **{name: text[:LONGEST_VIEW] for name, text in chosen.items()}}


def refuse(text: str, place: Place = "top") -> None:
    """Say what was wrong, beside the controls it is about."""
    message.value = Message(text, place)


def accept() -> None:
    """Take back the last error: a change was made since."""
    message.value = Message()


def drawn_once() -> AbstractContextManager[object]:
    """Block in which several values change and after which the page is drawn once, and not after each of them."""
    page = get_current_context().app_object if has_current_context() else None
    return nullcontext() if page is None else page


def words() -> Words:
    """The texts in the session's language."""
    return Words(language.value)


def put(new: Desk) -> None:
    """Change the desk; the previous settings can be restored."""
    if new == desk.value:
        return
    if new.baseline == "last" and (new.policy != desk.value.policy or desk.value.baseline != "last"):
        new = _with_last_policy(new)
    past.value = (*past.value, desk.value)[-MOST_UNDONE:]
    future.value = ()
    notice.value = Message()
    desk.value = new


def _with_last_policy(new: Desk) -> Desk:
    """The desk compared with the policy before the present one that its horizon allows, or else with its own."""
    earlier = (desk.value, *reversed(past.value))
    for policy in (each.policy for each in earlier if each.policy != new.policy):
        try:
            return replace(new, before=policy)
        except InputError:  # dates after the end of the file that was opened since
            continue
    return replace(new, before=new.policy)


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
