"""Arguments of another type are refused in words by what a script calls on experiments."""

import pandas as pd
import pytest

import sim
from scenarios import InputError
from sim.experiments import pool
from tests.sim.experiments.fabricated import fabricated

RUNS = {"runs": 2, "draws": 0, "scale": 0.05, "workers": 1}


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "executed", fabricated)
    sim.ensemble("plan", store=tmp_path / "runs", **RUNS)
    return sim.Store.open(tmp_path / "runs")


CALLS = {
    "no scenario": (lambda _: sim.ensemble(None, **RUNS), "scenarios: nothing is not a scenario or several"),
    "a number for a store": (lambda _: sim.ensemble("plan", store=5, **RUNS), "store: 5 is not a path"),
    "a store for its path": (lambda store: sim.ensemble("plan", store=store, **RUNS), "is not a path"),
    "a number to open": (lambda _: sim.Store.open(5), "store: 5 is not a path"),
    "a path for a store": (
        lambda store: sim.Ensemble.of_store(str(store.folder)),
        r"is not an opened store \(sim\.Store\.open\(FOLDER\)\)",
    ),
    "several indicators": (
        lambda store: sim.Ensemble.of_store(store).quantiles(["foreign_bond_share"]),
        r"indicator: \['foreign_bond_share'\] is not one indicator \(a name; see: lujiazui indicators\)",
    ),
    "single values as parameters": (
        lambda _: sim.run("plan", parameters={"vix_elasticity": 0.9}),
        r"parameters: .* is neither the name of a parameter set nor a path \(posterior_2020, .*\.csv file",
    ),
    "a table as parameters": (
        lambda _: sim.ensemble("plan", parameters=pd.DataFrame({"id": ["vix_elasticity"]}), **RUNS),
        "is neither the name of a parameter set nor a path",
    ),
    "several sets": (
        lambda _: sim.FinancialCenter("plan", parameters=["prior_2020"]),
        "is neither the name of a parameter set nor a path",
    ),
    "a set that does not exist": (
        lambda _: sim.run("plan", parameters="prior_2021"),
        r"unknown parameter set 'prior_2021'; did you mean 'prior_2020'\? \(.*the folder of a fit",
    ),
    "an empty query": (lambda store: store.query(""), "sql: the query holds no statement"),
    "a query that is a remark": (lambda store: store.query("-- runs"), "sql: the query holds no statement"),
    "a query that is none": (lambda store: store.query(None), "sql: nothing is not text"),
}


@pytest.mark.parametrize("name", CALLS)
def test_an_argument_of_another_type_is_refused_in_words(store, name):
    call, told = CALLS[name]
    with pytest.raises(InputError, match=told):
        call(store)


def test_one_lever_may_be_given_by_its_name():
    with pytest.raises(InputError, match="unknown lever 'reits_pilt'; did you mean 'reits_pilot'"):
        sim.effects("reits_pilt")
