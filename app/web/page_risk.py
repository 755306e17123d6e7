"""Systemic risk: the redline and its signals, named stresses, and how a bank's failure spreads."""

from typing import Any

import numpy as np
import solara

from app.briefing.words import Wording
from app.web import charts, session
from app.web.components import Chart, Form, Table
from app.web.desk_answer import Waiting, use_answer
from app.web.failure_shown import FailureShown
from app.web.page_compare import chosen_pair, stored_designs, stored_ensemble, why_missing
from app.web.problems import problems_told
from app.web.recorded import Record, record_told
from app.web.redline_told import redline_told
from app.web.shock_tested import ShockTested
from app.web.words import Words
from scenarios.errors import InputError
from scenarios.spreadsheet import plain_cells
from sim.experiments.ensemble import Ensemble
from sim.experiments.frontier import told as frontier_of

SIGNALS = (
    "capital_shortfall",
    "absorption_ratio",
    "debtrank",
    "exposure_concentration",
    "interbank_stress",
    "liquidity_coverage",
)
"""Signals of which `systemic_risk` is the index, in the order of `agents.redline.Signal`."""
BESIDE = ("margin_spiral",)
"""Measures of fragility that the redline does not use; runs of earlier versions lack them."""
LINES = ("early warning", "redline")


@solara.component
def RiskPage() -> None:
    """The page."""
    words = session.words()
    given = session.answer.value
    of_desk = given.ensemble if given is not None else None
    source = session.viewed("risk_source", "desk")
    work = use_answer(session.desk.value, wanted=source == "desk")
    stored = solara.use_memo(stored_ensemble, [])
    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.HTML(tag="h1", unsafe_innerHTML=words("risk.heading"))
        solara.Div(classes=["lj-note"], children=[words("risk.told")])
        sources = [{"value": each, "text": words(f"source.{each}")} for each in ("desk", "store")]
        fields: list[dict[str, Any]] = [
            {"id": "source", "label": words("compare.source"), "value": source, "options": sources}
        ]

        def chosen(event: dict[str, str]) -> None:
            if event["value"] in ("desk", "store"):
                session.look(risk_source=event["value"])

        Form(fields=fields, buttons=[], event_chosen=chosen)
        if source == "desk":
            Waiting(work, given)
        ensemble = stored if source == "store" else of_desk
        if isinstance(ensemble, Ensemble):
            if source == "store" or given is None:
                record = record_told(ensemble, None, words, next((each.version for each in stored_designs()), ""))
            else:
                record = record_told(ensemble, given.desk, words)
            _dashboard(ensemble, record, words)
        elif source == "store":
            solara.Div(classes=["lj-note"], children=[why_missing(stored, words)])
        desk = session.desk.value
        target, base = desk.scenario(), desk.baseline_scenario()
        ShockTested(target, base).key(f"stresses-{target.content_hash()}-{base.content_hash()}")
        FailureShown(target)


def _dashboard(ensemble: Ensemble, record: Record, words: Words) -> None:
    """Probabilities of the two lines by year, the index of systemic risk, and its signals."""
    first, second = chosen_pair(ensemble.values, ("", ""))
    table = ensemble.redline()
    if table.empty:
        solara.Div(classes=["lj-note"], children=[words("risk.not_recorded")])
        return
    try:
        ensemble.year_compared(first, second)
    except InputError as error:
        solara.Div(classes=["lj-note"], children=[problems_told(error, words, with_place=False)])
        return
    solara.Div(classes=["lj-answer"], children=[redline_told(ensemble, first, second, words)])
    both = list(dict.fromkeys((first, second)))
    rows = []
    for year in sorted(table["year"].unique()):
        cells = [str(year)]
        for line in LINES:
            for name in both:
                of = table[(table["scenario"] == name) & (table["line"] == line) & (table["year"] == year)]
                cells.append(_share(of.to_dict("records")))
        rows.append(cells)
    heads = [words("risk.year")]
    joint = words("problem.joint")
    heads += [joint.join((words(f"line.{line}"), charts.scenario_name(name, words))) for line in LINES for name in both]
    Table(title=words("risk.probabilities"), heads=heads, rows=rows)
    solara.Div(classes=["lj-muted"], children=[words("risk.lines_note")])
    baseline = second if second != first else None
    with solara.Div(classes=["lj-charts"]):
        for name in ("systemic_risk", *SIGNALS, *(each for each in BESIDE if each in ensemble.columns)):
            Chart(
                option=charts.fan(ensemble, first, baseline, name, None, {}, words),
                title=words(f"signal.{name}"),
                subtitle=words(f"signal_unit.{name}"),
                name=f"risk-{name}",
                csv=charts.fan_csv(ensemble, both, name, words),
                record=record,
            ).key(f"risk-{name}")
    solara.Div(
        classes=["lj-caption"],
        children=[Wording(words.language)("join.sentences").join((words("risk.caption"), record))],
    )
    if len(ensemble.values) > 1:
        _frontier(ensemble, second, record, words)


def _frontier(ensemble: Ensemble, base: str, record: Record, words: Words) -> None:
    """Targets reached against the tail of systemic risk, a point a scenario."""
    found = frontier_of(ensemble, base, {}).table
    points = found[["targets", "shortfall"]].to_numpy(dtype=np.float64)
    names = [charts.scenario_name(str(name), words) for name in found["scenario"]]
    axes = (words("frontier.targets"), words("frontier.shortfall"))
    with solara.Div(classes=["lj-charts"]):
        Chart(
            option=charts.named_points(points, names, axes),
            title=words("frontier.title"),
            subtitle=words("frontier.runs", runs=int(found["runs"].min())),
            name="frontier",
            csv=str(plain_cells(found).to_csv(index=False, lineterminator="\n")),
            record=record,
            height=340,
        )
    solara.Div(classes=["lj-caption"], children=[words("frontier.caption")])


def _share(rows: list[dict[Any, Any]]) -> str:
    """Runs in which a line was crossed by the year, of all runs; a dash where the scenario does not cover the year."""
    if not rows:
        return "-"
    row = rows[0]
    return f"{row['by_year']:.0%} ({round(row['by_year'] * row['runs'])}/{row['runs']})"
