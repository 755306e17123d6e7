"""The pages of the app and the frame around them; Solara starts here."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

import solara

from app.web import session
from app.web.address import query_of_session
from app.web.components import LOG, Form, Frame
from app.web.link import MOST_PARTS, VIEWS, read_link, unreadable
from app.web.offered import offered
from app.web.page_agents import AgentsPage
from app.web.page_compare import ComparePage
from app.web.page_desk import DeskPage
from app.web.page_experiments import ExperimentsPage
from app.web.page_model import ModelPage
from app.web.page_risk import RiskPage
from app.web.page_sources import SourcesPage
from app.web.problems import problem_told
from app.web.told import Told
from app.web.undone import kept_links, restore
from app.web.viewed import unknown_views
from app.web.words import LANGUAGES, Words
from scenarios.errors import Problem
from sim.closing.dictionary import dictionary

PAGES = {
    "desk": DeskPage,
    "compare": ComparePage,
    "risk": RiskPage,
    "agents": AgentsPage,
    "experiments": ExperimentsPage,
    "sources": SourcesPage,
    "model": ModelPage,
}
"""Pages by name, which is also their path; the first stands at the root."""
ROOT = next(iter(PAGES))


MOST_TOLD = 8
"""Parts of a link that are named one by one where they could not be used."""


def _left_out(problems: Sequence[Problem], words: Words) -> str:
    """Invalid parts of a link, one a line; empty if there are none."""
    if not problems:
        return ""
    lines = [words("desk.bad_link"), *(problem_told(problem, words) for problem in problems[:MOST_TOLD])]
    more = len(problems) - MOST_TOLD
    return "\n".join([*lines, words("desk.more_left_out", number=more)] if more > 0 else lines)


def _choices(query: str) -> dict[str, str]:
    """The parts of an address that the pages read themselves; the last of each counts."""
    return dict(parse_qsl("&".join(query.lstrip("?").split("&")[:MOST_PARTS])))


@solara.component
def Layout(children: list[Any]) -> Any:
    """The frame of a page; where the frame itself cannot be drawn, one line in its place."""
    failure, clear = solara.use_exception()
    return Around(children=children) if failure is None else Failed(failure, clear)


@solara.component
def Caught(children: list[Any]) -> Any:
    """The page, or one line in place of a page that cannot be shown; the frame around it stays."""
    failure, clear = solara.use_exception()
    return solara.Div(children=children) if failure is None else Failed(failure, clear)


@solara.component
def Failed(failure: BaseException, clear: Callable[[], None]) -> Any:
    """That a page could not be shown, and a button to try again."""
    words = session.words()
    solara.use_memo(lambda: LOG.error("a page could not be drawn", exc_info=failure), [failure])
    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}) as main:
        solara.Div(classes=["lj-bad"], children=[words("app.failed")], attributes={"role": "alert"})
        Form(
            fields=[],
            buttons=[{"id": "again", "text": words("app.again")}],
            event_pressed=lambda _: clear(),
        )
    return main


@solara.component
def Around(children: list[Any]) -> Any:
    """Navigation, language and theme around a page; reads the address once and keeps it up to date."""
    router = solara.use_router()

    def read_address() -> None:
        query = router.search or ""
        choices = _choices(query)
        asked = choices.get("lang", "en")
        session.language.value = asked if asked in LANGUAGES else "en"
        wanted = choices.get("charts", "").split(",")
        charted = dict.fromkeys((*offered().plan.indicator_ids, *dictionary()))
        session.chosen_indicators.value = tuple(each for each in charted if each in wanted)
        shown = {name: text[: session.LONGEST_VIEW] for name, text in choices.items() if name in VIEWS and text}
        unknown = unknown_views(shown)
        session.view.value = {name: text for name, text in shown.items() if name not in unknown}
        if query:
            link = read_link(query)
            session.desk.value = link.desk
            left_out = (*link.left_out, *(unreadable(name, shown[name]) for name in unknown))
            session.notice.value = session.Message(_left_out(left_out, session.words()))

    solara.use_memo(read_address, [])
    words = session.words()
    here = (router.path or "/").strip("/") or ROOT
    query = query_of_session()
    kept = solara.use_memo(kept_links, [session.desk.value, session.past.value, session.future.value])

    def switch() -> None:
        session.language.value = "zh" if session.language.value == "en" else "en"

    pages = [
        {"path": "/" if name == ROOT else f"/{name}", "label": words(f"page.{name}"), "here": here == name}
        for name in PAGES
    ]
    keys = ("pages", "skip", "brand", "other_language", "other_code", "theme")
    with solara.Div() as main:
        Frame(
            pages=pages,
            texts={key: words(f"app.{key}") for key in keys},
            title=words("app.title"),
            language=words.language,
            query=query,
            kept=kept,
            event_restore=restore,
            event_go=lambda path: router.push(f"{path}?{query}" if query else path),
            event_switch_language=lambda *_: switch(),
        )
        Told("top")
        Caught(children=children).key(f"page-{here}")  # a failure ends with the page that failed
    return main


routes = [
    solara.Route("/" if name == ROOT else name, component=page, layout=Layout if name == ROOT else None)
    for name, page in PAGES.items()
]
