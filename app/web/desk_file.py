"""The scenario of the desk as a file, its title and notes, its link, and commands that repeat its runs."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import solara

from app.web import charts, session
from app.web.components import Form, Save
from app.web.desk import BASELINE_FILE, LARGEST_FILE, LONGEST, OF_THE_DESK, Desk
from app.web.problems import problems_told
from app.web.told import Told
from scenarios.errors import InputError
from scenarios.problem_texts import coded
from scenarios.user_files import decoded


@solara.component
def FileAndLink(desk: Desk) -> None:
    """Scenario file, title and notes, link, and commands that reproduce the results."""
    words = session.words()

    def uploaded(event: dict[str, Any]) -> None:
        name = str(event["name"])[:200]
        try:
            if event["content"] is None:
                raise InputError(
                    coded("file.too_large", what=coded("what.file")),
                    where=name,
                    allowed=coded("allowed.bytes", most=LARGEST_FILE),
                )
            text = decoded(base64.b64decode(event["content"]), name)
            opened = session.desk.value.opening(text, name)
            session.put(opened)
            choices = [
                f"{words('desk.macro')} {words(f'macro.{opened.macro}')}",
                f"{words('desk.parameter_set')} {words(f'parameter_set.{opened.parameter_set}')}",
                f"{words('desk.scale')} {opened.scale:g}",
            ]
            session.accept()
            loaded = words("desk.good_file", name=name, choices=words("desk.between").join(choices))
            session.notice.value = session.Message(loaded, "file")
        except InputError as error:
            session.refuse("\n".join([words("desk.bad_file", name=name), problems_told(error, words)]), "file")

    def named(event: dict[str, str]) -> None:
        try:
            if event["id"] in LONGEST:
                session.put(replace(session.desk.value, **{event["id"]: event["value"]}))
        except InputError as error:
            session.refuse(problems_told(error, words), "file")

    solara.HTML(tag="h2", unsafe_innerHTML=words("desk.reproduce"))
    texts = [
        {"id": key, "label": words(f"desk.{key}"), "value": getattr(desk, key), "longest": longest}
        for key, longest in LONGEST.items()
    ]
    Form(fields=texts, buttons=[], event_chosen=named)
    Form(fields=[], buttons=[], upload=words("desk.upload"), most_bytes=LARGEST_FILE, event_uploaded=uploaded)
    Told("file")
    with solara.Div(classes=["lj-bar"]):
        Save(label=words("desk.download"), filename="desk.yaml", content=desk.scenario().to_yaml())
        if desk.baseline in OF_THE_DESK:
            Save(
                label=words("desk.download_baseline"), filename=BASELINE_FILE, content=desk.baseline_policy().to_yaml()
            )
        solara.Div(classes=["lj-muted"], children=[words("desk.link")])
    baseline = charts.scenario_name(desk.baseline, words)
    # Folded, as code stands between a director and what is below it.
    with solara.v.Html(tag="details", class_="lj-folded"):
        solara.v.Html(tag="summary", children=[words("desk.commands")])
        solara.Div(classes=["lj-muted"], children=[words("desk.reproduce_told", baseline=baseline)])
        solara.Preformatted(desk.command_line())
        solara.Preformatted(desk.python())
