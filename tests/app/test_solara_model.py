"""Mesa's Solara page over the model of the centre."""

import ipyvuetify
import pytest
import solara
from mesa.visualization import SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

import sim


@solara.component
def Heading(model):
    """Read the model and single agents, again after each step."""
    update_counter.get()
    largest = max(agent.assets_bn for agent in model.agents_by_type[sim.FinancialInstitution])
    solara.Text(f"month {int(model.time)}, {len(model.institutions)} institutions, largest {largest > 0}")


@pytest.fixture
def page(tmp_path):
    asked = tmp_path / "short.yaml"
    asked.write_text("extends: plan\nend: 2021-03\nscale: 0.1\n", encoding="utf-8")
    model = solara.reactive(sim.FinancialCenter(str(asked), rng=7))
    parameters = {
        "scenario": str(asked),
        "rng": {"type": "SliderInt", "value": 7, "label": "Seed", "min": 0, "max": 99, "step": 1},
    }
    element = SolaraViz(
        model,
        components=[Heading, make_plot_component("foreign_bond_share")],
        model_params=parameters,
    )
    _, rendered = solara.render(solara.AppLayout(children=[element]), handle_error=False)
    yield model, rendered
    rendered.close()


def click(rendered, label):
    rendered.find(ipyvuetify.Btn, children=[label]).widget.click()


def shows(rendered, text):
    return len(rendered.find(ipyvuetify.Html, children=[text])) > 0


def heading(model):
    return f"month {int(model.time)}, {len(model.institutions)} institutions, largest True"


def test_the_page_steps_the_centre_stops_at_its_end_and_starts_again(page):
    model, rendered = page
    assert shows(rendered, heading(model.value))
    for month in (1, 2, 3):
        click(rendered, "Step")
        assert model.value.time == month
        assert shows(rendered, heading(model.value))
    assert not model.value.running
    assert rendered.find(ipyvuetify.Btn, children=["Step"]).widget.disabled
    first = model.value
    click(rendered, "Reset")
    assert model.value is not first and model.value.seed == 7
    assert model.value.time == 0 and model.value.running
    click(rendered, "Step")
    assert model.value.records[-1] == first.records[-3]
