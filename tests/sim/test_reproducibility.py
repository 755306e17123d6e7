"""One seed, one result: in any process, in any company, in any order of agents."""

import copy
import hashlib
import os
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import sim
from scenarios.loader import load
from sim.runs.one_run import run
from sim.solving import history

PROGRAM = """
import hashlib, sim
from scenarios.loader import load
two_years = sim.Scenario(**{**load("plan").plain(), "scale": 0.1, "end": "2022-12"})
table = sim.run(two_years, seed=11).indicators
print(hashlib.sha256(table.to_numpy(dtype=float).tobytes()).hexdigest())
"""


def two_years(name):
    return sim.Scenario(**{**load(name).plain(), "scale": 0.1, "end": "2022-12"})


@pytest.fixture(scope="module")
def plan(bits):
    return bits(sim.run(two_years("plan"), seed=11).indicators)


def test_the_same_seed_gives_the_same_result_to_the_bit(plan, bits):
    assert bits(sim.run(two_years("plan"), seed=11).indicators) == plan


def test_a_fresh_process_gives_the_same_result_whatever_its_hash_seed(plan):
    """Including solved constants: it takes none from the cache."""
    expected = hashlib.sha256(plan[-1]).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "77", "LUJIAZUI_CACHE": "off"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == expected, done.stderr


def test_runs_in_two_workers_equal_runs_in_one_process(plan, bits):
    asked = [(two_years("plan"), 11), (two_years("frozen"), 3)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(run, scenario, seed=seed) for scenario, seed in asked]
        done = [job.result() for job in jobs]
    assert bits(done[0].indicators) == plan
    assert bits(done[1].indicators) == bits(sim.run(two_years("frozen"), seed=3).indicators)


def test_seeds_agree_on_2020_and_differ_after_it():
    first, second = (sim.run(two_years("plan"), seed=seed).indicators for seed in (1, 2))
    assert first.loc["2020"].equals(second.loc["2020"])
    drawn = ["turnover_total", "direct_financing", "china_yield", "usdcny", "institution_count", "fintech_total"]
    for column in drawn:
        assert (first.loc["2021":, column] != second.loc["2021":, column]).any(), column


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"]
)
def test_a_copy_made_in_the_middle_continues_identically_and_alone(bits, plan, twin):
    model = sim.FinancialCenter(two_years("plan"), rng=11)
    model.run_for(11)
    other = twin(model)
    other.run_to_end()
    assert bits(other.indicators) == plan
    assert len(model.records) == 12 + 11
    model.run_to_end()
    assert bits(model.indicators) == plan
    assert other.datacollector.get_model_vars_dataframe().equals(model.datacollector.get_model_vars_dataframe())


def test_two_models_stepped_in_turns_equal_two_stepped_apart(bits, plan):
    first, second = (sim.FinancialCenter(two_years(name), rng=seed) for name, seed in (("plan", 11), ("frozen", 5)))
    while first.running:
        first.step()
        second.step()
    assert bits(first.indicators) == plan
    assert bits(second.indicators) == bits(sim.run(two_years("frozen"), seed=5).indicators)


@pytest.mark.slow
def test_what_ran_before_changes_nothing(plan, bits, small, central, monkeypatch):
    monkeypatch.setattr(history, "_pasts", type(history._pasts)())
    monkeypatch.setenv("LUJIAZUI_CACHE", "off")
    small("stretch", seed=8, macro="adverse", parameters=central.replace(vix_elasticity=0.9))
    small("plan", seed=11, levers={"bond_market_access": 1.0})
    assert bits(sim.run(two_years("plan"), seed=11).indicators) == plan
    assert bits(sim.run(two_years("plan"), seed=11).indicators) == plan


def test_a_run_leaves_the_end_of_2020_as_it_was():
    model = sim.FinancialCenter(two_years("stretch"), rng=2)
    past = history.state_at_baseline(model.parameters, 0.1)
    before = pickle.dumps(past)
    model.run_to_end()
    assert past is history.state_at_baseline(model.parameters, 0.1)
    assert pickle.dumps(past) == before


def shuffled(model, seed):
    """Give every population another order of rows, with everything that hangs on them.

    No public call moves rows about, so this takes the way of pickle, which writes them out and reads them in.
    """
    order = np.random.default_rng(seed)
    for population in model.populations.values():
        state = population.__getstate__()
        rows = order.permutation(len(population))
        state["_living"] = [np.ascontiguousarray(block[:, rows]) for block in state["_living"]]
        population.__setstate__({**state, "_in_order": False})
    return model


def test_the_order_of_agents_plays_no_part(centre):
    ordered = centre("plan", "2023-12", rng=11)
    mixed = shuffled(centre("plan", "2023-12", rng=11), seed=1)
    assert not np.array_equal(mixed.issuers.draw_keys, ordered.issuers.draw_keys)
    ordered.run_to_end()
    mixed.run_to_end()
    counts = [
        "leading_fintech_count",
        "institution_count",
        "foreign_investor_count",
        "fintech_total",
        "star_new_listings",
    ]
    assert mixed.indicators[counts].equals(ordered.indicators[counts])
    np.testing.assert_allclose(mixed.indicators.to_numpy(float), ordered.indicators.to_numpy(float), rtol=1e-9)
    for one, other in zip(ordered.populations.values(), mixed.populations.values(), strict=True):
        assert set(one.draw_keys.tolist()) == set(other.draw_keys.tolist())


def test_importing_the_module_of_runs_does_not_hide_the_function():
    program = "from sim.runs.one_run import run; import sim; assert sim.run is run; assert callable(sim.run)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
