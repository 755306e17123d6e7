"""The desk's estimate before simulation: it stands above the results of earlier settings until new ones are there."""

from __future__ import annotations

from functools import lru_cache

import solara

from app.briefing import amounts
from app.briefing.words import Wording
from app.web import charts, session
from app.web.components import Table
from app.web.desk import Desk
from app.web.named import indicator_name
from app.web.problems import problem_told
from app.web.words import Words
from scenarios.errors import InputError
from scenarios.plan import shipped_plan
from sim.experiments.step_responses import Estimate, StepResponses, estimate, shipped_responses

ERRORS_TO_AN_END = 2.0
"""Typical errors on either side of an estimate that decide its digits."""


@lru_cache(maxsize=64)
def estimate_of(desk: Desk) -> Estimate:
    """The estimate of a desk against its baseline.

    Raises
    ------
    scenarios.InputError
        If estimates do not cover the desk's world.
    """
    return estimate(desk.scenario(), desk.baseline_scenario())


def reason_without(desk: Desk, words: Words) -> str:
    """Why a desk has no estimate, in one line; empty where it has one."""
    if desk.parameters == "central":
        return words("estimate.central")
    try:
        estimate_of(desk)
    except InputError as error:
        return problem_told(error.problems[0], words, with_place=False)
    return ""


def estimate_rows(found: Estimate, words: Words) -> list[list[str]]:
    """Indicator, estimated change in the year of the targets and typical error, in the units of the desk."""
    wording, plan = Wording(words.language), shipped_plan()
    of_indicator = {row["indicator"]: row for row in found.in_year(plan.target_year)}
    rows = []
    for indicator in plan.indicators:
        row, scaled = of_indicator[indicator.id], charts.factor(indicator.id, words)
        name, error = indicator_name(indicator, words), row["error"] * scaled
        if row["estimate"] is None:
            rows.append([name, words("estimate.none"), ""])
            continue
        decimals = amounts.effect_decimals(-ERRORS_TO_AN_END * error, ERRORS_TO_AN_END * error)
        change = amounts.signed(row["estimate"] * scaled, decimals, wording)
        unit = charts.change_unit(indicator, words)
        rows.append([name, f"{change} {unit}", amounts.grouped(error, decimals, wording)])
    return rows


@solara.component
def Estimated(desk: Desk) -> None:
    """The estimate, or why there is none; nothing once results of these settings are there."""
    words, given = session.words(), session.answer.value
    waiting = given is None or given.desk != desk
    why = reason_without(desk, words) if waiting else ""
    # The status is there before it has a text: screen readers announce what changes inside it.
    with solara.Div(classes=["lj-estimate"] if waiting else [], attributes={"data-estimate": str(waiting).lower()}):
        with solara.Div(attributes={"role": "status", "aria-live": "polite"}):
            if why:
                solara.Div(classes=["lj-muted"], children=[words("estimate.not_covered", why=why)])
            elif waiting:
                _headline(shipped_responses(), words)
        if waiting and not why:
            _table(desk, estimate_of(desk), words)


def _headline(known: StepResponses, words: Words) -> None:
    """What the estimate is, in one sentence, and that it is of another version of the model where it is."""
    solara.Div(classes=["lj-estimate-title"], children=[words("estimate.title")])
    solara.Div(classes=["lj-muted"], children=[words("estimate.told", draws=known.draws)])
    if not known.current:
        solara.Div(classes=["lj-note"], children=[words("estimate.other_model")])


def _table(desk: Desk, found: Estimate, words: Words) -> None:
    year, baseline = shipped_plan().target_year, charts.scenario_name(desk.baseline, words)
    Table(
        title=words("estimate.caption", year=year, baseline=baseline, desks=found.responses.desks),
        heads=[words("table.indicator"), words("estimate.change"), words("estimate.error")],
        rows=estimate_rows(found, words),
    )
