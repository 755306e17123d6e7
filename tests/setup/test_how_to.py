"""How-to pages: their Python does what the page says."""

import importlib.util
import multiprocessing
import re
import sys
import types
from pathlib import Path

import pytest

import sim

PAGES = Path(__file__).parents[2] / "docs" / "how-to"


def python_of(name):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    return compile(block, f"{name}.md", "exec")


@pytest.fixture
def short(tmp_path, monkeypatch):
    """Runs end after a year: the pages are about tables and calls, not about their numbers."""
    run, ensemble = sim.run, sim.ensemble

    def file(policy):
        path = tmp_path / f"{policy}.yaml"
        path.write_text(f"extends: {policy}\nend: 2021-12\n", encoding="utf-8")
        return path

    monkeypatch.setattr(sim, "run", lambda policy, **how: run(file(policy), **how))
    monkeypatch.setattr(sim, "ensemble", lambda policies, **how: ensemble([file(each) for each in policies], **how))


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_pairs_are_subtracted_by_year_in_pandas():
    names = {}
    exec(python_of("tables-elsewhere"), names)
    assert list(names["gap"].index) == [2020, 2021]
    assert names["gap"][2020] == 0.0 and names["wide"].shape == (4, 2)


SMALLER = {
    "EMA workbench": {"policies=50": "policies=8"},
    "SALib": {"N=10": "N=2", "N=32": "N=2"},
    "Optuna": {"range(3)": "range(1)", "n_trials=60": "n_trials=4", "range(100, 110)": "range(100, 101)"},
}
"""Fewer points for the blocks of a section, by what they replace."""


def section(tmp_path, name):
    """Run the block that all sections share and that of one, on years that end in 2021; its names."""
    text = (PAGES / "other-tools.md").read_text(encoding="utf-8")
    (shared,) = re.findall(r"```python\n(.*?)```", text.partition("\n## ")[0], re.DOTALL)
    (block,) = re.findall(rf"^## {name}\n.*?```python\n(.*?)```", text, re.MULTILINE | re.DOTALL)
    for long, short in SMALLER.get(name, {}).items():
        assert long in block
        block = block.replace(long, short)
    names = {}
    for part in (shared, block):
        for policy in ("plan", "committed"):
            file = tmp_path / f"{policy}.yaml"
            file.write_text(f"extends: {policy}\nend: 2021-12\nscale: 0.1\n", encoding="utf-8")
            part = part.replace(f'"{policy}"', repr(str(file)))
        exec(compile(part, f"other-tools.md, {name}", "exec"), names)
    return names


@pytest.fixture
def start_method():
    """Mesa's batch_run forces a start method on the whole process; give it back."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.slow
@pytest.mark.usefixtures("start_method")
def test_mesa_steps_collects_and_runs_in_batches(tmp_path):
    names = section(tmp_path, "Mesa")
    assert len(names["months"]) == 12
    summed = names["investors"]["holdings_bn"].groupby(level="Step").sum()
    assert summed.to_numpy() == pytest.approx(names["months"]["held_bn"].to_numpy())
    assert [row["rng"] for row in names["runs"]] == [0, 0, 1, 1]
    assert names["runs"][0]["foreign_bond_share"] != names["runs"][1]["foreign_bond_share"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:ipyparallel not installed:UserWarning")  # of the workbench, as the next one
@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_the_workbench_scores_factors_and_finds_a_box(tmp_path):
    names = section(tmp_path, "EMA workbench")
    assert len(names["experiments"]) == 16
    assert names["scores"]["foreign_bond_share"].idxmax() == "access"
    low, high = names["limits"]["access"]
    assert 0.5 < low < high <= 1.0


@pytest.mark.slow
def test_salib_screens_levers_and_splits_the_variance(tmp_path):
    names = section(tmp_path, "SALib")
    assert names["order"][0] == "bond_market_access"
    assert list(names["shares"]) == ["S1", "S1_conf", "ST", "ST_conf"] and len(names["shares"]["ST"]) == 3
    assert names["share"](0.9, 0.5, 0.5) > names["share"](0.6, 0.5, 0.5)


class EqualTrial:
    """A trial that suggests the same share of every range."""

    def __init__(self, part):
        self.part, self.params, self.constraints = part, {}, {}

    def suggest_float(self, name, low, high):
        self.params[name] = low + self.part * (high - low)
        return self.params[name]

    def set_constraint(self, name, value):
        self.constraints[name] = value


class GridStudy:
    """A study with trials on the diagonal; its best is the highest that meets its constraints."""

    def optimize(self, objective, n_trials):
        self.trials = [EqualTrial(place / (n_trials - 1)) for place in range(n_trials)]
        values = [objective(trial) for trial in self.trials]
        allowed = [place for place, trial in enumerate(self.trials) if max(trial.constraints.values()) <= 0.0]
        self.best_trial = self.trials[max(allowed, key=lambda place: values[place])]


@pytest.fixture
def optuna(monkeypatch):
    """Optuna, or a stand-in where it is not installed: no extra holds it, and the objective is that of the page."""
    if importlib.util.find_spec("optuna") is None:
        module = types.ModuleType("optuna")
        module.Trial, module.create_study = EqualTrial, lambda **_: GridStudy()
        module.samplers = types.SimpleNamespace(TPESampler=lambda **_: None)
        monkeypatch.setitem(sys.modules, "optuna", module)


@pytest.mark.slow
@pytest.mark.usefixtures("optuna")
def test_an_optimiser_keeps_the_constraint_and_tries_the_best_again(tmp_path):
    names = section(tmp_path, "Optuna")
    risen = sum(names["best"].values()) - len(names["LEVERS"]) * names["START"]
    assert set(names["best"]) == set(names["LEVERS"]) and 0.0 < risen <= names["LIMIT"]
    assert names["again"] == names["share"](*names["best"].values(), seed=100)
    assert any(trial.constraints["effort"] > 0.0 for trial in names["study"].trials)
