"""No step of the month and no rule of the agents is decoration: each is missed when it is gone."""

import ast
from pathlib import Path

import pytest

import sim.month
from scenarios.loader import load
from sim.month import MONTH

ROOT = Path(sim.__file__).parent.parent
READING = {"indicators_are_read", "accounts_close"}
RARE = {"small_banks_fail", "clearing_members_default", "platform_goes_down", "rivals_answer", "authorities_react"}
"""Steps that act only where a scenario asks for it or by a rare chance; their own tests are in test_shocks.py,
test_rivals.py and steps/test_authorities.py."""
PLUMBING = {"agentset", "arrays", "columns", "draws", "population", "views", "__init__"}
"""Modules of agents/ that hold no rule."""


def at_the_start(centre):
    """A model at the end of 2020, with an eventful year before it."""
    eventful = [{"name": "geopolitical_event", "month": "2021-02", "size": 1.0}]
    model = centre(load("plan").with_shocks(eventful), rng=9)
    model.parameters = model.parameters.replace(geopolitical_jump_west=-0.2)
    return model


def columns_of(model):
    return [
        population[name].tobytes()
        for population in model.populations.values()
        for name in population.agent_type.every_column
        if population[name].dtype.kind in "fiub"
    ]


@pytest.fixture(scope="module")
def whole(centre):
    """Everything that fifteen months leave: what was recorded in each, and the agents in the end."""
    model = at_the_start(centre)
    model.run_for(15)
    return model.records[12:], columns_of(model)


def differs(model, whole):
    """Whether a run leaves something else: it ends with the first month that does, or with the error that says so."""
    records, columns = whole
    for record in records:
        try:
            model.step()
        except (ArithmeticError, AssertionError, AttributeError, IndexError, KeyError, RuntimeError, ValueError):
            return True
        if model.records[-1] != record:
            return True
    return columns_of(model) != columns


def test_the_same_months_leave_the_same(centre, whole):
    assert not differs(at_the_start(centre), whole)


@pytest.mark.parametrize("step", [stage.name for stage in MONTH if stage.name not in READING | RARE])
def test_a_month_without_a_step_is_another_month(centre, whole, monkeypatch, step):
    model = at_the_start(centre)
    monkeypatch.setattr(sim.month, "MONTH", tuple(stage for stage in MONTH if stage.name != step))
    assert differs(model, whole)


def public_functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def names_used(path):
    return {
        name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom)
            else [node.attr]
            if isinstance(node, ast.Attribute)
            else []
        )
    }


RULES = [
    (path.stem, name)
    for path in sorted((ROOT / "agents").rglob("*.py"))
    if path.stem not in PLUMBING
    for name in public_functions(path)
]


@pytest.fixture(scope="module")
def used_in_months():
    """Names that the simulation takes from elsewhere, and that rules take from one another."""
    sources = [*(ROOT / "sim").rglob("*.py"), *(ROOT / "agents").rglob("*.py")]
    return set().union(*(names_used(path) for path in sources))


@pytest.fixture(scope="module")
def used_in_tests():
    tests = [*(ROOT / "tests" / "agents").rglob("*.py"), *(ROOT / "tests" / "sim").rglob("*.py")]
    return set().union(*(names_used(path) for path in tests if path.name != Path(__file__).name))


@pytest.mark.parametrize(("module", "rule"), RULES)
def test_a_rule_is_called_by_the_simulation_and_held_by_a_test_of_its_own(module, rule, used_in_months, used_in_tests):
    source = (ROOT / "agents" / f"{module}.py").read_text(encoding="utf-8")
    inside = source.count(f"{rule}(") > 1
    assert rule in used_in_months or inside, f"no step calls agents.{module}.{rule}"
    assert rule in used_in_tests, f"no test in tests/agents or tests/sim names agents.{module}.{rule}"
