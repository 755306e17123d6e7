"""The same model in Mesa's own view."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import solara

from app.web import charts, session
from app.web.components import Chart
from app.web.named import indicator_name, unit_name
from app.web.offered import offered
from app.web.page_agents import LARGEST_SCALE
from app.web.recorded import run_told
from app.web.words import Words
from scenarios.calendar import month_text
from scenarios.plan import Indicator
from scenarios.schema import Scenario
from sim.closing.dictionary import dictionary

if TYPE_CHECKING:
    from sim.model import FinancialCenter

SEED = 1
MONTHS = 12
"""Months of a year."""


@solara.component
def ModelPage() -> None:
    """The page; the model belongs to the session, so that visitors do not step one another's."""
    from mesa.visualization import SolaraViz

    from sim.model import FinancialCenter

    words = session.words()
    scenario = replace(session.desk.value, scale=min(session.desk.value.scale, LARGEST_SCALE)).scenario()

    def begin() -> Any:
        return solara.reactive(FinancialCenter(scenario, rng=SEED))

    model = solara.use_memo(begin, [scenario.content_hash()])

    def drawn() -> list[Any]:
        return [_plot(each, scenario, words) for each in offered().plan.indicators]

    plots = solara.use_memo(drawn, [words.language, scenario.content_hash()])
    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.HTML(tag="h1", unsafe_innerHTML=words("model.heading"))
        solara.Div(classes=["lj-note"], children=[words("model.told")])
        # Mesa has its controls in English alone.
        solara.Div(classes=["lj-muted"], children=[words("model.controls")])
        # Mesa puts its controls into the side bar of a layout of Solara's.
        with solara.Div(classes=["lj-mesa"]):
            solara.AppLayout(children=[SolaraViz(model, components=plots, name=words("page.model"))], navigation=False)


def to_annual_rate(indicator: str) -> tuple[int, str]:
    """Factor from a month's value to the unit of the other pages, 12 for a flow, and the text that says so."""
    known = dictionary().get(indicator)
    flow = known is not None and known.kind == "flow"
    return (MONTHS, "model.at_annual_rate") if flow else (1, "model.by_month")


def _plot(indicator: Indicator, scenario: Scenario, words: Words) -> Any:
    """A component of Mesa's view: an indicator by month, as far as the model has come."""

    @solara.component
    def Plot(model: "FinancialCenter") -> None:
        from mesa.visualization.utils import update_counter

        update_counter.get()  # drawn anew at each step
        name = indicator.id
        told = model.datacollector.get_model_vars_dataframe()[name]
        months = [month_text(model.month - len(told) + 1 + place) for place in range(len(told))]
        rate, by = to_annual_rate(name)
        option = charts.line(months, told.to_numpy() * charts.factor(name, words) * rate)
        Chart(
            option=option,
            title=indicator_name(indicator, words),
            subtitle=words("desk.comma").join((unit_name(indicator, words), words(by))),
            name=name,
            record=run_told(scenario, SEED, months[-1], words),
        )

    return Plot
