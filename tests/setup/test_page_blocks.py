"""Blocks of Python and of data on the pages do what the pages say; those of other pages have tests of their own."""

import re
from pathlib import Path

import pytest

from scenarios.loader import load
from sim.experiments.designs import read_design
from sim.experiments.robust_search import read_search

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def blocks(page, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def execute(page, names):
    for text in blocks(page, "python"):
        small = text.replace('run("plan", ', 'run("plan", scale=0.02, ').replace(
            "runs=200", "runs=2, scale=0.02, workers=1"
        )
        exec(compile(small, page.name, "exec"), names)


@pytest.mark.slow
def test_python_of_the_readme_of_the_store_and_of_the_brief(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    execute(ROOT / "README.md", names)
    assert names["branch"].provenance["scenario_hash"] != names["result"].provenance["scenario_hash"]
    assert names["ensemble"].runs == (0, 1)
    execute(DOCS / "store.md", names)
    assert names["store"].counts() == {"done": 4}
    execute(DOCS / "brief.md", names)
    assert names["html"].startswith("<!doctype html>") and 'lang="zh' in names["html"]


@pytest.mark.slow
def test_python_of_the_redline(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    execute(DOCS / "redline.md", names)
    assert names["values"]["redline_threshold"] == (1.0, 2.0)
    assert len(names["result"].redline()) == 2


def test_python_of_the_stress_of_a_network():
    names = {}
    execute(DOCS / "stress.md", names)
    assert names["exposures"].sum() == pytest.approx(20.0)


def test_scenario_files_of_the_page_on_them(tmp_path):
    loaded = []
    for number, text in enumerate(blocks(DOCS / "scenario-files.md", "yaml")):
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
        loaded.append(load(tmp_path / f"{number}.yaml"))
    rich, driven = loaded
    assert (rich.rival_centres, len(rich.levers), len(rich.shocks), len(rich.triggers)) == ("matching", 4, 1, 1)
    assert sum(rich.costs().values()) <= rich.budget.cap == 2000
    assert driven.macro == "drivers"


def test_the_sweep_and_the_search_of_the_page_on_them(tmp_path):
    sweep, search = blocks(DOCS / "sweeps.md", "yaml")
    (tmp_path / "mine.yaml").write_text("extends: plan\n", encoding="utf-8")
    (tmp_path / "sweep.yaml").write_text(sweep.replace("scenario: committed  ", "#", 1), encoding="utf-8")
    (tmp_path / "search.yaml").write_text(search, encoding="utf-8")
    design = read_design(tmp_path / "sweep.yaml")
    assert (design.kind, design.samples, len(design.factors)) == ("sobol", 128, 6)
    assert read_search(tmp_path / "search.yaml").population == 24


def test_the_parameters_of_the_page_on_them(tmp_path):
    (text,) = blocks(DOCS / "how-to" / "own-parameters.md", "text")
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    own = load("plan").with_parameters(tmp_path / "mine.csv")
    assert own.values()["peer_bound"] == 0.3 and own.values()["access_elasticity"] == pytest.approx(0.3)
    assert own.values().betas["bond_market_access", "foreign_access_cost"] == -0.25
