"""The description by the ODD protocol is the one that the code gives."""

import re
from pathlib import Path

import pytest

from agents.columns import column
from agents.issuers import Issuer
from app.odd import code_tables, page
from app.odd.markdown import table
from scenarios.parameters import parameter_table
from sim.components import COMPONENTS
from sim.month import MONTH

WRITTEN = (Path(__file__).parent.parent.parent / "docs" / "odd.md").read_text(encoding="utf-8")
ELEMENTS = (
    "Purpose and patterns",
    "Entities, state variables and scales",
    "Process overview and scheduling",
    "Design concepts",
    "Initialization",
    "Input data",
    "Submodels",
)


def test_the_page_is_what_the_code_gives():
    assert page.page() == WRITTEN, "write it again: lujiazui odd"


def test_it_has_the_seven_elements_in_their_order():
    heads = re.findall(r"^## \d\. (.*)$", WRITTEN, flags=re.MULTILINE)
    assert tuple(heads) == ELEMENTS


def test_it_names_every_step_state_agent_and_parameter():
    for step in MONTH:
        assert f"### {step.name}\n" in WRITTEN
    for component in COMPONENTS:
        for state in component.states:
            assert f"`{state.__name__}`" in WRITTEN
    for kind in code_tables.KINDS:
        assert f"#### {kind.__name__}\n" in WRITTEN
    assert all(f"| `{each.id}` |" in WRITTEN for each in parameter_table())


def test_a_column_that_is_added_to_a_kind_of_agent_is_described():
    class Other(Issuer):
        mood = column(float, unit="share", doc="how the firm feels")

    assert {*code_tables.columns(Issuer)} < {*code_tables.columns(Other)}
    assert code_tables.columns(Other)["mood"].doc == "how the firm feels"


@pytest.mark.parametrize("value", ["a|b", "two\nlines"])
def test_no_cell_breaks_a_table(value):
    lines = table(("one", "two"), [(value, "x")]).splitlines()
    assert len(lines) == 3 and lines[2].count("|") - lines[2].count("\\|") == 3
