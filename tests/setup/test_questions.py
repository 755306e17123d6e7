"""The ten questions: every script on its page, answers of made-up runs, and no answer from too few runs."""

import importlib
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from app.measured.blocks import names_of_blocks
from scenarios.calendar import month_ordinal
from sim.closing.dictionary import data_dictionary
from sim.experiments.ensemble import Ensemble
from sim.experiments.least_runs import LEAST_FOR_VERDICT

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "questions.md").read_text(encoding="utf-8")
SCRIPTS = {path.stem: path for path in sorted((DOCS / "questions").glob("q[0-9][0-9]_*.py"))}
COLUMNS = tuple(str(name) for name in data_dictionary().index)


@pytest.fixture
def scripts(monkeypatch):
    """The folder of the scripts as a reader of one has it on the path; it is not left there."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(DOCS / "questions"))
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if name in {"asked", "renew", *SCRIPTS}:
            del sys.modules[name]


def made_up(requests, **_):
    """An ensemble of requests that ran nothing: each policy is a little above the one before in every indicator."""
    names = list(dict.fromkeys(each.scenario.name for each in requests))
    runs = sorted({each.run for each in requests})
    usual = np.random.default_rng(0).uniform(1.0, 2.0, (len(runs), 72, len(COLUMNS)))
    values = {name: usual * (1.0 + 0.01 * place) for place, name in enumerate(names)}
    scenarios = {each.scenario.name: each.scenario for each in requests}
    pairings = {name: tuple(each.pairing for each in requests if each.scenario.name == name) for name in names}
    return Ensemble(values, COLUMNS, month_ordinal("2020-01"), tuple(runs), scenarios, pairings)


def made_up_severities(arms, stresses, **how):
    rows = [
        {"scenario": each.name, "stress": stresses[0], "median": 1.0 + place, "low": 0.5, "high": float("inf"),
         "never": 0.25, "runs": how["runs"]}
        for place, each in enumerate(arms)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def answered(scripts, monkeypatch, name, runs):
    monkeypatch.setattr(scripts("asked"), "run_requests", made_up)
    module = scripts(name)
    if hasattr(module, "reverse_stress"):
        monkeypatch.setattr(module, "reverse_stress", made_up_severities)
    asked = scripts("asked").Asked(runs=runs, scale=0.1, effects=2.0, store=None)
    return module.answer(asked).told(asked)


def test_every_question_has_a_script_a_command_and_a_block():
    assert len(SCRIPTS) == 10
    assert re.findall(r"^python docs/questions/(q\d\d_\w+)\.py --runs 200$", PAGE, re.MULTILINE)[1:] == list(SCRIPTS)
    assert names_of_blocks(PAGE) == [name[:3] for name in SCRIPTS]
    for name, path in SCRIPTS.items():
        question = path.read_text(encoding="utf-8").split('"""')[1]
        assert f"## {question}\n\n```sh\npython docs/questions/{name}.py" in PAGE


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_answer_is_a_sentence_with_its_table_and_its_runs(name, scripts, monkeypatch):
    headline, measured, table = answered(scripts, monkeypatch, name, LEAST_FOR_VERDICT).split("\n\n", 2)
    assert headline.startswith("**") and not re.search(r"\bnan\b", headline)
    assert "too few" not in headline.lower() and headline.endswith((".", ".**"))
    assert "0.1 of the issuers" in measured
    assert len(table.splitlines()) > 4 and len({line.count("|") for line in table.splitlines()}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_runs_its_policies_and_names_levers_components_and_columns_that_there_are(name, scripts):
    asked = scripts("asked").Asked(runs=1, scale=0.02, store=None, workers=1)
    told = scripts(name).answer(asked).told(asked)
    assert told.startswith("**Too few runs (1; from 8 on)") and "0.02 of the issuers" in told
    assert len(told.split("\n\n", 2)[2].splitlines()) > 4


def test_too_few_runs_have_a_table_and_no_answer(scripts, monkeypatch):
    headline, _, table = answered(scripts, monkeypatch, "q09_green", LEAST_FOR_VERDICT - 1).split("\n\n", 2)
    assert headline == "**Too few runs (7; from 8 on) for an answer and for intervals.**"
    assert " to " not in table


def test_the_split_of_a_change_adds_up_and_is_symmetric(scripts):
    split = scripts("q02_targets").split
    cells = {(0, 0): np.array([1.0]), (1, 0): np.array([3.0]), (0, 1): np.array([2.0]), (1, 1): np.array([7.0])}
    first, second = split(cells)
    assert (first.item(), second.item()) == (3.5, 2.5)
    assert split({(b, a): value for (a, b), value in cells.items()}) == (second, first)


def test_a_gap_that_some_pairs_do_not_have_gives_no_part_beyond_its_bounds(scripts):
    module = scripts("q06_city_and_approvals")
    there = dict.fromkeys(module.PLAN_INDICATORS, np.full(16, np.inf))  # all targets but one are met
    near = np.linspace(0.9, 1.09, 16) * module.thresholds()["foreign_bond_share"]  # missed on average, by little
    there["foreign_bond_share"] = near
    lowered = SimpleNamespace(
        of_pairs=lambda *asked: (there[asked[-1]] * (1.0 - 1e-6), there[asked[-1]]),
        at_target=lambda _, indicator: there[indicator],
    )
    missing = module.thresholds()["foreign_bond_share"] - near.mean()
    parts = module.gaps_closed(lowered, "policy", "base")
    assert parts[0] == pytest.approx(-1e-6 * near.mean() / missing)
    assert np.abs(parts).max() < 1e-3 and len(parts) == 1 + module.RESAMPLED


def test_a_plane_is_found_again(scripts):
    points = np.random.default_rng(0).uniform(size=(20, 4))
    found, error = scripts("q05_direct_financing").line(points, points @ [1.0, -2.0, 0.0, 3.0] + 5.0)
    assert found == pytest.approx([1.0, -2.0, 0.0, 3.0, 5.0]) and error == pytest.approx(np.zeros(5), abs=1e-12)


def test_renewing_writes_the_answers_asked_for_and_no_other(scripts, monkeypatch, tmp_path, capsys):
    renew = scripts("renew")
    monkeypatch.setattr(scripts("asked"), "run_requests", made_up)
    page = tmp_path / "questions.md"
    page.write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(renew, "PAGE", page)
    monkeypatch.setattr("sys.argv", ["renew.py", "q09", "--runs", "8"])
    renew.renew()
    capsys.readouterr()
    new = page.read_text(encoding="utf-8")
    block = re.compile(r"<!-- measured: q09 -->\n.*?<!-- end -->", re.DOTALL)
    assert new != PAGE and block.sub("", new) == block.sub("", PAGE)
    monkeypatch.setattr("sys.argv", ["renew.py", "q11"])
    with pytest.raises(SystemExit, match="q11"):
        renew.renew()
