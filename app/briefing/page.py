"""The report as one page of HTML that needs no other file: a pure function of a brief."""

from collections.abc import Callable
from functools import cache
from html import escape
from importlib import resources

from app.briefing import answer_page, effects_page, one_page, record_page, years_page
from app.briefing.brief import Brief
from app.briefing.markup import tag, words
from app.briefing.words import Wording

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a browser may load for the page: nothing."""
FULL: tuple[Callable[[Brief, Wording], str], ...] = (
    answer_page.content,
    years_page.content,
    effects_page.content,
    record_page.content,
)
SHORT: tuple[Callable[[Brief, Wording], str], ...] = (one_page.content,)


@cache
def style() -> str:
    """The style sheet."""
    return resources.files("app.briefing").joinpath("page.css").read_text(encoding="utf-8")


def page(brief: Brief, language: str = "en", *, short: bool = False) -> str:
    """Return the report as HTML: no scripts, no other files, one section for each sheet of A4.

    Parameters
    ----------
    brief
        What it shows.
    language
        "en" or "zh".
    short
        One sheet with all that has to go together, in place of four.

    Raises
    ------
    ValueError
        For another language.
    """
    wording = Wording(language, brief.names, brief.summary.plan)
    made = [part(brief, wording) for part in (SHORT if short else FULL)]
    sheets = [
        tag("section", each, _footer(brief, wording, number, len(made)), _class="sheet")
        for number, each in enumerate(made, start=1)
    ]
    title = f"{wording('page.kind')}{wording('join.colon')}{wording.scenario(brief.summary.main)}"
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style()}</style>"
    )
    code = "zh-CN" if language == "zh" else "en"
    body = tag("main", *sheets)
    return f'<!doctype html>\n<html lang="{code}"><head>{head}</head><body>{body}</body></html>\n'


def _footer(brief: Brief, wording: Wording, number: int, of: int) -> str:
    versions = ", ".join(map(str, brief.summary.provenance.get("version", [])))
    told = wording("page.footer", brand=answer_page.brand(brief, wording), version=versions)
    where = wording("page.page_of", page=number, pages=of)
    return tag("footer", words("span", told), words("span", where))
