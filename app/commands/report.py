"""The command `report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal.answer import answer
from app.terminal.options import DesignNumber, Json, Quiet, StoreFolder
from scenarios.problem_texts import coded

LANGUAGES = ("en", "zh")


def report(
    store: StoreFolder,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The page, a .html file.")] = Path(
        "brief.html"
    ),
    language: Annotated[str, typer.Option(metavar="CODE", help="en or zh.")] = "en",
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="FILE", help="Also print it as .pdf; needs a Chromium.")
    ] = None,
    png: Annotated[
        Path | None, typer.Option("--png", metavar="FILE", help="Also draw it as .png; needs a Chromium.")
    ] = None,
    short: Annotated[bool, typer.Option("--short", help="One page in place of four.")] = False,
    scenario: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Scenario to report on; the first that is no baseline by default."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="NAME", help="Scenario to compare with; committed by default.")
    ] = None,
    question: Annotated[
        str, typer.Option(metavar="TEXT", help="The question in your own words, above the answer.")
    ] = "",
    design: DesignNumber = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a brief for a decision maker from a batch in a store: answer, targets, effects, limits, provenance."""
    from app.briefing import browser
    from app.briefing.of_store import brief_of_store
    from app.briefing.page import page
    from app.reports.briefed import Briefed
    from app.terminal.output import checked_of_kind, save_text, uninterrupted
    from scenarios.errors import InputError, nearest_name

    if language not in LANGUAGES:
        raise InputError(
            coded("report.language", value=language),
            key="--language",
            value=language,
            allowed=", ".join(LANGUAGES),
            nearest=nearest_name(language, LANGUAGES),
        )
    target = checked_of_kind(out, "--out", (".html", ".htm"))
    printed = {
        option: (checked_of_kind(path, option, (suffix,)), how)
        for option, path, suffix, how in (
            ("--pdf", pdf, ".pdf", browser.print_pdf),
            ("--png", png, ".png", browser.print_png),
        )
        if path is not None
    }
    for option in printed:
        browser.browser(option)
    brief = brief_of_store(store, design=design, scenario=scenario, baseline=baseline, question=question)
    made = page(brief, language, short=short)
    with uninterrupted():
        save_text(made, target)
    for path, how in printed.values():
        how(made, path)
    files = [out, *(path for path in (pdf, png) if path is not None)]
    answer(Briefed(brief, language, files), json, quiet)
