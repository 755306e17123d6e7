"""Every step of a component has a test that runs it alone."""

import ast
from pathlib import Path

import pytest

from sim.components import COMPONENTS
from sim.model import FinancialCenter
from sim.month import MONTH, CentreStep

HERE = Path(__file__).parent
OF_COMPONENTS = {step.name: step for step in MONTH if not isinstance(step, CentreStep)}


def run_in_tests(path):
    """Names that functions of a file of tests hand to others or call."""
    functions = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    return {node.id for function in functions for node in ast.walk(function) if isinstance(node, ast.Name)}


def test_every_step_of_a_component_is_run_alone_in_some_test_here():
    used = set().union(*(run_in_tests(path) for path in HERE.glob("test_*.py") if path != Path(__file__)))
    assert len(OF_COMPONENTS) >= 27
    assert sorted(OF_COMPONENTS.keys() - used) == []


def test_every_step_of_the_month_that_names_states_belongs_to_a_component_and_the_other_way_round():
    assert sorted(OF_COMPONENTS) == sorted(step.name for component in COMPONENTS for step in component.steps)


def test_the_centre_made_by_hand_has_every_state_of_the_components_and_no_other(city):
    on = city()
    for component in COMPONENTS:
        for kind in (*component.states, *(kind for step in component.steps for kind, _ in step.needs)):
            assert on[kind] is on[kind]
    with pytest.raises(KeyError, match="FinancialCenter"):
        on[FinancialCenter]
