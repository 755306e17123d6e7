"""Rules hold no numbers of their own: behaviour comes in as arguments, whose values are rows of the data files."""

import ast
from importlib import resources

import pytest

RULES = (
    "foreign_investors",
    "equity_investors",
    "issuers",
    "need_cycle",
    "firm_balance",
    "listing_queue",
    "issuance_spillover",
    "underwriting",
    "credit_events",
    "certificates",
    "small_firm_credit",
    "institutions",
    "fintech_firms",
    "sandbox",
    "districts",
    "leverage",
    "interbank",
    "market_making",
    "trade_settlement",
    "digital_currency",
    "carbon",
    "insurance",
    "cross_border_funds",
)
# Arithmetic and units: months of a year, per cent, bp and bn against trn.
UNITS = {0.0, 1.0, 2.0, 12.0, 100.0, 1000.0}
NEGLIGIBLE = 1e-6


def numbers_in_functions(source):
    """Every float written inside a function, with its line; constants of the module have a name and a reason."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {
        (node.lineno, node.value)
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    }


def behavioural(source):
    return {(line, value) for line, value in numbers_in_functions(source) if value not in UNITS and value > NEGLIGIBLE}


@pytest.mark.parametrize("module", RULES)
def test_no_rule_writes_down_a_number_that_decides_behaviour(module):
    source = resources.files("agents").joinpath(f"{module}.py").read_text(encoding="utf-8")
    assert numbers_in_functions(source)
    assert behavioural(source) == set()


def test_a_slope_inside_a_rule_would_be_found():
    assert behavioural("def rule(x):\n    return 0.35 * x / 12.0 + 1e-300\n") == {(2, 0.35)}
