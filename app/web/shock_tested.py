"""Named stresses on the desk's scenario and its baseline, computed in the background on request."""

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import solara

from app.terminal.numbers import known
from app.web import charts, session
from app.web.components import Form, Table
from app.web.link import BETWEEN
from app.web.problems import problems_told
from app.web.simulations import the_server
from app.web.words import Words
from scenarios.errors import InputError
from scenarios.schema import Scenario
from scenarios.stresses import MOST_SEVERITY, stresses
from sim.evidence.shock_tests import shock_tests

if TYPE_CHECKING:
    import pandas as pd

RUNS = (8, 16, 32)
SCALE = 0.1
"""Share of the issuers in the runs of a stress test."""
YEARS = ("2021", "2022", "2023", "2024")
SEVERITIES = tuple(f"{each:g}" for each in np.arange(0.5, MOST_SEVERITY + 0.25, 0.5))
USUAL = {"stress": "all", "severity": "1", "year": "2023", "runs": str(RUNS[0])}


def offered_choices() -> dict[str, tuple[str, ...]]:
    """What each field of the form offers."""
    return {
        "stress": ("all", *stresses()),
        "severity": SEVERITIES,
        "year": YEARS,
        "runs": tuple(str(each) for each in RUNS),
    }


def choices(told: str | None = None) -> dict[str, str]:
    """Choices of a link, by default of the session's; the usual where one is missing or not offered."""
    asked = (*(session.viewed("stress") if told is None else told).split(BETWEEN), *[""] * 4)[:4]
    offers = offered_choices().items()
    return {name: text if text in offers else USUAL[name] for (name, offers), text in zip(offers, asked, strict=True)}


@solara.component
def ShockTested(target: Scenario, base: Scenario) -> None:
    """Start a stress test, watch it, stop it, and show its result."""
    words = session.words()
    asked = choices()
    started, set_started = solara.use_state(0)
    busy, set_busy = solara.use_state(False)
    progress, set_progress = solara.use_state((0, 0))
    failure, set_failure = solara.use_state("")
    found, set_found = solara.use_state(None)
    stops = solara.use_ref(threading.Event())

    def begin() -> Any:
        stop = threading.Event()
        if not started:
            return None

        def work() -> None:
            try:
                made = shock_tests(
                    list(dict.fromkeys((target, base))),
                    (asked["stress"],),
                    severity=float(asked["severity"]),
                    at=f"{asked['year']}-01",
                    runs=int(asked["runs"]),
                    scale=SCALE,
                    workers=the_server().patient_pool,
                    progress=lambda done, wanted: set_progress((done, wanted)),
                    cancel=stop.is_set,
                )
                if not stop.is_set():
                    set_found(made)
            except InputError as error:
                if not stop.is_set():
                    set_failure(problems_told(error, words, with_place=False))
            finally:
                set_busy(False)

        set_busy(True)
        set_failure("")
        set_progress((0, 0))
        stops.current = stop
        threading.Thread(target=work, daemon=True).start()
        return stop.set

    solara.use_effect(begin, [started])

    def chosen(event: dict[str, str]) -> None:
        if event["value"] in offered_choices().get(event["id"], ()):
            # On top of what was chosen meanwhile, not of what was drawn last.
            now = {**choices(), event["id"]: event["value"]}
            session.look(stress=BETWEEN.join(now.values()) if now != USUAL else "")

    def pressed(button: str) -> None:
        if button == "strike":
            set_started(started + 1)
        else:
            stops.current.set()

    solara.HTML(tag="h2", unsafe_innerHTML=words("stressed.title"))
    solara.Div(classes=["lj-muted"], children=[words("stressed.note", scale=f"{SCALE:.0%}")])
    fields = [
        {
            "id": field,
            "label": words(f"stressed.{field}"),
            "value": asked[field],
            "options": [
                {"value": each, "text": words(f"stress.{each}") if field == "stress" else each} for each in options
            ],
        }
        for field, options in offered_choices().items()
    ]
    buttons = [
        {"id": "strike", "text": words("stressed.start"), "off": busy},
        {"id": "halt", "text": words("stressed.stop"), "off": not busy},
    ]
    Form(fields=fields, buttons=buttons, event_chosen=chosen, event_pressed=pressed)
    told = words("stressed.busy", done=progress[0], all=progress[1]) if busy else ""
    solara.Div(classes=["lj-muted"], children=[told], attributes={"role": "status", "data-stressing": str(busy)})
    if failure:
        solara.Div(classes=["lj-bad"], children=[failure], attributes={"role": "alert"})
    if found is not None:
        _results(found, words)


def _results(found: "pd.DataFrame", words: Words) -> None:
    """Medians over the runs, a row a stress and scenario."""
    rows = []
    for (stress, scenario), runs in found.groupby(["stress", "scenario"], sort=False):
        recovery = float(runs["recovery_months"].fillna(float("inf")).median())
        rows.append(
            [
                words(f"stress.{stress}"),
                charts.scenario_name(str(scenario), words),
                known(float(runs["risk_rise"].median()), "+.2f"),
                known(float(runs["shortfall_rise"].median()), "+.1%"),
                f"{int((runs['warning_months'] > 0).sum())}/{len(runs)}",
                f"{int(runs['broken'].sum())}/{len(runs)}",
                f"{recovery:.0f}" if recovery < float("inf") else words("stressed.not_recovered"),
            ]
        )
    columns = ("stress", "scenario", "risk_rise", "shortfall_rise", "warned", "broken", "recovery")
    heads = [words("table.scenario") if each == "scenario" else words(f"stressed.{each}") for each in columns]
    Table(title=words("stressed.table"), heads=heads, rows=rows)
    solara.Div(classes=["lj-muted"], children=[words("stressed.caption")])
