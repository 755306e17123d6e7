"""Pieces of the pages that are drawn in the browser: charts, levers, cards, forms, tables."""
# ruff: noqa: D103  each is described by the component file that it names

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import solara

from app.web import session
from app.web.drawn_data import drawn_csv
from app.web.recorded import Record

Handler = Callable[[Any], None]
LOG = logging.getLogger("lujiazui.app")


def answering(make: Callable[..., Any]) -> Callable[..., Any]:
    """A component whose handlers survive whatever a browser sends: the user reads one line, the log has the rest."""

    def guarded(handler: Callable[..., None]) -> Callable[..., None]:
        @wraps(handler)
        def handle(*told: Any) -> None:
            try:
                with session.drawn_once():
                    handler(*told)
            except Exception:
                LOG.exception("an event of a page could not be handled")
                session.refuse(session.words()("app.odd"))

        return handle

    @wraps(make)
    def component(*arguments: Any, **named: Any) -> Any:
        handlers = {
            name: guarded(value) for name, value in named.items() if name.startswith("event_") and value is not None
        }
        return make(*arguments, **{**named, **handlers})

    return component


@answering
@solara.component_vue("vue/chart.vue")
def _Drawn(
    option: dict[str, Any],
    title: str,
    name: str,
    subtitle: str,
    caption: str,
    alt: str,
    csv: str,
    record: str,
    height: int,
    grouped: bool,
) -> None: ...


def Chart(
    *,
    option: dict[str, Any],
    title: str,
    subtitle: str,
    name: str,
    record: Record,
    csv: str = "",
    caption: str = "",
    alt: str = "",
    height: int = 260,
) -> Any:
    """A picture with its title, unit and record, which go with it when it is saved as a picture or as a table.

    Without a table of its own it is saved with the numbers that are drawn.
    """
    return _Drawn(
        option=option,
        title=title,
        name=name,
        subtitle=subtitle,
        caption=caption,
        alt=alt,
        csv=csv or drawn_csv(option, subtitle),
        record=record,
        height=height,
        grouped=session.words().language == "en",
    )


@answering
@solara.component_vue("vue/levers.vue")
def Levers(
    levers: list[dict[str, Any]],
    settings: dict[str, dict[str, Any]],
    groups: dict[str, list[dict[str, Any]]],
    texts: dict[str, Any],
    event_listed: Handler | None = None,
    event_moved: Handler | None = None,
    event_reset: Handler | None = None,
    event_traced: Handler | None = None,
) -> None: ...


@answering
@solara.component_vue("vue/cards.vue")
def Cards(
    cards: list[dict[str, Any]],
    texts: dict[str, str],
    event_choose: Handler | None = None,
    event_trace: Handler | None = None,
    event_remove: Handler | None = None,
) -> None: ...


@answering
@solara.component_vue("vue/frame.vue")
def Frame(
    pages: list[dict[str, Any]],
    texts: dict[str, str],
    title: str,
    language: str,
    query: str,
    kept: dict[str, Any],
    event_restore: Handler | None = None,
    event_go: Handler | None = None,
    event_switch_language: Callable[..., None] | None = None,
) -> None: ...


@answering
@solara.component_vue("vue/form.vue")
def Form(
    fields: list[dict[str, Any]],
    buttons: list[dict[str, Any]],
    upload: str = "",
    most_bytes: int = 100_000,
    event_chosen: Handler | None = None,
    event_pressed: Handler | None = None,
    event_uploaded: Handler | None = None,
) -> None: ...


@answering
@solara.component_vue("vue/table.vue")
def Table(
    title: str, heads: list[str], rows: list[list[str]], clickable: bool = False, event_picked: Handler | None = None
) -> None: ...


@answering
@solara.component_vue("vue/save.vue")
def Save(label: str, filename: str, content: str) -> None: ...


@answering
@solara.component_vue("vue/deliver.vue")
def Deliver(
    texts: dict[str, str],
    sheets: list[dict[str, str]],
    buttons: list[dict[str, str]],
    made: dict[str, Any],
    event_asked: Handler | None = None,
) -> None: ...


@answering
@solara.component_vue("vue/replay.vue")
def Replay(
    frames: dict[str, Any],
    texts: dict[str, str],
    title: str,
    subtitle: str,
    caption: Record,
    chosen: str = "",
    month: str = "",
    event_placed: Handler | None = None,
) -> None: ...


@answering
@solara.component_vue("vue/entries.vue")
def Entries(title: str, entries: list[dict[str, Any]], note: str = "") -> None: ...


@answering
@solara.component_vue("vue/drawer.vue")
def Drawer(texts: dict[str, str]) -> None: ...
