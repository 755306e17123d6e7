"""A swapped rule and a plan of one's own give the same bits in one process, in two, on Dask and when repeated."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import sim
from app.cluster import executor_at
from sim.experiments.repeating import repeated
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store
from tests.dask_cluster import dask_cluster

PLANS = Path(__file__).parents[1] / "plans"
ROOT = Path(sim.__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def plan(tmp_path):
    """A plan to 2030 with observations of 2020 of its own."""
    folder = shutil.copytree(PLANS / "centre_2030", tmp_path / "centre_2030")
    shutil.copy(PLANS / "harbour" / "baseline.csv", folder)
    return sim.load_plan(folder)


@pytest.fixture
def asked(weather_market, tiny, plan):
    """Two scenarios with a swapped rule alone, with the plan alone, and with both."""
    scenarios = []
    for name in ("plan", "committed"):
        own, plain = tiny(name).with_components([weather_market]), tiny(name)
        held = [own, plain.with_plan(plan), own.with_plan(plan)]
        scenarios += [
            each.model_copy(update={"name": f"{name} {kind}"})
            for kind, each in zip(("rule", "plan", "both"), held, strict=True)
        ]
    return scenarios


def test_the_same_bits_in_every_place_and_never_the_key_of_the_model_itself(asked, tiny, tmp_path):
    how = {"runs": 2, "draws": 0}
    one = sim.ensemble(asked, **how, workers=1, store=tmp_path / "one")
    two = sim.ensemble(asked, **how, workers=2, store=tmp_path / "two")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with dask_cluster(tmp_path, environment) as (address, _), executor_at(address) as executor:
        cluster = sim.ensemble(asked, **how, executor=executor, store=tmp_path / "cluster")
    assert not one.failures and not two.failures and not cluster.failures
    for name in one.values:
        np.testing.assert_array_equal(one.values[name], two.values[name])
        np.testing.assert_array_equal(one.values[name], cluster.values[name])
    stores = [Store.open(tmp_path / name) for name in ("one", "two", "cluster")]
    keys = {each.key for each in ensemble_requests(asked, **how)}
    assert len(keys) == 12 and all(store.keys() == keys for store in stores)
    usual = {each.key for name in ("plan", "committed") for each in ensemble_requests([tiny(name)], **how)}
    assert usual.isdisjoint(keys)
    for request in ensemble_requests(asked, **how)[:3]:
        assert repeated(stores[2], request.key).same


def test_the_runs_differ_from_those_of_the_model_itself(asked, tiny):
    usual = sim.run(tiny("plan")).indicators
    for each in asked[:3]:
        assert not sim.run(each).indicators.equals(usual)
