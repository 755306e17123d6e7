"""The same model in Mesa's own view."""

from dataclasses import replace
from typing import Any

import solara

from app.web import session
from app.web.page_agents import LARGEST_SCALE
from sim.indicators import PLAN_INDICATORS


@solara.component
def ModelPage() -> None:
    """The page; the model belongs to the session, so that visitors do not step one another's."""
    from mesa.visualization import SolaraViz, make_plot_component

    from sim.model import FinancialCenter

    words = session.words()
    scenario = replace(session.desk.value, scale=min(session.desk.value.scale, LARGEST_SCALE)).scenario()

    def begin() -> Any:
        return solara.reactive(FinancialCenter(scenario, rng=1))

    model = solara.use_memo(begin, [scenario.content_hash()])
    plots = solara.use_memo(lambda: [make_plot_component(name) for name in PLAN_INDICATORS], [])
    with solara.Div(classes=["lj-page"], attributes={"id": "lj-main", "role": "main"}):
        solara.HTML(tag="h1", unsafe_innerHTML=words("model.heading"))
        solara.Div(classes=["lj-note"], children=[words("model.told")])
        # Mesa puts its controls into the side bar of a layout of Solara's.
        with solara.Div(classes=["lj-mesa"]):
            solara.AppLayout(children=[SolaraViz(model, components=plots, name=words("page.model"))], navigation=False)
