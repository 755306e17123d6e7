"""Cards beside the plan's: the outcome that each moved lever aims at, and indicators that the user pinned."""

from __future__ import annotations

from typing import Any

import numpy as np
import solara

from app.briefing import moved
from app.briefing.bullet import bullet
from app.web import charts, session
from app.web.components import Form
from app.web.desk import Desk
from app.web.link import BETWEEN
from app.web.named import lever_name
from app.web.recorded_units import recorded_name, recorded_unit
from app.web.words import Words
from scenarios.whole_years import BASE_YEAR
from sim.closing.dictionary import dictionary
from sim.experiments.ensemble import Ensemble
from sim.experiments.least_runs import LEAST_FOR_INTERVAL, quantiles_known

VIEW = "pinned"
"""Name of the pinned indicators in a link."""
MOST_PINNED = 8


def pinned() -> tuple[str, ...]:
    """Indicators that the user pinned, in their order; names that no run records are left out."""
    asked = dict.fromkeys(session.viewed(VIEW).split(BETWEEN))
    return tuple(each for each in asked if each in dictionary())[:MOST_PINNED]


def pin(indicator: str) -> None:
    """Pin an indicator, or take it off where it is pinned."""
    now = pinned()
    if indicator not in dictionary():
        raise ValueError(f"{indicator!r} is recorded by no run")
    left = [each for each in now if each != indicator] if indicator in now else [*now, indicator]
    session.look(pinned=BETWEEN.join(left[-MOST_PINNED:]))


def outcomes_of(desk: Desk) -> dict[str, list[str]]:
    """Outcomes that the moved levers aim at, each with the levers: recorded indicators that are not the plan's."""
    start = desk.start()
    return moved.outcomes_of([each for each in start.all_levers if each.id in desk.changes], start.plan.indicator_ids)


def further_cards(ensemble: Ensemble, desk: Desk, words: Words) -> list[dict[str, Any]]:
    """Cards of the outcomes of moved levers and of pinned indicators that the runs have."""
    outcomes, own = outcomes_of(desk), ensemble.plan_of("desk").indicator_ids
    wanted = dict.fromkeys((*outcomes, *pinned()))
    there = [each for each in wanted if each in ensemble.columns and each not in own]
    if not there:
        return []
    rows = ensemble.difference("desk", desk.baseline, indicators=there).to_dict("records")
    effects = {str(row["indicator"]): row for row in rows}
    named = {lever.id: lever_name(lever, words) for lever in desk.start().all_levers}
    return [
        _card(ensemble, each, effects[each], [named[lever] for lever in outcomes.get(each, ())], desk, words)
        for each in there
    ]


def _card(
    ensemble: Ensemble, id: str, effect: dict[Any, Any], levers: list[str], desk: Desk, words: Words
) -> dict[str, Any]:
    quantiles = quantiles_known(ensemble.at_target("desk", id), charts.QUANTILES)
    base = float(np.nanmedian(ensemble.in_year("desk", id, BASE_YEAR)))
    low, median, high = (charts.number(id, quantiles[place], words) for place in (0, 2, 4))
    told, comma = words("desk.range", low=low, high=high), words("desk.comma")
    value_2020 = words("desk.value_2020", value=charts.number(id, base, words))
    year = ensemble.years[ensemble.target_year]
    why = words("desk.outcome_of", levers=comma.join(levers)) if levers else words("desk.pinned")
    return {
        "id": id,
        "name": recorded_name(id, words),
        "unit": comma.join((charts.shown_unit(id, words), words("desk.in_year", year=year))),
        "value": median,
        "bullet": bullet(quantiles, base, None, comma.join((told, value_2020))),
        "verdict": "",
        "tone": "open",
        "change": _change_told(id, effect, charts.scenario_name(desk.baseline, words), words),
        "target": comma.join((value_2020, words("desk.no_target"))),
        "share": told,
        "why": why,
        "removable": id in pinned(),
    }


def _change_told(id: str, effect: dict[Any, Any], baseline: str, words: Words) -> str:
    """The effect on an indicator of which neither more nor less need be better."""
    low, high = float(effect["low"]), float(effect["high"])
    if effect["runs"] < LEAST_FOR_INTERVAL or not np.isfinite([low, high]).all():
        return words("desk.too_few_runs", baseline=baseline)
    if low == high == 0.0:
        return words("desk.no_effect", baseline=baseline)
    change, least, most = charts.effect(id, float(effect["median"]), low, high, words)
    unit = recorded_unit(id, words).of_change
    told = words("desk.change", change=change, unit=unit, low=least, high=most, baseline=baseline)
    return told + (words("desk.not_clear") if low <= 0.0 <= high else "")


@solara.component
def Pinning(own: tuple[str, ...]) -> None:
    """A choice of indicators to pin: those that runs record, without the plan's own."""
    words, now = session.words(), pinned()
    left = [id for id in dictionary() if id not in own and id not in now]
    options = [{"value": id, "text": recorded_name(id, words)} for id in left]
    options.sort(key=lambda each: each["text"])
    field = {
        "id": VIEW,
        "label": words("desk.pin"),
        "value": "",
        "options": [{"value": "", "text": words("desk.pin_none")}, *options],
    }
    Form(fields=[field], buttons=[], event_chosen=lambda event: pin(event["value"]) if event["value"] else None)
