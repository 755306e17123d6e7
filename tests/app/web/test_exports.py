"""Every chart of the app leaves it with title, unit, source, version, seed, number of runs, numbers and link."""

import ast
import csv
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import solara

import sim
from app.web import components, failure_shown, money_moves, page_agents, page_model, page_risk, results, swept
from app.web.attributed import Parts
from app.web.desk import Desk
from app.web.drawn_data import drawn_csv
from app.web.lever_ranking import LeverRanking
from app.web.page_compare import _compared
from app.web.recorded import attribution_told, record_told, run_told, sweep_told
from app.web.simulations import Answer
from app.web.words import Words
from scenarios.loader import load
from sim.experiments.attribution import OUTCOMES, Attribution
from sim.experiments.designs import Design, Factor
from sim.experiments.ensemble import ensemble_requests, run_requests
from sim.experiments.sensitivity import discover, morris

PAGES = Path(components.__file__).parent
DRAWN = {"Chart", "Replay"}
"""Components that draw figures."""


def test_no_other_component_draws_a_figure():
    with_figure = {each.stem for each in (PAGES / "vue").glob("*.vue") if "<figure" in each.read_text("utf-8")}
    assert with_figure == {each.lower() for each in DRAWN}


def places():
    """Where the pages draw a figure: file, first and last line of the call."""
    found = set()
    for file in PAGES.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DRAWN:
                found.add((file.name, node.lineno, node.end_lineno))
    return found


@pytest.fixture(scope="module")
def desk():
    return Desk(file="extends: plan\nend: 2021-12\n", scale=0.05)


@pytest.fixture(scope="module")
def ensemble(desk):
    asked = [sim.Scenario(**{**each.as_given(), "scale": 0.02}) for each in (desk.scenario(), desk.baseline_scenario())]
    found = run_requests(ensemble_requests(asked, runs=1, draws=0), workers=1)
    return replace(
        found,
        values={name: np.repeat(each, 8, axis=0) for name, each in found.values.items()},
        runs=tuple(range(8)),
        pairings={name: each * 8 for name, each in found.pairings.items()},
    )


@pytest.fixture(scope="module")
def centre(desk):
    return sim.FinancialCenter(desk.scenario().with_changes(scale=0.02), rng=1)


def every_figure(desk, ensemble, centre, words):
    """Draw each figure of each page."""
    baseline = desk.baseline
    scenario = ensemble.scenarios["desk"]
    record = record_told(ensemble, desk, words)
    for id in ("foreign_bond_share", "systemic_risk"):
        results._fan(ensemble, baseline, id, record, words)
    _compared(ensemble, ("desk", baseline), record, words)
    page_risk._dashboard(ensemble, record, words)
    of_one = run_told(scenario, 1, "2021-02", words)
    network = failure_shown.network_at(scenario, "2021")
    failure_shown._spread(network, 0, None, "2021", of_one, words)
    replay = page_agents.Replay.begun(centre)
    page_agents._places(centre, of_one, words)
    page_agents._network(centre, of_one, words)
    kind = "FinancialInstitution"
    page_agents._sizes(centre, kind, of_one, words)
    agent = int(centre.institutions.unique_ids[0])
    replay.advance()
    page_agents._history(replay, kind, agent, "committed", of_one, words)
    page_model._plot(scenario.plan.indicators[0], scenario, words)(centre)
    factors = (Factor("bond_market_access", "lever", 0.4, 1.0), Factor("reits_pilot", "lever", 0.0, 1.0))
    for kind in ("morris", "latin_hypercube"):
        design = Design(load("plan"), kind, factors, samples=16)
        found = pd.DataFrame({"foreign_bond_share": design.points()["bond_market_access"].to_numpy() / 20})
        found.attrs["year"] = 2025
        of_sweep = sweep_told(design, len(found), words)
        if kind == "morris":
            swept._indices(design, morris(design, found), of_sweep, words)
        else:
            box = discover(design, found, "foreign_bond_share", 0.035)
            swept._box(design, found, "foreign_bond_share", 0.035, *box, of_sweep, words)
    shape = (2, 1, len(OUTCOMES))
    parts = Attribution(("bond_market", "fintech"), np.full(shape, 0.01), np.full(shape[1:], 0.02), np.full(shape, 0.0))
    Parts(parts, attribution_told(scenario, "committed", 1, 1, 0.1, words), scenario.plan)
    LeverRanking()
    money_moves.Played(Answer(desk, ensemble, 8, 8), ensemble)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chart_carries_its_record(desk, ensemble, centre, language, monkeypatch):
    words = Words(language)
    seen, told = set(), []

    def note(**given):
        frame = sys._getframe(1)
        while Path(frame.f_code.co_filename).name in ("components.py", Path(__file__).name):
            frame = frame.f_back
        file, line = Path(frame.f_code.co_filename).name, frame.f_lineno
        seen.update(each for each in places() if each[0] == file and each[1] <= line <= each[2])
        told.append(given)
        return solara.Div()

    monkeypatch.setattr(components, "_Drawn", note)
    monkeypatch.setattr(money_moves, "Replay", lambda **given: note(**given, record=given["caption"], csv=None))
    monkeypatch.setattr("app.web.session.words", lambda: words)

    @solara.component
    def Page():
        every_figure(desk, ensemble, centre, words)

    solara.render(solara.Column(children=[Page()]), handle_error=False)[1].close()
    assert seen == places()
    for given in told:
        assert given["title"].strip() and given["subtitle"].strip(), given["title"]
        source = {"en": r"Lujiazui \d+\.\d+", "zh": r"陆家嘴模拟系统\d+\.\d+\S*版"}
        assert re.search(source[language], given["record"]), given["record"]
        assert re.search({"en": r"seed|pairs each", "zh": r"随机种子|每项"}[language], given["record"]), given["record"]
        assert re.search({"en": r"one run|runs|pairs each", "zh": r"运行"}[language], given["record"]), given["record"]
        if given["csv"] is not None:
            rows = list(csv.reader(given["csv"].splitlines()))
            assert len(rows) > 1 and len({len(row) for row in rows}) == 1, given["title"]
            assert any(re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell) for row in rows[1:] for cell in row), given["title"]


def test_the_numbers_that_are_drawn_are_saved():
    bars = {
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "data": ["a", "=b"]},
        "series": [
            {"type": "bar", "name": "total", "data": [1.0, 2.0]},
            {"type": "bar", "name": "", "data": [3.0, 4.0]},
        ],
    }
    assert drawn_csv(bars, "CNY bn") == "name,total,CNY bn\na,1.0,3.0\n'=b,2.0,4.0\n"
    points = {
        "xAxis": {"type": "value", "name": "x"},
        "yAxis": {"type": "value", "name": "y"},
        "series": [
            {"type": "scatter", "name": "in", "data": [[1, 2]]},
            {"type": "scatter", "name": "out", "data": [[3, 4]]},
        ],
    }
    assert drawn_csv(points, "") == "name,x,y\nin,1,2\nout,3,4\n"
    network = {
        "series": [
            {
                "type": "graph",
                "data": [{"name": "1", "value": "CNY 2 bn"}, {"name": "2", "value": "CNY 1 bn"}],
                "links": [{"source": "1", "target": "2", "value": 0.5}],
            }
        ]
    }
    assert drawn_csv(network, "") == "kind,from,to,value\nnode,1,,CNY 2 bn\nnode,2,,CNY 1 bn\nlink,1,2,0.5\n"
