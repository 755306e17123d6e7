"""Mesa's Solara page over a model whose agents live in arrays."""

import ipyvuetify
import mesa
import pytest
import solara
from mesa.visualization import SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

from agents.population import ArrayAgent, Population, PopulationModel, column

JANUARY = 2021 * 12


class Investor(ArrayAgent):
    aum_bn = column("f8", unit="USD bn", doc="Assets under management")


class Market(PopulationModel):
    def __init__(self, start=3, rng=1):
        super().__init__(rng=rng)
        self.investors = Population(self, Investor)
        self.investors.add(start, JANUARY, aum_bn=1.0)
        self.datacollector = mesa.DataCollector(
            model_reporters={"total_bn": lambda model: float(model.investors["aum_bn"].sum())},
            agent_reporters={"aum_bn": "aum_bn"},
        )
        self.datacollector.collect(self)

    def step(self):
        self.investors["aum_bn"] *= 2
        self.investors.add(1, JANUARY + int(self.time), aum_bn=1.0)
        self.datacollector.collect(self)


@solara.component
def ListOfAgents(model):
    """Read agents as Mesa's own drawing code does: one by one, and by type, again after each step."""
    update_counter.get()
    shown = sorted(agent.aum_bn for agent in model.agents)
    solara.Text(f"{len(model.agents_by_type[Investor])} investors, largest {shown[-1]}")


@pytest.fixture
def page():
    model = solara.reactive(Market())
    parameters = {"start": {"type": "SliderInt", "value": 3, "label": "Start", "min": 1, "max": 9, "step": 1}}
    element = SolaraViz(model, components=[ListOfAgents, make_plot_component("total_bn")], model_params=parameters)
    _, rendered = solara.render(solara.AppLayout(children=[element]), handle_error=False)
    yield model, rendered
    rendered.close()


def click(rendered, label):
    rendered.find(ipyvuetify.Btn, children=[label]).widget.click()


def shows(rendered, text):
    return len(rendered.find(ipyvuetify.Html, children=[text])) > 0


def test_the_page_shows_steps_and_resets_the_model(page):
    model, rendered = page
    assert shows(rendered, "3 investors, largest 1.0")
    click(rendered, "Step")
    click(rendered, "Step")
    assert model.value.time == 2
    assert shows(rendered, "5 investors, largest 4.0")
    first = model.value
    click(rendered, "Reset")
    assert model.value is not first
    assert len(model.value.agents) == 3
    assert shows(rendered, "3 investors, largest 1.0")
