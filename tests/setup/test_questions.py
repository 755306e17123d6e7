"""The ten questions: every script on its page, answers of made-up runs, and no answer from too few runs."""

import importlib
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.measured.blocks import names_of_blocks
from scenarios.calendar import month_ordinal
from scenarios.errors import InputError
from sim.closing.dictionary import data_dictionary
from sim.evidence.shock_tests import reverse_stress
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
        if name in {"asked", "renew", "robust", *SCRIPTS}:
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


def made_up_severities(_function, requests, _workers):
    """Least severities by which each policy bears a little more than the one before."""
    names = list(dict.fromkeys(each.scenario.name for each in requests))
    return [1.0 + 0.1 * each.run + names.index(each.scenario.name) for each in requests]


def answered(scripts, monkeypatch, name, runs):
    monkeypatch.setattr(scripts("asked"), "run_requests", made_up)
    module = scripts(name)
    if hasattr(module, "mapped"):
        monkeypatch.setattr(module, "mapped", made_up_severities)
    asked = scripts("asked").Asked(runs=runs, scale=0.1, effects=2.0, store=None)
    return module.answer(asked).told(asked)


def test_every_question_has_a_script_a_command_and_a_block():
    assert len(SCRIPTS) == 10
    assert re.findall(r"^python docs/questions/(q\d\d_\w+)\.py --runs 200$", PAGE, re.MULTILINE)[1:] == list(SCRIPTS)
    assert names_of_blocks(PAGE) == [*(name[:3] for name in SCRIPTS), "robust"]
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
    with pytest.raises(InputError, match="q11"):
        renew.renew()


@pytest.fixture
def robust(scripts, monkeypatch, tmp_path):
    """The command that repeats answers, with made-up runs and a page of its own; `requests` are those that it made."""
    module = scripts("robust")
    requests = []

    def kept(asked, **how):
        requests.extend(asked)
        return made_up(asked, **how)

    page = tmp_path / "questions.md"
    page.write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(scripts("asked"), "run_requests", kept)
    monkeypatch.setattr(scripts("q10_smallest_shock"), "mapped", made_up_severities)
    monkeypatch.setattr(module, "PAGE", page)

    def call(*words):
        given = ["robust.py", *words, "--scale", "0.1", "--store", str(tmp_path)]
        monkeypatch.setattr("sys.argv", given)
        module.measure()
        return page.read_text(encoding="utf-8")

    return SimpleNamespace(call=call, requests=requests, module=module)


def rows_of(page):
    block = page.split("<!-- measured: robust -->")[1].split("<!-- end -->")[0]
    return {line.split(" | ")[0].strip("| "): line for line in block.splitlines() if re.match(r"\| q\d\d ", line)}


def test_answers_are_repeated_in_four_cases_and_not_measured_twice(robust, capsys):
    page = robust.call("--runs", "8")
    assert list(rows_of(page)) == [name[:3] for name in SCRIPTS]
    assert all(
        line.endswith(("| yes |", "| nothing is distinguished in the base |")) for line in rows_of(page).values()
    )
    assert page.split("<!-- measured: robust -->")[0] == PAGE.split("<!-- measured: robust -->")[0]
    worlds = {each.scenario.macro for each in robust.requests}
    assert worlds == {"neutral", "adverse"}
    pair = "bond_market_access", "foreign_access_cost"
    plan = [each for each in robust.requests if each.scenario.name == "plan" and each.run == 0 and each.draw == 0]
    usual = plan[0].parameters.betas[pair]
    scaled = {
        each.parameters.betas[pair] / usual
        for each in robust.requests
        if (each.scenario.name, each.run, each.scenario.macro) == ("plan", 0, "neutral")
    }
    assert {round(each, 6) for each in scaled} == {0.5, 1.0, 2.0}
    done = len(robust.requests)
    assert capsys.readouterr().out.count(" s of CPU") == 40
    assert robust.call("q01", "q10", "--runs", "8") == page and len(robust.requests) == done
    assert capsys.readouterr().out == ""


def test_a_question_measured_with_other_runs_keeps_its_row_with_their_number(robust):
    robust.call("q07", "q09", "--runs", "8")
    rows = rows_of(robust.call("q09", "--runs", "9"))
    assert {name: line.split(" | ")[1] for name, line in rows.items()} == {"q07": "8", "q09": "9"}


def test_an_answer_of_other_code_is_measured_anew_and_not_shown_before(robust, monkeypatch):
    robust.call("q07", "q09", "--runs", "8")
    done, usual = len(robust.requests), robust.module.versions
    monkeypatch.setattr(robust.module, "versions", lambda name: usual(name) | ({"code": "0"} if name == "q07" else {}))
    assert list(rows_of(robust.call("q09", "--runs", "8"))) == ["q09"] and len(robust.requests) == done
    assert list(rows_of(robust.call("q07", "--runs", "8"))) == ["q07", "q09"] and len(robust.requests) > done


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["q11"], "q11"),
        (["--runs", "7"], "too few runs"),
        (["--effects", "2"], "sets both itself"),
        (["--world", "adverse"], "sets both itself"),
    ],
)
def test_repeating_refuses_what_it_cannot_use(robust, words, message):
    with pytest.raises(InputError, match=message):
        robust.call(*words)


def test_an_answer_holds_is_not_shown_or_does_not_hold(scripts):
    module = scripts("robust")
    base = module.Claim("", ("a", "b"), {"rises": True, "falls": False})

    def verdict(**other):
        return module.verdict({"base": base, "case": module.Claim("", **other)})

    assert verdict(first=("b", "a"), statements={"rises": True, "falls": None}) == "yes"
    assert verdict(first=("a",), statements={"rises": None}) == "not shown, case: rises"
    assert verdict(first=("b",), statements={"rises": False}) == "no, case: first is b, not: rises"
    undecided = module.Claim("", ("a", "b"), {"rises": None})
    assert module.verdict({"base": undecided, "case": base}) == "nothing is distinguished in the base"


def test_a_statement_is_distinguished_by_its_interval(scripts):
    module = scripts("robust")
    around = [module.Effect(1.0, low, low + 2.0) for low in (0.5, -1.0, -3.0)]
    assert [module.above(each) for each in around] == [True, None, False]
    assert [module.below(each) for each in around] == [False, None, True]
    worse = {"a": np.arange(8.0), "b": np.arange(8.0) - 5.0, "c": np.arange(8.0) + np.tile([-1.0, 1.0], 4) * 0.1}
    assert module.first_of(worse) == ("a", "c")


def test_a_world_of_its_own_stays_and_any_other_follows_the_option(scripts):
    asked = scripts("asked")
    arms = [asked.arm("plan", "plan"), asked.arm("replay", "plan", macro="realised")]
    requests = asked.Asked(runs=1, world="adverse").requests(arms)
    assert [(each.scenario.name, each.scenario.macro) for each in requests] == [
        ("plan", "adverse"),
        ("replay", "realised"),
    ]
    assert asked.Asked(runs=8, world="adverse").told.endswith("adverse path of the outside world")


def test_severities_beyond_the_largest_are_told_as_such(scripts):
    module = scripts("q10_smallest_shock")
    record = module.record(np.minimum([1.0, 2.0, *[np.inf] * 6], module.BEYOND))
    assert record["never"] == 0.75 and record["median"] == np.inf and module.severity(record).startswith("above 4")


@pytest.mark.slow
def test_least_severities_are_those_of_the_reverse_stress_test(scripts):
    module, asked = scripts("q10_smallest_shock"), scripts("asked")
    found = module.severities(asked.Asked(runs=2, scale=0.02, store=None, workers=1), ["plan"])["plan"]
    (same,) = reverse_stress(["plan"], at=module.AT, runs=2, scale=0.02, workers=1).to_dict("records")
    assert module.record(found)["median"] == same["median"] and module.record(found)["never"] == same["never"]


def test_the_first_answer_says_where_its_levers_are_of_another_version_of_the_model(scripts, monkeypatch):
    module, asked = scripts("q01_bond_share"), scripts("asked")
    monkeypatch.setattr(asked, "run_requests", made_up)
    told = "by another version of the model"
    assert told not in module.answer(asked.Asked(runs=8, store=None)).measured
    former = replace(module.shipped_matrix(), model="0" * 16)
    monkeypatch.setattr(module, "shipped_matrix", lambda: former)
    assert told in module.answer(asked.Asked(runs=8, store=None)).measured


@pytest.mark.parametrize("words", [["--runs", "0"], ["--effects", "nan"], ["--scale", "-1"]])
def test_a_script_says_in_words_what_it_cannot_use(scripts, monkeypatch, tmp_path, capsys, words):
    monkeypatch.setattr("sys.argv", ["q09_green.py", *words, "--store", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        scripts("asked").main(scripts("q09_green").answer)
    assert ended.value.code == 2 and capsys.readouterr().err.startswith("error: ")
