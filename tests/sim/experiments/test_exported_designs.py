"""An export of a sweep holds the value of every factor at every point, and what each of them means."""

import re

import pandas as pd
import pyarrow.parquet as pq
import pytest

from scenarios.parameters import parameter_table
from sim.experiments.designs import Design, Factor
from sim.experiments.export import export_store
from sim.experiments.exported_design import short_names
from sim.experiments.requests import ensemble_requests
from sim.experiments.store import Store
from tests.sim.experiments.fabricated import COLUMNS, fabricated

STATA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,31}")
FACTORS = (
    Factor("need_growth", "parameter", 0.01, 0.1),
    Factor("bond_market_access", "lever", 0.4, 1.0),
    Factor("greenium", "parameter", 1.0, 7.0),  # called as an indicator is
    Factor.of_names("macro", ["neutral", "adverse"]),
    Factor.of_names("scenario", ["committed", "plan"]),
)
NAMES = [factor.name for factor in FACTORS]


def kept(requests, folder, sweep=None):
    """A store of runs that nobody ran."""
    with Store.writing(folder) as written:
        written.keep_design(requests, sweep)
        written.append([fabricated(each, (*COLUMNS, "greenium")) for each in requests])
    return Store.open(folder)


@pytest.fixture
def sweep(short):
    return Design(short("committed"), "latin_hypercube", FACTORS, samples=6, runs=2)


@pytest.fixture
def store(sweep, tmp_path):
    return kept(sweep.requests(), tmp_path / "runs", sweep.plain())


@pytest.fixture
def exported(store, tmp_path):
    """The files of an export of the sweep, by stem."""
    return lambda kind: {path.stem: path for path in export_store(store, tmp_path / kind, kind)}


def values_of(request):
    """What a run was made with, read from the request alone."""
    return {
        "need_growth": request.parameters.need_growth,
        "bond_market_access": request.scenario.levers["bond_market_access"].plain(),
        "greenium": request.parameters.greenium,
        "macro": request.scenario.macro,
        "scenario": request.scenario.name,
    }


def told_of(files):
    return pd.read_csv(files["dictionary"], keep_default_na=False).set_index(["table", "column"])


READERS = {
    "parquet": pd.read_parquet,
    "csv": pd.read_csv,
    "stata": pd.read_stata,
}


@pytest.mark.parametrize("kind", list(READERS))
def test_the_values_in_an_export_are_those_that_each_run_was_made_with_to_the_bit(sweep, exported, kind):
    files = exported(kind)
    design, runs = (READERS[kind](files[table]) for table in ("design", "runs"))
    assert list(design.columns) == ["point", *NAMES] and design["point"].tolist() == list(range(6))
    joined = runs[["key", "point"]].merge(design, on="point").set_index("key")
    asked = {request.key: values_of(request) for request in sweep.requests()}
    assert len(asked) == 12
    assert {key: dict(row[NAMES]) for key, row in joined.iterrows()} == asked


def test_netcdf_has_point_and_factors_along_its_runs(sweep, exported):
    import xarray as xr

    files = exported("netcdf")
    asked = {request.run: values_of(request) for request in sweep.requests()}
    with xr.open_dataset(files["indicators"]) as data:
        assert data["greenium"].dims == ("scenario", "run", "month")
        assert data["point"].to_numpy().tolist() == [run // 2 for run in range(12)]
        for name in NAMES:
            found = data[f"factor_{name}"]
            assert found.dims == ("run",)
            assert found.to_numpy().tolist() == [asked[run][name] for run in data["run"].to_numpy().tolist()]
        assert data["factor_need_growth"].attrs["units"] == row_of("need_growth").unit
    told = told_of(files).loc["design"]
    assert list(told.index) == ["point", *(f"factor_{name}" for name in NAMES)]


def row_of(parameter):
    return next(row for row in parameter_table() if row.id == parameter)


@pytest.mark.parametrize("kind", list(READERS))
def test_the_dictionary_gives_name_unit_and_definition_of_every_factor(exported, kind):
    told = told_of(exported(kind))
    assert told.loc[("runs", "point"), "name"] == told.loc[("design", "point"), "name"] != ""
    factors = told.loc["design"].loc[NAMES]
    assert (factors[["short_name", "name", "definition"]] != "").all(axis=None)
    assert factors.loc["need_growth", "unit"] == row_of("need_growth").unit != ""
    assert factors.loc["need_growth", "name"] == row_of("need_growth").description
    assert factors.loc["bond_market_access", "unit"] == "0 to 1"
    assert "2021-01" in factors.loc["bond_market_access", "definition"]


def test_columns_of_parquet_and_variables_of_stata_carry_the_meaning_of_a_factor(exported):
    schema = pq.read_schema(exported("parquet")["design"])
    assert schema.field("need_growth").metadata[b"unit"].decode() == row_of("need_growth").unit
    with pd.read_stata(exported("stata")["design"], iterator=True) as reader:
        assert reader.variable_labels()["bond_market_access"].endswith(", 0 to 1")


def test_short_names_are_different_names_of_variables_in_stata():
    long = "ftz_lingang_pilot.offshore_trade_finance_leasing_and_asset_platform"
    asked = [long, f"a_{long}", long.replace(".", "_"), "rmb_convertibility.capital_account", "point", "macro"]
    found = short_names(asked, taken=("point",))
    assert len(set(found)) == len(asked) and "point" not in found and found[-1] == "macro"
    assert all(STATA_NAME.fullmatch(name) for name in found)
    assert found[3] == "convertibility_capital_account"


@pytest.mark.parametrize("kind", list(READERS))
def test_an_experiment_that_is_no_sweep_has_no_points(short, tmp_path, kind):
    store = kept(ensemble_requests([short("plan")], runs=2, draws=0), tmp_path / "runs")
    files = {path.stem: path for path in export_store(store, tmp_path / kind, kind)}
    assert "design" not in files
    assert READERS[kind](files["runs"])["point"].isna().all()


def test_the_sweep_of_a_number_is_exported_beside_a_later_batch(short, sweep, store, tmp_path):
    with Store.writing(store.folder) as written:
        written.keep_design(ensemble_requests([short("plan")], runs=1, draws=0))
    opened = Store.open(store.folder)
    assert len(pd.read_csv(export_store(opened, tmp_path / "first", "csv", design=1)[3])) == sweep.size


def test_an_interrupted_export_of_a_sweep_is_begun_anew(exported, tmp_path):
    (tmp_path / "csv" / ".unfinished").mkdir(parents=True)
    (tmp_path / "csv" / "design.csv").write_text("point\n")
    assert pd.read_csv(exported("csv")["design"])["point"].size == 6
