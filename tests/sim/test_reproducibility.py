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
from sim.runs.one_run import run
from sim.solving import history

OPTIONS = {"seed": 11, "scale": 0.1}

PROGRAM = """
import hashlib, sim
table = sim.run("plan", seed=11, scale=0.1).indicators
print(hashlib.sha256(table.to_numpy(dtype=float).tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def plan(bits):
    return bits(sim.run("plan", **OPTIONS).indicators)


def test_the_same_seed_gives_the_same_result_to_the_bit(plan, bits):
    assert bits(sim.run("plan", **OPTIONS).indicators) == plan


def test_a_fresh_process_gives_the_same_result_whatever_its_hash_seed(plan):
    expected = hashlib.sha256(plan[-1]).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == expected, done.stderr


def test_runs_in_two_workers_equal_runs_in_one_process(plan, bits):
    asked = [("plan", 11), ("frozen", 3)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(run, scenario, seed=seed, scale=0.1) for scenario, seed in asked]
        done = [job.result() for job in jobs]
    assert bits(done[0].indicators) == plan
    for (scenario, seed), result in zip(asked, done, strict=True):
        assert bits(result.indicators) == bits(sim.run(scenario, seed=seed, scale=0.1).indicators)


def test_seeds_agree_on_2020_and_differ_after_it(small):
    first, second = (small("plan", seed=seed).indicators for seed in (1, 2))
    assert first.loc["2020"].equals(second.loc["2020"])
    drawn = ["turnover_total", "direct_financing", "china_yield", "usdcny", "institution_count", "fintech_total"]
    for column in drawn:
        assert (first.loc["2021":, column] != second.loc["2021":, column]).any(), column


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"]
)
def test_a_copy_made_in_the_middle_continues_identically_and_alone(centre, bits, plan, twin):
    model = centre("plan", rng=11)
    model.run_for(23)
    other = twin(model)
    other.run_to_end()
    assert bits(other.indicators) == plan
    assert len(model.records) == 12 + 23
    model.run_to_end()
    assert bits(model.indicators) == plan
    assert other.datacollector.get_model_vars_dataframe().equals(model.datacollector.get_model_vars_dataframe())


def test_two_models_stepped_in_turns_equal_two_stepped_apart(centre, bits, plan):
    first, second = centre("plan", rng=11), centre("frozen", rng=5)
    while first.running:
        first.step()
        second.step()
    assert bits(first.indicators) == plan
    assert bits(second.indicators) == bits(sim.run("frozen", seed=5, scale=0.1).indicators)


@pytest.mark.slow
def test_what_ran_before_changes_nothing(plan, bits, small, central, monkeypatch):
    monkeypatch.setattr(history, "_pasts", type(history._pasts)())
    small("stretch", seed=8, macro="adverse", parameters=central.replace(vix_elasticity=0.9))
    small("plan", seed=11, levers={"bond_market_access": 1.0})
    assert bits(small("plan", seed=11).indicators) == plan
    assert bits(small("plan", seed=11).indicators) == plan


def test_a_run_leaves_the_end_of_2020_as_it_was(centre):
    model = centre("stretch", rng=2)
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
    ordered = centre("plan", rng=11)
    mixed = shuffled(centre("plan", rng=11), seed=1)
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
    program = "from sim.runs.one_run import run; import sim; assert sim.run is run; sim.run('frozen', scale=0.1)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
