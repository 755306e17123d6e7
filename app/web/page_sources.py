"""Sources of all numbers: indicators, observations, parameters, measures, and omissions of the model."""

from collections.abc import Iterator
from typing import Any

import solara

from app.briefing.money import in_hundreds_of_millions
from app.briefing.words import Wording
from app.web import session
from app.web.charts import number
from app.web.clauses import clause_of_indicator, clause_of_measure, clause_of_redline, measure_title
from app.web.components import Entries, Form
from app.web.named import indicator_name, lever_name, unit_name
from app.web.offered import offered
from app.web.recorded_units import definition, recorded_name, recorded_unit
from app.web.registered import registered_forecast
from app.web.words import Words
from calibration.observations import annual_observations
from scenarios.added.records import measures_of
from scenarios.baseline import observations
from scenarios.parameters import parameter_table, posterior_draws
from scenarios.plan import Indicator
from sim.closing.dictionary import dictionary
from sim.closing.indicators import PLAN_INDICATORS

REDLINE = "systemic_risk"
"""Indicator on which the redline of the plan is judged."""
SHOWN = 12
"""Cards of a section; a search finds the others."""


@solara.component
def SourcesPage() -> None:
    """The page."""
    words = session.words()
    wanted = session.viewed("found")
    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.HTML(tag="h1", unsafe_innerHTML=words("sources.heading"))
        solara.HTML(tag="h2", unsafe_innerHTML=words("sources.caveats"))
        fit = posterior_draws()
        runs = fit.about["runs"] + fit.about["runs_second_round"]
        told = [words("sources.caveat_1"), words("sources.caveat_2")]
        told.append(words("sources.caveat_3", fitted=len(fit.names), date=fit.about["date"], runs=runs))
        solara.Div(classes=["lj-note"], children=[solara.Div(children=[each]) for each in told])
        field = {"id": "search", "label": words("sources.search"), "value": wanted}
        Form(fields=[field], buttons=[], event_chosen=lambda event: session.look(found=event["value"][:80]))
        shown = [_cards(*each, wanted, words) for make in SECTIONS for each in make(words)]
        if not any(shown):
            solara.Div(
                classes=["lj-muted"], children=[words("sources.none", wanted=wanted)], attributes={"role": "status"}
            )


type Section = tuple[str, list[str], list[list[str]]]
"""A title, the names of the columns, and the rows."""


def _cards(title: str, heads: list[str], rows: list[list[str]], wanted: str, words: Words) -> bool:
    """The rows that contain the searched text as cards, as many as fit, and whether there are any."""
    found = [row for row in rows if wanted.lower() in " ".join(row).lower()]
    if not found:
        return False
    more = words("sources.more", shown=min(len(found), SHOWN), all=len(found)) if len(found) > SHOWN else ""
    Entries(title=title, entries=[_entry(heads, row) for row in found[:SHOWN]], note=more)
    return True


def _entry(heads: list[str], row: list[str]) -> dict[str, Any]:
    """A row as a card: its first cell as title, the others with their labels."""
    lines = [{"label": head, "text": cell} for head, cell in zip(heads[1:], row[1:], strict=True) if cell]
    return {"title": row[0], "lines": lines}


def _term(term: str, words: Words) -> str:
    """A word that occurs in many rows of the data."""
    return words.of_data(f"term.{term}", term)


def _unit(unit: str, words: Words) -> str:
    return words.of_data(f"unit.{unit}", unit)


def _amount(value: float, unit: str, words: Words) -> str:
    """An observed value with its unit; Chinese writes billions in units of 0.1 bn."""
    times = in_hundreds_of_millions(unit) if words.language == "zh" else 1.0
    name = _unit(unit, words)
    return f"{times * value:.12g} {name.replace('10亿', '亿') if times > 1.0 else name}"


def _source(source: str, words: Words) -> str:
    return words.of_data(f"source.{source}", source)


def _heads(words: Words, *keys: str) -> list[str]:
    return [words(f"table.{key}") for key in keys]


def _indicators(words: Words) -> Iterator[Section]:
    of_plan = {each.id: each for each in offered().plan.indicators}
    recorded = dictionary()
    rows = [
        [
            indicator_name(each, words) if offered().own_plan else recorded_name(each.id, words),
            each.id,
            unit_name(each, words) if each.id in PLAN_INDICATORS else recorded_unit(each.id, words).text,
            *_definition_and_source(each, words),
            clause_of_indicator(each, words),
            _measures_on(each.id),
        ]
        for each in of_plan.values()
    ]
    heads = _heads(words, "indicator", "id", "unit", "definition", "source", "clause", "measures")
    yield words("sources.indicators"), heads, rows
    rows = [
        [
            recorded_name(each.id, words),
            each.id,
            recorded_unit(each.id, words).text,
            definition(each, words),
            words("sources.simulated"),
            clause_of_redline(words) if each.id == REDLINE else "",
            _measures_on(each.id),
        ]
        for each in recorded.values()
        if each.id not in of_plan
    ]
    yield words("sources.recorded"), heads, rows


def _definition_and_source(indicator: Indicator, words: Words) -> tuple[str, str]:
    """What an indicator of the desk's plan is, and where the plan has it."""
    if offered().own_plan:
        wording = Wording(words.language, plan=offered().plan)
        return wording.definition(indicator.id), wording.plan_title
    translated = words.of_data(f"definition.{indicator.id}", indicator.definition)
    return translated, _source(indicator.proxy_basis, words) if indicator.proxy_basis else words("sources.plan")


def _measures_on(indicator: str) -> str:
    """The measures of the plan that name an indicator as their outcome."""
    words = session.words()
    return words("desk.comma").join(each.id for each in offered().plan.measures if indicator in each.kpis)


def _measures(words: Words) -> Iterator[Section]:
    shown = offered()
    names = {each.id: lever_name(each, words) for each in shown.levers}
    rows = [
        [
            measure_title(each, words),
            each.id,
            clause_of_measure(each, words),
            words("desk.comma").join(names.get(lever, lever) for lever in each.levers),
            _term(each.modelled_as, words),
            _term(each.authority, words),
            words("desk.comma").join(_outcome(kpi, words) for kpi in each.kpis),
        ]
        for each in (*shown.plan.measures, *measures_of(shown.components))
    ]
    heads = _heads(words, "title", "measure", "clause", "levers", "modelled", "authority", "indicator")
    yield words("problem.joint").join((words("sources.measures"), words("sources.registered"))), heads, rows


def _outcome(indicator: str, words: Words) -> str:
    """The name of an outcome of a measure; some are in the plan and not in the model."""
    known = recorded_name(indicator, words)
    return known if indicator in dictionary() else words.known(f"not_recorded.{indicator}", known)


def _observations(words: Words) -> Iterator[Section]:
    rows = [
        [
            words.of_data(f"observation.{each.id}", each.definition),
            words("desk.comma").join((_amount(each.value, each.unit, words), each.date)),
            each.id,
            _source(each.source, words),
            _term(each.status, words),
        ]
        for each in observations().values()
    ]
    rows += [
        [
            words.of_data(f"annual.{each.series}", each.definition),
            words("desk.comma").join((_amount(each.value, each.unit, words), str(each.year))),
            each.series,
            _source(each.source, words),
            _term(each.status, words),
        ]
        for each in annual_observations()
    ]
    heads = _heads(words, "definition", "value", "id", "source", "status")
    yield words("sources.observations"), heads, rows


def _parameters(words: Words) -> Iterator[Section]:
    rows = [
        [
            words.of_data(f"parameter.{each.id}", each.description),
            each.id,
            _unit(each.unit, words),
            each.distribution_prior_2020 or each.distribution,
            _term(each.status, words),
            _source(each.source, words),
        ]
        for each in parameter_table()
    ]
    heads = _heads(words, "definition", "parameter", "unit", "distribution", "status", "source")
    yield words("sources.parameters"), heads, rows


def _forecast(words: Words) -> Iterator[Section]:
    """The registered forecast of the plan of the package; a plan of the operator's own has none."""
    if offered().own_plan:
        return
    told = registered_forecast()
    record = words("sources.forecast_record", file=told.file, date=told.date, runs=told.runs, sha256=told.sha256)
    rows = []
    for each in offered().plan.indicators:
        if each.id in told.quantiles["model"]:
            shown = [_quantiles(each.id, told.quantiles[way].get(each.id), words) for way in ("model", "discrepancy")]
            rows.append([indicator_name(each, words), each.id, unit_name(each, words), *shown, record])
    heads = _heads(words, "indicator", "id", "unit", "alone", "discrepancy", "source")
    yield words("sources.forecast", year=told.year), heads, rows


def _quantiles(indicator: str, found: tuple[float, float, float] | None, words: Words) -> str:
    """Median with 5 and 95 %; a discrepancy that is not identified has none."""
    if found is None:
        return words("sources.not_identified")
    low, median, high = (number(indicator, value, words) for value in found)
    return words("sources.between", low=low, median=median, high=high)


SECTIONS = (_indicators, _forecast, _measures, _observations, _parameters)
