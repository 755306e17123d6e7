"""Results of the desk: the answer in sentences, cards, fans, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import solara

from app.briefing.words import Wording
from app.web import charts, session
from app.web.address import query_of_session
from app.web.answered import answer_told, outcomes_told, summary_of
from app.web.cards import indicator_card
from app.web.components import Cards, Chart, Table
from app.web.delivered import Delivering
from app.web.desk import Desk
from app.web.discrepancy_band import discrepancy_band
from app.web.named import indicator_name, unit_name
from app.web.pinned import Pinning, further_cards, outcomes_of, pin, pinned
from app.web.recorded import Record, record_told
from app.web.recorded_units import recorded_name
from app.web.redline_told import CARD, redline_card
from app.web.words import Words
from calibration.observations import observed_under
from sim.experiments.ensemble import Ensemble
from sim.experiments.summary import Effect, Summary


@solara.component
def Shown(desk: Desk) -> None:
    """The current results; dimmed while they belong to the previous settings."""
    given = session.answer.value
    earlier = given is not None and given.desk != desk
    # A separate component inside, so that dimming redraws no chart.
    solara.Div(
        classes=["lj-answer", *(["lj-earlier"] if earlier else [])],
        attributes={"aria-busy": str(earlier).lower()},
        children=[Results()],
    )


@solara.component
def Results() -> None:
    """The answer, cards, fan charts and numbers of the current results, of this desk or of the previous settings."""
    words = session.words()
    router = solara.use_router()
    given = session.answer.value
    if given is None or given.ensemble is None:
        return
    desk, ensemble = given.desk, given.ensemble
    baseline, year = desk.baseline, ensemble.years[ensemble.target_year]
    shown_plan = ensemble.plan_of("desk")
    indicators_of = shown_plan.indicator_ids

    def choose(id: str) -> None:
        now = session.chosen_indicators.value
        if id == CARD:
            router.push(f"/risk?{query_of_session()}")
            return
        if id not in indicators_of and id not in pinned() and id not in outcomes_of(desk):
            raise ValueError(f"{id!r} is on no card")
        session.chosen_indicators.value = tuple(each for each in now if each != id) if id in now else (*now, id)

    def trace(id: str) -> None:
        searched = recorded_name("systemic_risk" if id == CARD else id, words)
        session.look(found=searched)
        router.push(f"/sources?{query_of_session()}")

    if ensemble.target_year_of("desk") is None:
        no_year = words("desk.no_year", month=ensemble.scenarios["desk"].end)
        solara.Div(classes=["lj-note"], children=[no_year])
        return
    if year != shown_plan.target_year:
        years = {"year": year, "target_year": shown_plan.target_year}
        other_year = words("desk.other_year", month=ensemble.scenarios["desk"].end, **years)
        solara.Div(classes=["lj-note"], children=[other_year])
    summary = summary_of(ensemble, desk)
    shown = words("desk.shown", runs=given.runs, wanted=given.wanted) + words("desk.then")
    Told(summary, outcomes_told(ensemble, desk), desk, shown)
    named = charts.scenario_name(baseline, words)
    chosen = session.chosen_indicators.value
    cards = [indicator_card(each, summary, named, words, chosen=each.id in chosen) for each in shown_plan.indicators]
    texts = {"source": words("desk.to_source"), "remove": words("desk.unpin")}
    Cards(
        cards=[*cards, redline_card(ensemble, "desk", baseline, words)],
        texts=texts,
        event_choose=choose,
        event_trace=trace,
    )
    if further := further_cards(ensemble, desk, words):
        Cards(
            cards=[{**each, "chosen": each["id"] in chosen} for each in further],
            texts=texts,
            event_choose=choose,
            event_trace=trace,
            event_remove=pin,
        )
    Pinning(indicators_of)
    solara.Div(classes=["lj-caption"], children=[words("desk.bullets")])
    record = record_told(ensemble, desk, words)
    with solara.Div(classes=["lj-charts"]):
        for id in (*indicators_of, *(each["id"] for each in further)):
            if not chosen or id in chosen:
                _fan(ensemble, baseline, id, record, words)
    solara.Div(classes=["lj-caption"], children=[words("desk.caption"), words("desk.caption_wide")])
    with solara.v.Html(tag="details", class_="lj-folded"):
        solara.v.Html(tag="summary", children=[words("desk.table_title", year=year)])
        _numbers(summary, words)
    solara.Div(classes=["lj-muted"], children=[record])


@solara.component
def Told(summary: Summary, outcomes: Mapping[str, Effect], desk: Desk, shown: str) -> None:
    """The answer in sentences, and the brief."""
    words = session.words()
    told = answer_told(summary, outcomes, desk, words)
    with solara.Div(classes=["lj-headline"], attributes={"aria-live": "polite"}):
        for caution in told["cautions"]:
            solara.Div(classes=["lj-note"], children=[caution])
        solara.Div(
            classes=["lj-sentence-first"],
            children=[told["headline"]],
            attributes={"role": "heading", "aria-level": "2"},
        )
        for sentence in told["changed"]:
            solara.Div(classes=["lj-changed"], children=[sentence])
        if told["effects"]:
            solara.Div(classes=["lj-effects"], children=[told["effects"]])
        solara.Div(
            classes=["lj-muted"], children=[Wording(words.language)("join.sentences").join((told["more"], shown))]
        )

    Delivering()


def _fan(ensemble: Ensemble, baseline: str, id: str, record: Record, words: Words) -> None:
    """The fan of a recorded indicator, with target, observations and a band of discrepancy where there are any."""
    own_plan = ensemble.plan_of("desk")
    of_plan = next((each for each in own_plan.indicators if each.id == id), None)
    name = recorded_name(id, words) if of_plan is None else indicator_name(of_plan, words)
    unit = charts.shown_unit(id, words) if of_plan is None else unit_name(of_plan, words)
    target = None if of_plan is None else of_plan.target_value
    observed = observed_under(own_plan, id)
    wide = discrepancy_band(ensemble, "desk", id)
    median = charts.number(
        id, float(ensemble.quantiles(id, (0.5,)).loc["desk"].to_numpy()[ensemble.target_year, 0]), words
    )
    # the target is always in the picture
    limits = charts.common_limits(ensemble, id, target, observed, words, wide)
    Chart(
        option=charts.fan(ensemble, "desk", baseline, id, target, observed, words, limits, wide),
        title=name,
        subtitle=unit,
        name=id,
        alt=f"{name}: {words('desk.median')} {ensemble.years[ensemble.target_year]} {median} {unit}",
        csv=charts.fan_csv(ensemble, ["desk", baseline], id, words),
        record=record,
    ).key(f"fan-{id}")


def _numbers(summary: Summary, words: Words) -> None:
    rows: list[list[str]] = []
    for indicator in summary.scenarios["desk"].plan.indicators:
        id, outlook = indicator.id, summary.outlooks["desk"][indicator.id]
        values: list[Any] = [charts.number(id, float(outlook.at_target[place]), words) for place in (0, 2, 4)]
        share = f"{outlook.met / outlook.runs:.0%}" if outlook.runs else ""
        target = charts.number(id, indicator.target_value, words)
        rows.append([indicator_name(indicator, words), unit_name(indicator, words), *values, target, share])
    heads = [words(f"table.{key}") for key in ("indicator", "unit", "low", "median", "high", "target", "share")]
    runs = summary.runs["desk"]
    Table(title=words("desk.table_caption", year=summary.year, runs=runs), heads=heads, rows=rows)
