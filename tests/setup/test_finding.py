"""The page that says where a decision is made leads to functions and commands that exist."""

import ast
import importlib
import re
from pathlib import Path

from sim.month import MONTH

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "finding.md").read_text(encoding="utf-8")


def writers(attribute):
    """Functions in `sim/` that assign an attribute of an object, or a part of it, after it was declared."""
    found = set()
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                targets = node.targets if isinstance(node, ast.Assign) else []
                targets = [node.target] if isinstance(node, ast.AugAssign) else targets
                for target in targets:
                    owner = target.value if isinstance(target, ast.Subscript) else target
                    if isinstance(owner, ast.Attribute) and owner.attr == attribute:
                        found.add(f"{path.relative_to(ROOT)}:{function.name}")
    return found


def test_every_function_on_the_page_exists():
    named = re.findall(r"`((?:sim|agents)/[\w/]+)\.py:(\w+)`", PAGE)
    assert len(named) >= 10
    for path, name in named:
        assert hasattr(importlib.import_module(path.replace("/", ".")), name), (path, name)


def test_every_step_and_file_on_the_page_exists():
    steps = {step.name for step in MONTH}
    assert set(re.findall(r"--step (\w+)", PAGE)) - {"NAME"} <= steps and "small_banks_fail" in steps
    for path in re.findall(r"`(tests/[\w/]+\.py)`", PAGE):
        assert (ROOT / path).exists(), path


def test_one_step_alone_writes_the_yield_premium():
    assert writers("premium_pp") == {"sim/bond_market/clearing.py:bond_market_clears"}
