"""The pages of the app and the frame around them; Solara starts here."""

from typing import Any
from urllib.parse import parse_qs

import solara

from app.web import session
from app.web.components import Frame
from app.web.desk import Desk
from app.web.page_agents import AgentsPage
from app.web.page_compare import ComparePage
from app.web.page_desk import DeskPage
from app.web.page_experiments import ExperimentsPage
from app.web.page_model import ModelPage
from app.web.page_sources import SourcesPage
from app.web.problems import problems_told
from app.web.words import LANGUAGES
from scenarios.errors import InputError
from sim.indicators import PLAN_INDICATORS

PAGES = {
    "desk": DeskPage,
    "compare": ComparePage,
    "agents": AgentsPage,
    "model": ModelPage,
    "experiments": ExperimentsPage,
    "sources": SourcesPage,
}
"""Pages by name, which is also their path; the first stands at the root."""
ROOT = next(iter(PAGES))


@solara.component
def Layout(children: list[Any]) -> Any:
    """Navigation, language and theme around a page; reads the address once and keeps it up to date."""
    router = solara.use_router()

    def read_address() -> None:
        query = router.search or ""
        asked = parse_qs(query.lstrip("?")).get("lang", ["en"])[0]
        session.language.value = asked if asked in LANGUAGES else "en"
        wanted = parse_qs(query.lstrip("?")).get("charts", [""])[0].split(",")
        session.chosen_indicators.value = tuple(each for each in PLAN_INDICATORS if each in wanted)
        if not query:
            return
        try:
            session.desk.value = Desk.from_query(query)
        except InputError as error:
            words = session.words()
            session.message.value = words("desk.bad_link", why=problems_told(error, words))

    solara.use_memo(read_address, [])
    words = session.words()
    here = (router.path or "/").strip("/") or ROOT
    shown = ",".join(session.chosen_indicators.value)
    parts = (
        session.desk.value.query(),
        f"charts={shown}" if shown else "",
        "lang=zh" if words.language == "zh" else "",
    )
    query = "&".join(part for part in parts if part)

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
            event_go=lambda path: router.push(f"{path}?{query}" if query else path),
            event_switch_language=lambda *_: switch(),
        )
        solara.Div(children=children)
    return main


routes = [
    solara.Route("/" if name == ROOT else name, component=page, layout=Layout if name == ROOT else None)
    for name, page in PAGES.items()
]
