"""The last sweep of a store is found also after a batch."""

import pytest

import sim
from scenarios.errors import InputError
from sim.experiments.designs import Design, Factor
from sim.experiments.ensemble import run_requests
from sim.experiments.sensitivity import indices, strength, swept
from sim.experiments.store import Store


@pytest.fixture(scope="module")
def store(short, tmp_path_factory):
    folder = tmp_path_factory.mktemp("swept") / "runs"
    factors = (Factor("bond_market_access", "lever", 0.5, 1.0), Factor("futures_market_opening", "lever", 0.3, 1.0))
    design = Design(short("committed"), "morris", factors, samples=2)
    requests = design.requests()
    with Store.writing(folder) as written:
        written.keep_design(requests, design.plain())
    run_requests(requests, store=folder, workers=1)
    return folder


def test_a_batch_after_a_sweep_does_not_hide_it(store, short):
    design, found = swept(Store.open(store))
    sim.ensemble([short("plan")], runs=1, draws=0, store=store, workers=1)
    again, same = swept(Store.open(store))
    assert again == design and same.equals(found)
    last = Store.open(store).requests_of_last_design()
    assert [(request.scenario.name, request.run) for request in last] == [("plan", 0)]
    assert len(found) == len(design.points())


def test_factors_are_ordered_by_what_their_kind_of_design_measures(store):
    design, found = swept(Store.open(store))
    table = indices(design, found)
    share = table[table["indicator"] == "foreign_bond_share"].set_index("factor")[strength(design.kind)]
    assert share["bond_market_access"] > 0.0


def test_a_store_without_a_sweep_says_so(tmp_path, short):
    sim.ensemble([short("plan")], runs=1, draws=0, store=tmp_path / "runs", workers=1)
    with pytest.raises(InputError, match="holds no sweep"):
        swept(Store.open(tmp_path / "runs"))
