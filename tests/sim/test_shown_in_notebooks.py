"""Scenarios, models and attributions show themselves, and runs show a bar in a notebook alone."""

import numpy as np
import pytest

import sim
from scenarios.loader import load
from sim.experiments.attribution import Attribution
from sim.runs.notebook_bar import NotebookBar, notebook_bar


@pytest.mark.parametrize(
    ("scenario", "line"),
    [
        ("plan", "<Scenario 'plan': policy plan, macro neutral, 2021-01..2025-12>"),
        ("us_rates_up", "<Scenario 'us_rates_up': policy plan, macro neutral, 2021-01..2025-12, 1 shock>"),
        (
            "opening",
            "<Scenario 'opening': policy committed, macro neutral, 2021-01..2025-12, 4 lever paths of its own>",
        ),
    ],
)
def test_a_scenario_says_in_a_line_what_it_is(scenario, line):
    assert repr(load(scenario)) == str(load(scenario)) == line


def test_what_a_call_changed_is_in_the_line():
    changed = load("committed").with_changes(scale=0.1, levers={"reits_pilot": 0.5})
    assert "'committed with scale 0.1, reits_pilot=0.5'" in repr(changed) and "1 lever path of its own" in repr(changed)


def test_a_scenario_shows_the_paths_of_the_levers_that_move():
    shown = sim.Scenario(name="<b>", policy="frozen", levers={"reits_pilot": {"2022-01": 0.75}})._repr_html_()
    assert "&lt;b&gt;" in shown and "<b>" not in shown
    assert shown.count("<tr>") == 2
    assert "<th>reits_pilot</th>" in shown and shown.count("<td>0.75</td>") == 4
    assert "No lever moves." in load("frozen")._repr_html_()


def test_a_model_shows_its_month_its_agents_and_its_indicators(centre):
    model = centre("plan", rng=7)
    model.step()
    assert repr(model).startswith("<FinancialCenter at 2021-01 of 2025-12, seed 7: ")
    assert f"{len(model.issuers):,} Issuer" in repr(model)
    shown = model._repr_html_()
    assert "&lt;FinancialCenter" in shown and shown.count("<tr") == 8
    assert f"{model.indicators['foreign_bond_share'].iloc[-1]:.4g}" in shown


def test_a_model_that_gave_its_result_away_still_has_a_line(short):
    model = sim.FinancialCenter(short("frozen"))
    model.let_go()
    assert repr(model) == "<FinancialCenter that has handed over its result>"
    assert "handed over" in model._repr_html_()


def test_an_attribution_shows_its_parts():
    ones = np.ones((2, 3, 1))
    shown = Attribution(("a", "b"), ones, 2 * ones[0], ones, outcomes=("turnover_total",))._repr_html_()
    assert "&lt;Attribution to 2 players over 3 runs&gt;" in shown
    assert [shown.index(f"<th>{name}</th>") for name in ("a", "b", "interaction", "whole")] == sorted(
        shown.index(f"<th>{name}</th>") for name in ("a", "b", "interaction", "whole")
    )


def test_there_is_a_bar_in_a_notebook_alone(monkeypatch):
    assert notebook_bar() is None
    from ipykernel import zmqshell as kernels

    shell = object.__new__(kernels.ZMQInteractiveShell)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    assert isinstance(notebook_bar(), NotebookBar)
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    assert notebook_bar() is None


def test_the_bar_counts_to_the_whole(capsys):
    bar = NotebookBar()
    for done in (1, 2):
        bar(None, done, 2)
    assert capsys.readouterr().out.splitlines()[-1].endswith("] 2/2")
