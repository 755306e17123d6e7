"""The settings before and after the present ones as links, which the browser keeps while its tab is open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.web import session
from app.web.desk import Desk
from app.web.link import link_of, read_link

MOST_LINKS, MOST_CHARACTERS = 40, 60_000
"""Links that a browser keeps in each direction, and their characters together: an opened file may be long."""


def kept_links() -> dict[str, Any]:
    """Links of the present settings, of those before and of those that were undone, the nearest first."""
    past, future = session.past.value, session.future.value
    return {"now": link_of(session.desk.value), "past": _links(reversed(past)), "future": _links(future)}


def _links(desks: Iterable[Desk]) -> list[str]:
    found: list[str] = []
    for desk in desks:
        link = link_of(desk)
        if len(found) == MOST_LINKS or sum(map(len, found)) + len(link) > MOST_CHARACTERS:
            break
        found.append(link)
    return found


def restore(told: dict[str, Any]) -> None:
    """Make the settings before and after available again when the page was loaded anew.

    Nothing is restored where the session has changes of its own, or where the address was opened from elsewhere, so
    that the present settings are not those that the browser kept.

    Parameters
    ----------
    told
        `now`, `past` and `future` as `kept_links` returns them.
    """
    if session.past.value or session.future.value or told["now"] != link_of(session.desk.value):
        return
    session.past.value = tuple(_desks(told["past"]))[::-1]
    session.future.value = tuple(_desks(told["future"]))


def _desks(links: Iterable[Any]) -> list[Desk]:
    """Desks of links; what a browser keeps may have been changed, so that none may exceed the limits."""
    found: list[Desk] = []
    characters = 0
    for link in links:
        if not isinstance(link, str):
            break
        characters += len(link)
        if characters > MOST_CHARACTERS or len(found) == MOST_LINKS:
            break
        found.append(read_link(link).desk)
    return found
