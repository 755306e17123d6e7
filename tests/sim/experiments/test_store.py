"""The store: what goes in comes out, what is no store is refused."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sim
from scenarios.errors import InputError
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.experiments.export import export_store, to_xarray
from sim.experiments.outcomes import failed
from sim.experiments.store import ABOUT, Store, missing, parameters_as_data, parameters_from
from sim.solving.cache import model_digest


@pytest.fixture
def store(tmp_path, requests, outcomes):
    with Store.writing(tmp_path / "runs") as written:
        written.keep_design(requests)
        written.append(outcomes[:4])
        written.append(outcomes[4:])
    return Store.open(tmp_path / "runs")


def test_results_come_back_to_the_bit(store, outcomes):
    for outcome in outcomes:
        stored = store.values(outcome.key)
        assert list(stored.columns) == list(outcome.indicators)
        assert (stored.to_numpy() == outcome.values).all()
    assert store.counts() == {"done": 6}
    assert "6 runs done" in repr(store) and "plan" in store._repr_html_()


def test_a_query_in_sql_sees_runs_and_indicators(store):
    answer = store.query(
        "select scenario, count(*) as months from indicators join runs using (key) group by 1 order by 1"
    )
    assert answer.to_dict("list") == {"scenario": ["committed", "plan"], "months": [72, 72]}
    with pytest.raises(InputError, match="the query cannot be answered"):
        store.query("select nothing from nowhere")


def test_the_levers_of_a_store_are_its_scenarios_paths(store):
    levers = store.levers
    plan = levers[levers["scenario"] == "plan"]
    assert len(plan) == 12 * 30
    assert set(plan["intensity"].between(0.0, 1.0)) == {True}


def test_what_is_there_is_not_missing(store, requests, short):
    assert missing(requests, store) == []
    other = sim.experiments.requests.ensemble_requests([short("plan")], runs=4, draws=0)
    assert [request.run for request in missing(other, store)] == [3]


def test_the_design_is_kept_once_and_repeats_the_requests(store, requests):
    with Store.writing(store.folder) as written:
        written.keep_design(requests)
    assert len(list((store.folder / "designs").iterdir())) == 1
    assert [request.key for request in store.requests_of_last_design()] == [request.key for request in requests]


def test_a_run_is_found_by_the_beginning_of_its_key_and_repeats_itself(store, outcomes):
    request = store.request(outcomes[0].key[:12])
    assert request.key == outcomes[0].key
    assert (request.execute().indicators.to_numpy() == outcomes[0].values).all()
    with pytest.raises(InputError, match="no run has a key that begins with 'zzz'"):
        store.request("zzz")
    with pytest.raises(InputError, match="6 runs have a key"):
        store.request("")


def test_a_run_of_the_past_is_kept_with_the_data_of_its_base_year(store, outcomes):
    assert store.request(outcomes[0].key).base_year == YEAR_2020
    past = replace(outcomes[0].request, base_year=BaseYear(2019, {"institutions_2020": 1659.0}))
    with Store.writing(store.folder) as written:
        written.append([replace(outcomes[0], request=past)])
    assert store.request(past.key).base_year == past.base_year
    path = store.folder / "vintages" / f"{past.base_year.digest}.json"
    whole = path.read_text()
    path.write_text(whole.replace("1659", "1660"))
    with pytest.raises(InputError, match="another hash"):
        store.request(past.key)
    too_early = '{"base_year": 1900, "observed": {}, "replays": false}'
    for foreign in ("{}", "[]", too_early, whole.replace("{", '{"more": 1, ', 1)):
        path.write_text(foreign)
        with pytest.raises(InputError, match="is damaged"):
            store.request(past.key)


def test_a_failed_run_is_recorded_beside_those_that_are_done(tmp_path, requests, outcomes):
    with Store.writing(tmp_path / "runs") as written:
        written.append([outcomes[0], failed(requests[1], "the worker process died")])
    store = Store.open(tmp_path / "runs")
    assert store.counts() == {"done": 1, "failed": 1}
    assert [request.key for request in missing(requests[:2], store)] == [requests[1].key]
    ensemble = sim.Ensemble.of_store(store)
    assert ensemble.failures == ("committed, run 0: the worker process died",)


def test_parameters_survive_json_to_the_bit(requests):
    parameters = requests[0].parameters
    assert parameters_from(json.loads(json.dumps(parameters_as_data(parameters)))) == parameters


def test_what_is_no_store_is_refused(tmp_path, store):
    with pytest.raises(InputError, match="is not a folder"):
        Store.open(tmp_path / "nowhere")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="is not a store"):
        Store.open(tmp_path / "papers")
    with pytest.raises(InputError, match="other things in it"), Store.writing(tmp_path / "papers"):
        pass
    with pytest.raises(InputError, match="cannot be written"), Store.writing(tmp_path / "papers" / "letter.txt" / "x"):
        pass
    about = store.folder / ABOUT
    about.write_text('{"format": 99}')
    with pytest.raises(InputError, match=r"has the format 99; this version reads 2"):
        Store.open(store.folder)
    about.write_bytes(b"\x00\xff")
    with pytest.raises(InputError, match="is damaged"):
        Store.open(store.folder)


def test_a_second_writer_is_refused_and_readers_are_not(store):
    with Store.writing(store.folder), pytest.raises(InputError, match="another process is writing"):
        Store.writing(store.folder)
    with Store.writing(store.folder):
        assert len(store.runs) == 6


def test_a_damaged_parameter_file_is_named(store, outcomes):
    path = store.folder / "parameters" / f"{outcomes[0].request.parameters.hash}.json"
    data = json.loads(path.read_text())
    data["values"]["peer_bound"] = 9.0
    path.write_text(json.dumps(data))
    with pytest.raises(InputError, match="another hash"):
        store.request(outcomes[0].key)


def test_half_written_parts_are_not_read_and_are_cleared_away(store):
    (store.folder / "indicators" / f"00000009-{'0' * 32}.parquet").write_bytes(b"no parquet")
    (store.folder / "runs" / "00000009.parquet.part").write_bytes(b"half")
    assert len(store.indicators) == 144
    with Store.writing(store.folder):
        pass
    assert not list(store.folder.rglob("00000009*"))
    assert len(store.indicators) == 144


def test_an_empty_store_answers_with_empty_tables(tmp_path):
    with Store.writing(tmp_path / "runs"):
        pass
    store = Store.open(tmp_path / "runs")
    assert store.runs.empty and store.indicators.empty and store.levers.empty and store.counts() == {}
    with pytest.raises(InputError, match="no run is done"):
        sim.Ensemble.of_store(store)


def test_tables_go_out_as_parquet_and_csv(tmp_path, store):
    parquet = export_store(store, tmp_path / "p")
    csv = export_store(store, tmp_path / "c", "csv")
    assert [path.name for path in parquet] == ["runs.parquet", "indicators.parquet", "levers.parquet", "dictionary.csv"]
    table = pd.read_parquet(parquet[1])
    assert list(table.columns[:5]) == ["scenario", "run", "seed", "key", "month"]
    np.testing.assert_allclose(pd.read_csv(csv[1])["turnover_total"], table["turnover_total"])
    with pytest.raises(InputError, match="is not empty"):
        export_store(store, tmp_path / "p")
    with pytest.raises(InputError, match=r"unknown kind of file 'netcd'; did you mean 'netcdf'"):
        export_store(store, tmp_path / "n", "netcd")


def test_netcdf_opens_with_its_units(tmp_path, store, outcomes):
    import xarray as xr

    path, told = export_store(store, tmp_path / "n", "netcdf")
    assert told.name == "dictionary.csv"
    with xr.open_dataset(path) as data:
        assert dict(data.sizes) == {"scenario": 2, "run": 3, "month": 24}
        first = data["turnover_total"].sel(scenario="plan", run=0).to_numpy()
        assert (first == outcomes[0].values[:, outcomes[0].indicators.index("turnover_total")]).all()
        assert data["turnover_total"].attrs == {
            "units": "trn yuan per month",
            "cell_methods": "month: sum",
            "long_name": "Market turnover",
            "kind": "flow of the month",
            "definition": "Value traded on the five venues, all products, each trade counted once",
        }
        assert data["foreign_bond_share"].attrs["cell_methods"] == "month: point"
        assert data.attrs["model"] == model_digest() and data.attrs["macro"] == "neutral"
        assert data.attrs["parameters"] == "posterior_2020" and data.attrs["scale"] == "0.05"
        assert data.attrs["conditional_replay"] == "false" and data.attrs["seed"] == "[1000000, 1000002]"
    assert to_xarray(sim.Ensemble.of_outcomes(outcomes)).equals(to_xarray(sim.Ensemble.of_store(store)))


def test_a_run_stored_for_another_batch_is_found_under_its_new_number(requests, tmp_path):
    from dataclasses import replace

    from sim.experiments.ensemble import run_requests

    first = run_requests(requests[:2], store=tmp_path / "runs", workers=1)
    asked = [replace(request, run=request.run + 40) for request in requests[:2]]
    again = run_requests([*asked, replace(requests[0], run=50)], store=tmp_path / "runs", workers=1)
    assert again.runs == (40, 50)
    name = requests[0].scenario.name
    assert np.array_equal(again.yearly(name, "turnover_total"), np.repeat(first.yearly(name, "turnover_total"), 2, 0))
