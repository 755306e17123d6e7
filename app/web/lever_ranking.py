"""Which lever for which indicator: the shipped effects of all levers, city and national apart."""

import pandas as pd
import solara

from app.web import charts, session
from app.web.comparison_charts import dots, limits_of
from app.web.components import Chart, Form, Save, Table
from app.web.lever_groups import AUTHORITIES
from app.web.lever_matrix import KEYS, shipped_matrix
from app.web.recorded import Record
from app.web.words import Words
from scenarios import plan
from scenarios.spreadsheet import plain_cells
from sim.closing.indicators import PLAN_INDICATORS


def ranked(indicator: str, handles: tuple[str, ...], words: Words) -> list[tuple[str, float, float, float]]:
    """Levers that one of some authorities decides, the largest effect on an indicator first.

    Returns
    -------
    list
        Name, median, low and high of the effect, in the unit that is shown.
    """
    scaled, found = charts.factor(indicator, words), shipped_matrix().effects
    rows = []
    for lever in plan.levers():
        if lever.municipal_handle in handles:
            median, low, high = (scaled * value for value in found[lever.id][indicator])
            rows.append((words(f"lever.{lever.id}"), median, low, high))
    return sorted(rows, key=lambda row: -row[1])


def all_effects(words: Words) -> tuple[list[str], list[list[str]]]:
    """Effects of all levers on all indicators: names of the columns, and a row a lever with medians and intervals."""
    found, shown = shipped_matrix().effects, {each.id: each for each in plan.indicators()}
    heads = [words("ranking.lever"), words("ranking.decides")]
    heads += [f"{words(f'indicator.{id}')} ({charts.change_unit(shown[id], words)})" for id in PLAN_INDICATORS]
    rows = []
    for lever in plan.levers():
        cells = [charts.effect(id, *found[lever.id][id], words) for id in PLAN_INDICATORS]
        told = [words("ranking.interval", median=median, low=low, high=high) for median, low, high in cells]
        rows.append([words(f"lever.{lever.id}"), words(f"authority.{lever.municipal_handle}"), *told])
    return heads, rows


def all_effects_csv(record: str, words: Words) -> str:
    """The same numbers as a file, a row a lever and indicator, in the units that are shown, with their record."""
    found, shown = shipped_matrix().effects, {each.id: each for each in plan.indicators()}
    rows = [
        {
            "lever": lever.id,
            "name": words(f"lever.{lever.id}"),
            "authority": lever.municipal_handle,
            "indicator": id,
            "unit": charts.change_unit(shown[id], words),
            **{
                key: float(f"{charts.factor(id, words) * value:.6g}")
                for key, value in zip(KEYS, found[lever.id][id], strict=True)
            },
        }
        for lever in plan.levers()
        for id in PLAN_INDICATORS
    ]
    told = f"# {words('ranking.title')}\n# {record}\n"
    return told + str(plain_cells(pd.DataFrame(rows)).to_csv(index=False, lineterminator="\n"))


@solara.component
def LeverRanking() -> None:
    """The section of the page."""
    words = session.words()
    wanted = session.viewed("ranked")
    indicator = wanted if wanted in PLAN_INDICATORS else "foreign_bond_share"
    matrix = shipped_matrix()
    shown = next(each for each in plan.indicators() if each.id == indicator)
    solara.HTML(tag="h2", unsafe_innerHTML=words("ranking.title"))
    options = [{"value": id, "text": words(f"indicator.{id}")} for id in PLAN_INDICATORS]

    def chosen(event: dict[str, str]) -> None:
        if event["value"] in PLAN_INDICATORS:
            session.look(ranked=event["value"])

    field = {"id": "ranked", "label": words("table.indicator"), "value": indicator, "options": options}
    Form(fields=[field], buttons=[], event_chosen=chosen)
    named = words.known(f"parameter_set.{matrix.parameters}", matrix.parameters)
    facts = {"pairs": matrix.pairs, "scale": f"{matrix.scale:.0%}", "version": matrix.version, "parameters": named}
    record = Record(words("ranking.record", **facts) + ("" if matrix.current else words("ranking.earlier")))
    limits = limits_of(ranked(indicator, AUTHORITIES, words))
    with solara.Div(classes=["lj-charts", "lj-pairs"]):
        for handles, key in ((AUTHORITIES[:2], "ranking.city"), (AUTHORITIES[2:], "ranking.national")):
            rows = ranked(indicator, handles, words)
            lines = "".join(f'"{name}",{median:.6g},{low:.6g},{high:.6g}\n' for name, median, low, high in rows)
            Chart(
                option=dots(rows, charts.change_unit(shown, words), limits),
                title=f"{words(key)}{words('problem.joint')}{words(f'indicator.{indicator}')}",
                subtitle=charts.change_unit(shown, words),
                name=f"levers-{indicator}",
                csv=f"lever,median,low,high\n{lines}",
                record=record,
                height=60 + 21 * len(rows),
            ).key(f"{key}-{indicator}")
    solara.Div(classes=["lj-caption"], children=[record])
    heads, cells = all_effects(words)
    with solara.v.Html(tag="details", class_="lj-folded"):
        solara.v.Html(tag="summary", children=[words("ranking.all")])
        Table(title=words("ranking.all_caption"), heads=heads, rows=cells)
        with solara.Div(classes=["lj-bar"]):
            Save(
                label=words("ranking.all_csv"), filename="levers-indicators.csv", content=all_effects_csv(record, words)
            )
