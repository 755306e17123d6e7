"""What was asked of a store: every experiment is kept under its names, can be chosen, and its absent runs are seen."""

import json
from dataclasses import replace

import numpy as np
import pytest

import sim
from scenarios.bounds import LARGEST_SEED
from scenarios.errors import InputError
from sim.experiments import store as store_module
from sim.experiments import stored_design
from sim.experiments.designs import Design, Factor
from sim.experiments.ensemble import run_into_store, run_requests
from sim.experiments.export import export_store, months_asked, runs_asked
from sim.experiments.requests import ensemble_requests
from sim.experiments.sensitivity import swept
from sim.experiments.store import Store
from tests.sim.experiments.fabricated import MONTHS, fabricated, failing


@pytest.fixture
def asked(short):
    """Requests of a pair of scenarios."""

    def of(*names, runs=3, **how):
        scenarios = [short(name) if isinstance(name, str) else name for name in names or ("plan", "committed")]
        return ensemble_requests(scenarios, runs=runs, draws=0, **how)

    return of


@pytest.fixture
def folder(tmp_path, no_model):  # noqa: ARG001
    return tmp_path / "runs"


def ran(requests, folder, **how):
    return run_requests(requests, store=folder, workers=1, **how)


def test_two_names_of_one_content_share_results_and_keep_their_names(folder, asked, short, no_model):
    copied = short("plan").model_copy(update={"name": "baseline_copy", "title": "A copy"})
    ensemble = ran(asked("plan", copied), folder)
    assert list(ensemble.values) == ["plan", "baseline_copy"]
    assert len(no_model) == 3
    assert np.array_equal(ensemble.values["plan"], ensemble.values["baseline_copy"])
    assert ensemble.paired("plan", "baseline_copy").all()
    assert Store.open(folder).counts() == {"done": 3}
    stored = sim.Ensemble.of_store(Store.open(folder))
    assert list(stored.values) == ["plan", "baseline_copy"] and stored.scenarios["baseline_copy"].title == "A copy"


def test_a_file_that_was_renamed_comes_back_under_its_new_name(folder, asked, short, no_model):
    ran(asked("plan"), folder)
    ensemble = ran(asked(short("plan").model_copy(update={"name": "renamed"})), folder)
    assert list(ensemble.values) == ["renamed"] and len(no_model) == 3
    assert list(sim.Ensemble.of_store(Store.open(folder)).values) == ["renamed"]


def test_two_contents_of_one_name_leave_the_store_readable_and_each_can_be_chosen(folder, asked, short):
    edited = short("plan").with_levers({"bond_market_access": 0.9})
    first, second = asked("plan"), asked(edited)
    for requests in (first, second):
        ran(requests, folder)
    store = Store.open(folder)
    assert [(each.number, each.scenarios, each.asked, each.done) for each in store.designs()] == [
        (1, ("plan",), 3, 3),
        (2, ("plan",), 3, 3),
    ]
    shown = {None: second, 2: second, 1: first}
    for number, requests in shown.items():
        ensemble = sim.Ensemble.of_store(store, design=number)
        assert np.array_equal(ensemble.values["plan"], np.stack([fabricated(each).values for each in requests]))
        assert ensemble.scenarios["plan"] == requests[0].scenario
    with pytest.raises(InputError, match=r"holds no design 3 .*1, 2"):
        sim.Ensemble.of_store(store, design=3)


def test_every_experiment_of_a_store_can_be_listed_and_chosen_also_a_batch_before_a_sweep(folder, asked, short):
    ran(asked(), folder)
    factors = (Factor("bond_market_access", "lever", 0.5, 1.0),)
    design = Design(short("committed"), "latin_hypercube", factors, samples=4, title="access")
    with Store.writing(folder) as written:
        written.keep_design(design.requests(), design.plain(), label=design.title)
    run_into_store(design.requests(), folder, workers=1)
    store = Store.open(folder)
    batch, sweep = store.designs()
    assert (batch.kind, batch.scenarios, batch.asked) == ("batch", ("plan", "committed"), 6)
    assert (sweep.kind, sweep.scenarios, sweep.asked, sweep.label) == ("sweep", ("committed",), 4, "access")
    assert str(sweep).startswith("2: sweep of committed (access), 4 runs, ")
    assert list(sim.Ensemble.of_store(store).values) == ["committed"]
    chosen = sim.Ensemble.of_store(store, design=1)
    assert list(chosen.values) == ["plan", "committed"] and chosen.runs == (0, 1, 2)
    assert store.design(2, kind="sweep").sweep == json.loads(json.dumps(design.plain()))
    with pytest.raises(InputError, match="holds no design 1 of kind 'sweep'"):
        swept(store, 1)


def test_asking_for_the_same_again_adds_no_experiment_and_asking_after_another_does(folder, asked):
    for requests in (asked(), asked(), asked("plan"), asked()):
        ran(requests, folder)
    assert [each.scenarios for each in Store.open(folder).designs()] == [
        ("plan", "committed"),
        ("plan",),
        ("plan", "committed"),
    ]


def test_runs_that_are_asked_for_and_not_there_are_rows_of_nothing(folder, asked):
    requests = asked()
    with Store.writing(folder) as written:
        written.keep_design(requests)
        written.append([fabricated(each) for each in requests[:3]])
        written.append([failing(requests[3])])
    ensemble = sim.Ensemble.of_store(Store.open(folder))
    assert ensemble.runs == (0, 1, 2)
    assert [pairing is not None for pairing in ensemble.pairings["plan"]] == [True, True, False]
    assert [pairing is not None for pairing in ensemble.pairings["committed"]] == [True, False, False]
    assert np.isnan(ensemble.values["plan"][2]).all() and np.isfinite(ensemble.values["plan"][:2]).all()
    assert ensemble.failures == ("committed, run 1: ValueError: made to fail",)
    design = Store.open(folder).design()
    assert (design.asked, design.done, design.failed) == (6, 3, 1)


def test_an_experiment_of_an_older_model_is_read_and_compared_and_not_gone_on_with(folder, asked, monkeypatch):
    for module in (store_module, stored_design):
        monkeypatch.setattr(module, "model_digest", lambda: "0123456789abcdef")
    truth = ran(asked(), folder)
    monkeypatch.undo()
    store = Store.open(folder)
    design = store.design()
    assert design.model == "0123456789abcdef" and not design.resumable
    ensemble = sim.Ensemble.of_store(store)
    assert np.array_equal(ensemble.values["plan"], truth.values["plan"])
    assert len(store.levers) == 2 * 12 * 30
    with pytest.raises(InputError, match="another version of the model"):
        store.requests_of_last_design()


def test_requests_come_back_with_fork_names_and_budget(folder, short):
    budget = {"unit": "CNY bn", "a_year": {"bond_market_access": 2.0}}
    dear = sim.Scenario(**{**short("plan").plain(), "name": "dear", "title": "Dear", "budget": budget})
    requests = ensemble_requests([dear, short("plan")], runs=2, fork_at="2021-07")
    with Store.writing(folder) as written:
        written.keep_design(requests)
    again = Store.open(folder).requests_of_last_design()
    assert again == requests
    assert [each.fork_month for each in again] == [each.fork_month for each in requests] != [None] * 4
    assert [each.scenario for each in again] == [each.scenario for each in requests]
    assert again[0].scenario.budget == dear.budget


def test_every_seed_that_can_be_asked_for_is_stored_as_it_is(folder, asked):
    with pytest.raises(InputError, match="is too large"):
        replace(asked("plan", runs=1)[0], seed=LARGEST_SEED + 1)
    largest = [replace(each, seed=LARGEST_SEED) for each in asked("plan", runs=1)]
    ran(largest, folder)
    store = Store.open(folder)
    assert store.runs["seed"].tolist() == [LARGEST_SEED]
    assert store.request(largest[0].key).seed == LARGEST_SEED


def test_runs_that_failed_and_then_succeeded_are_one_row_everywhere(folder, asked, tmp_path):
    requests = asked("plan", runs=2)
    with Store.writing(folder) as written:
        written.keep_design(requests)
        written.append([failing(requests[0]), fabricated(requests[1])])
        written.append([failing(requests[0])])
        written.append([fabricated(each) for each in requests])
    store = Store.open(folder)
    assert store.counts() == {"done": 2}
    assert len(store.indicators) == len(months_asked(store)) == 2 * MONTHS
    assert store.query("select count(*) as n from indicators join runs using (key)")["n"].item() == 2 * MONTHS
    assert runs_asked(store)["status"].tolist() == ["done", "done"]
    exported = store.indicators.groupby("run")["turnover_total"].sum().tolist()
    assert exported == pytest.approx([fabricated(each).values[:, 0].sum() for each in requests])
    assert len(export_store(store, tmp_path / "out")) == 4


def test_one_content_under_two_names_is_exported_once_for_each_name(folder, asked, short):
    copied = short("plan").model_copy(update={"name": "another"})
    ran(asked("plan"), folder)
    ran(asked("plan", copied), folder)
    table = months_asked(Store.open(folder))
    assert len(table) == 2 * 3 * MONTHS
    assert not table.duplicated(["scenario", "run", "month"]).any()


def test_a_store_without_designs_shows_all_that_it_holds(folder, asked):
    with Store.writing(folder) as written:
        written.append([fabricated(each) for each in asked()])
    store = Store.open(folder)
    assert store.designs() == []
    assert sim.Ensemble.of_store(store).runs == (0, 1, 2)


def test_outcomes_of_one_call_may_have_other_indicators(folder, asked):
    requests = asked("plan", runs=2)
    with Store.writing(folder) as written:
        written.append([fabricated(requests[0]), fabricated(requests[1], ("turnover_total",), 36)])
    ensemble = sim.Ensemble.of_store(Store.open(folder))
    assert ensemble.values["plan"].shape == (2, 36, 7)
    assert np.isfinite(ensemble.values["plan"]).sum() == 24 * 7 + 36
