"""Every step of a component has a test that runs it alone."""

import ast
from pathlib import Path

import pytest

from sim.components import COMPONENTS
from sim.model import FinancialCenter
from sim.month import MONTH

HERE = Path(__file__).parent
STEPS = {step.name for step in MONTH}
OF_ALL_STATES = {"accounts_close", "indicators_are_read"}
"""Steps that run what every component brings; they belong to none."""


def run_in_tests(path):
    """Names that functions of a file of tests hand to others or call."""
    functions = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    return {node.id for function in functions for node in ast.walk(function) if isinstance(node, ast.Name)}


def test_every_step_is_run_alone_in_some_test_here():
    used = set().union(*(run_in_tests(path) for path in HERE.glob("test_*.py") if path != Path(__file__)))
    assert len(STEPS) >= 38
    assert sorted(STEPS - used) == []


def test_every_step_of_the_month_belongs_to_a_component_and_the_other_way_round():
    assert sorted(STEPS - OF_ALL_STATES) == sorted(step.name for component in COMPONENTS for step in component.steps)


def test_the_centre_made_by_hand_has_every_state_of_the_components_and_no_other(city):
    on = city()
    for component in COMPONENTS:
        for kind in (*component.states, *(kind for step in component.steps for kind, _ in step.needs)):
            assert on[kind] is on[kind]
    with pytest.raises(KeyError, match="FinancialCenter"):
        on[FinancialCenter]
