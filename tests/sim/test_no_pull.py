"""Nothing pulls a path to its target, to a figure of the plan or to what happened after 2020."""

import ast
import csv
from pathlib import Path

import pytest

import sim
from scenarios import plan
from scenarios.baseline import observations
from sim.base_year import tables
from sim.solved_constants import Solution
from sim.solving import history
from sim.world import macro

pytestmark = pytest.mark.filterwarnings("ignore:the model in this process is not the installed one")
"""Rules are set by hand here, which a run says."""

ROOT = Path(sim.__file__).parents[1]
SOURCES = sorted([*ROOT.glob("sim/**/*.py"), *ROOT.glob("agents/**/*.py")])
TARGETS = {"target_value", "value_2020", "met_from", "qualifier", "intensity_2025_plan", "main_kpi", "expected_sign"}


@pytest.fixture
def forget():
    """Forget what was read from data files and what was simulated from them, before and after."""

    def clear():
        for cached in vars(plan).values():
            if hasattr(cached, "cache_clear"):
                cached.cache_clear()
        history._pasts.clear()

    yield clear
    clear()


def altered(value):
    """Other numbers in every place of a table."""
    if isinstance(value, dict):
        return {key: altered(part) for key, part in value.items()}
    if isinstance(value, list):
        return [altered(part) for part in value]
    if isinstance(value, float | int) and not isinstance(value, bool):
        return value * 3 + 1
    return value


def test_other_targets_and_other_figures_of_the_plan_leave_every_path_to_the_bit(monkeypatch, forget, short, bits):
    before = {name: sim.run(short(name), seed=2) for name in ("plan", "committed")}
    targets = before["plan"].targets()["target_2025"]
    read = plan._read
    monkeypatch.setattr(plan, "_read", lambda name: altered(read(name)) if name == "indicators" else read(name))
    forget()
    for name, result in before.items():
        other = sim.run(short(name), seed=2)
        assert bits(other.indicators) == bits(result.indicators)
        # The change was real: what the result is measured against is another number.
        assert (other.targets()["target_2025"] == targets * 3 + 1).all()
        assert not other.targets()["met"].all()


@pytest.mark.slow
def test_what_the_levers_are_meant_to_achieve_is_not_read(monkeypatch, forget, small, bits):
    before = small("plan", seed=2)
    read = plan._read

    def without_aims(name):
        table = read(name)
        if name == "levers":
            for row in table["lever"]:
                row |= {"main_kpi": "none", "strength": "low", "expected_sign": {}, "expected_sign_secondary": {}}
        return {"measure": []} if name == "measures" else table

    monkeypatch.setattr(plan, "_read", without_aims)
    forget()
    assert bits(small("plan", seed=2).indicators) == bits(before.indicators)


def names_in(path):
    """Attributes, names and strings that a file uses, without its docstrings."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def after_the_run(path):
    """Whether a file only looks at runs that are over: nothing that simulates imports it, as the next test sees."""
    return "sim/experiments" in path.as_posix() or "sim/evidence" in path.as_posix()


def test_nothing_that_simulates_knows_what_is_done_with_many_runs():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and not after_the_run(path) and path.name != "__init__.py":
                assert not (node.module or "").startswith(("sim.experiments", "sim.evidence")), path


def test_targets_are_named_in_the_result_alone():
    simulating = [path for path in SOURCES if not after_the_run(path)]
    found = {path.relative_to(ROOT).as_posix() for path in simulating if TARGETS & set(names_in(path))}
    assert found == {"sim/runs/result.py"}


def test_only_the_result_asks_for_the_plans_indicators():
    asks = set()
    for path in SOURCES:
        if after_the_run(path):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "scenarios.plan":
                taken = {alias.name for alias in node.names}
                assert taken <= {"channels", "levers", "lever_ids", "Channel", "Effect", "Lever", "Plan"}, path
            # The plan of a scenario is reached as `scenario.plan`: of its targets and indicators only results read.
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "plan":
                assert node.attr != "measures", path
                if node.attr in ("indicators", "indicator_ids", "targets", "goals"):
                    asks.add(path.relative_to(ROOT).as_posix())
    assert len(SOURCES) > 25
    assert asks == {"sim/runs/result.py"}


@pytest.fixture
def asked_tables(monkeypatch):
    """Tables of the package that are read, with the readers' memory emptied."""
    asked = []

    def noted(name):
        asked.append(name)
        if name == "macro_realised":
            raise LookupError("the years after 2020 were read")
        return tables.table(name)

    macro.package_drivers.cache_clear()
    monkeypatch.setattr(macro, "table", noted)
    yield asked
    macro.package_drivers.cache_clear()


@pytest.mark.slow
def test_what_happened_after_2020_is_read_only_for_a_replay(asked_tables, forget, small, tmp_path):
    forget()
    for scenario in ("plan", "committed"):
        small(scenario, macro="neutral")
    small("plan", macro="adverse")
    own = tmp_path / "own.csv"
    own.write_text("month,usdcny,us10y_pct,vix,csi300_close,cn10y_pct\n2021-01,6.5,1.0,22,5300,3.2\n", encoding="utf-8")
    small("plan", macro=str(own))
    assert "macro_history" in asked_tables
    assert "macro_realised" not in asked_tables
    with pytest.raises(LookupError):
        small("plan", macro="realised")


def test_what_the_model_starts_from_ends_in_2020():
    assert {row.date[:4] for row in observations().values()} <= {"2019", "2020"}
    with (ROOT / "sim/data/macro_history.csv").open(encoding="utf-8") as file:
        assert max(row["month"] for row in csv.DictReader(file)) == "2020-12"


def test_constants_solved_on_2020_stay_as_they_are_afterwards(short):
    model = sim.FinancialCenter(short("plan"), rng=1)
    solution = model.solution
    kept = repr(solution)
    model.run_to_end()
    assert model.solution is solution and repr(solution) == kept
    assert solution is history.state_at_baseline(model.parameters, model.scale).states[Solution]
    assert all(model.state(kind) is constants for kind, constants in solution.constants.items())


def test_distance_to_a_target_does_not_slow_an_indicator(small):
    """With no policy at all, indicators pass their targets or miss them; none stops at one."""
    ends = [small("frozen", seed=seed).targets() for seed in range(2)]
    for name in ("turnover_total", "panda_cumulative", "direct_financing"):
        gaps = [abs(table.loc[name, "value_2025"] / table.loc[name, "target_2025"] - 1.0) for table in ends]
        assert max(gaps) > 0.02, name
