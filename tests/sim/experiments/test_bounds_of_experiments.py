"""Experiments that no machine could run, or whose seeds no store could hold, are refused beforehand."""

import json
import time

import numpy as np
import pytest

import sim
from scenarios.bounds import LARGEST_BASE_SEED, LARGEST_SEED, MOST_RUNS
from scenarios.errors import InputError
from sim.experiments.designs import Design, Factor, read_design
from sim.experiments.pool import Workers
from sim.experiments.requests import RunRequest, ensemble_requests
from sim.experiments.robust_search import read_search

LEVER = "factors: {reits_pilot: [0, 1]}\n"
SEARCH = "levers: {reits_pilot: [0, 1]}\nhighest: {turnover_total: mean}\nlowest: {effort: mean}\n"


def problem_of(call):
    begun = time.perf_counter()
    with pytest.raises(InputError) as refused:
        call()
    assert time.perf_counter() - begun < 2.0
    (problem,) = refused.value.problems
    assert len(str(problem)) < 400
    return str(problem)


def file_of(tmp_path, text):
    file = tmp_path / "asked.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            f"kind: sobol\nruns: 1000000000\n{LEVER}",
            f"asked.yaml:2: runs: 1000000000 is too large (at most {MOST_RUNS})",
        ),
        (
            f"kind: sobol\nsamples: 64\nruns: 100000\n{LEVER}",
            f"asked.yaml:3: runs: needs 6400000 runs in total (at most {MOST_RUNS})",
        ),
        (f"kind: sobol\nsamples: 1{'0' * 250}\n{LEVER}", "asked.yaml:2: samples: a huge number is too large"),
        (f"kind: sobol\nsamples: 1{'0' * 5000}\n{LEVER}", "asked.yaml:2: samples: inf is not a whole number"),
        (f"kind: morris\nsamples: 90000\n{LEVER}", "asked.yaml:2: samples: needs 180000 points (at most 100000)"),
        (f"kind: morris\nlevels: 1000000\n{LEVER}", "asked.yaml:2: levels: 1000000 is too large (at most 1000)"),
        (
            "kind: factorial\nlevels: 999\nfactors: {reits_pilot: [0, 1], land_supply: [0, 1]}\n".replace(
                "land_supply", "bond_market_access"
            ),
            "needs 998001 points",
        ),
        (
            f"kind: sobol\nseed: 20261128225204\n{LEVER}",
            f"asked.yaml:2: seed: 20261128225204 is too large (at most {LARGEST_BASE_SEED})",
        ),
        (f"kind: sobol\nfactors: {{fx_extrapolation: [0, 1{'0' * 400}]}}\n", "is not a range"),
        (f"kind: sobol\nfactors: {{fx_extrapolation: [0, 1{'0' * 290}]}}\n", ""),
    ],
)
def test_a_design_beyond_its_bounds_is_refused_with_its_line(tmp_path, text, says):
    file = file_of(tmp_path, text)
    if not says:  # a huge range is no reason to fail inside: the values of a parameter are checked as such
        assert read_design(file).factors[0].high == 1e290
        return
    assert says in problem_of(lambda: read_design(file))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("generations: 1000000000\n", f"generations: 1000000000 is too large (at most {MOST_RUNS})"),
        ("generations: 100000\n", "needs 12800000 runs"),
        ("check_worlds: 150000\n", "check_worlds: needs 2400000 runs"),
        ("seed: 99999999999999\n", f"at most {LARGEST_BASE_SEED}"),
        ("seed: 1.5\n", "is not a whole number"),
    ],
)
def test_a_search_beyond_its_bounds_is_refused_with_its_line(tmp_path, text, says):
    file = file_of(tmp_path, SEARCH + text)
    told = problem_of(lambda: read_search(file))
    assert says in told and "asked.yaml:4" in told


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"runs": 10**9}, f"at most {MOST_RUNS}"),
        ({"runs": MOST_RUNS // 2 + 1}, f"needs {MOST_RUNS + 2} runs in total"),
        ({"runs": 10**400}, "a huge number runs are too many"),
        ({"runs": 2, "draws": 10**400}, "too many"),
        (
            {"runs": 2, "seed": 20261128225204},
            f"seed: the seed 20261128225204 is too large (a whole number from 0 to {LARGEST_BASE_SEED})",
        ),
        ({"runs": True}, "True is not a number of runs"),
        ({"runs": np.True_}, "is not a number of runs"),
        ({"runs": 2.0}, "2.0 is not a number of runs"),
    ],
)
def test_an_ensemble_beyond_its_bounds_is_refused_before_anything_is_drawn(how, says):
    assert says in problem_of(lambda: ensemble_requests(["plan", "committed"], **how))


def test_numpys_numbers_ask_for_the_same_runs():
    plain = ensemble_requests(["plan"], runs=2, seed=3, draws=1, scale=0.5)
    numpys = ensemble_requests(["plan"], runs=np.int64(2), seed=np.uint8(3), draws=np.int32(1), scale=np.float32(0.5))
    assert [request.key for request in plain] == [request.key for request in numpys]
    assert json.dumps([request.seed for request in numpys]) == "[3000000, 3000001]"


def test_a_run_takes_every_seed_that_a_store_holds_and_no_other():
    scenario = ensemble_requests(["plan"], runs=1, draws=0)[0]
    made = RunRequest(scenario.scenario, np.int64(LARGEST_SEED), scenario.parameters)
    assert made.seed == LARGEST_SEED and type(made.seed) is int
    for seed in (LARGEST_SEED + 1, -1, True, 10**400):
        assert "seed" in problem_of(lambda seed=seed: RunRequest(scenario.scenario, seed, scenario.parameters))
        assert "seed" in problem_of(lambda seed=seed: sim.run("plan", seed=seed, scale=0.05))


def test_a_count_of_processes_is_a_whole_number_within_reason():
    assert Workers(np.int64(2)).count == 2
    for count in (0, -1, True, 2.0, 10**6):
        assert "workers" in problem_of(lambda count=count: Workers(count))


POINTS = "kind: points\nfactors:\n  macro: [neutral, adverse]\n  reits_pilot: [0.2, 1]\npoints:\n  - [0, 0.5]\n"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("[-1, 0.5]", "-1 is not the number of a name of 'macro' (0 neutral, 1 adverse)"),
        ("[0.9, 0.5]", "0.9 is not the number of a name of 'macro'"),
        ("[7, 0.5]", "7 is not the number of a name of 'macro'"),
        ("[1e300, 0.5]", "is not the number of a name of 'macro'"),
        ("[true, 0.5]", "True is not a number for 'macro' (neutral, adverse)"),
        ("[.nan, 0.5]", "nan is not a number for 'macro'"),
        ("[advers, 0.5]", "'advers' is not a number for 'macro'"),
        ("[1, 1.5]", "1.5 is outside the range of 'reits_pilot' (0.2..1)"),
        ("[1, 0.1]", "0.1 is outside the range of 'reits_pilot' (0.2..1)"),
        ("[1]", "lists of one number a factor"),
        ("1", "lists of one number a factor"),
    ],
)
def test_a_point_that_no_factor_has_is_refused_with_its_line(tmp_path, row, says):
    file = file_of(tmp_path, f"{POINTS}  - {row}\n")
    told = problem_of(lambda: read_design(file))
    assert "asked.yaml:7: points.1: " in told and says in told


def test_every_bad_point_is_told_at_once(tmp_path):
    file = file_of(tmp_path, f"{POINTS}  - [7, 0.5]\n  - [1, 0.5]\n  - [1, 3]\n")
    with pytest.raises(InputError) as refused:
        read_design(file)
    assert [problem.where.rpartition(":")[2] for problem in refused.value.problems] == ["7", "9"]


def test_a_point_may_give_a_name_itself(tmp_path):
    design = read_design(file_of(tmp_path, f"{POINTS}  - [adverse, 0.7]\n"))
    assert design.given == ((0.0, 0.5), (1.0, 0.7))
    assert [request.scenario.macro for request in design.requests()] == ["neutral", "adverse"]


def test_a_design_made_in_python_stands_for_no_other_name_than_it_gives(tmp_path):
    read = read_design(file_of(tmp_path, POINTS))
    factors = (Factor.of_names("macro", ["neutral", "adverse"]), read.factors[1])
    for value in (-1.0, 0.9, 2.0):
        design = Design(read.scenario, "points", factors, given=((value, 0.5),))
        assert "not the number of a name" in problem_of(design.requests)


def test_the_number_of_points_is_known_without_laying_them_out(tmp_path):
    for kind in ("factorial", "latin_hypercube", "sobol", "morris"):
        text = f"kind: {kind}\nsamples: 5\nlevels: 4\nfactors: {{macro: [neutral, adverse], reits_pilot: [0, 1]}}\n"
        design = read_design(file_of(tmp_path, text))
        assert design.size == len(design.points()), kind
