"""Results stand alone: every recorded indicator has a name, a unit, a kind and a definition wherever it goes."""

import json
import re

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import sim
from app.cli import command_line
from scenarios import plan
from sim.closing.dictionary import LONGEST_SHORT_NAME, data_dictionary, dictionary
from sim.closing.indicators import COLUMNS, FLOWS
from sim.components import COMPONENTS
from sim.experiments.export import export_store
from sim.experiments.exported_columns import LEVERS, MONTHS, RUNS
from sim.experiments.labelled_files import write_monthly
from sim.experiments.store import Store
from tests.sim.experiments.fabricated import fabricated

STATA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,31}")


@pytest.fixture
def store(tmp_path, requests):
    with Store.writing(tmp_path / "runs") as written:
        written.keep_design(requests)
        written.append([fabricated(each, COLUMNS) for each in requests])
    return Store.open(tmp_path / "runs")


def test_every_recorded_indicator_is_described_in_the_order_of_the_columns():
    assert tuple(dictionary()) == COLUMNS
    assert all(value for each in dictionary().values() for value in vars(each).values())
    assert {each.component for each in dictionary().values()} <= {each.name for each in COMPONENTS}


@pytest.mark.parametrize("field", ["short_name", "name", "name_zh", "definition"])
def test_no_two_indicators_have_the_same(field):
    told = [getattr(each, field) for each in dictionary().values()]
    assert len(set(told)) == len(told)


def test_short_names_are_names_of_variables_in_stata():
    for each in dictionary().values():
        assert STATA_NAME.fullmatch(each.short_name) and len(each.short_name) <= LONGEST_SHORT_NAME
        assert len(each.id) > LONGEST_SHORT_NAME or each.short_name == each.id


def test_chinese_names_have_chinese_letters_and_english_ones_none():
    for each in dictionary().values():
        assert re.search(r"[\u4e00-\u9fff]", each.name_zh) or each.name_zh.isascii()
        assert each.name.isascii()


def test_kinds_say_how_months_become_years():
    for name, each in dictionary().items():
        assert (each.kind == "flow") == (name in FLOWS)
        assert (each.yearly == "flow over twelve months") == (name in FLOWS)
        assert (each.unit_of_month != each.unit) == (name in FLOWS), name
        if each.kind == "index":
            assert each.unit.startswith("index")
    assert dictionary()["direct_financing_share"].monthly == "ratio over the twelve months that end with it"


def test_python_gives_the_dictionary_as_a_table():
    table = sim.data_dictionary()
    assert list(table.index) == list(COLUMNS)
    assert table.loc["usdcny", "unit"] == "yuan per US dollar"
    assert table.equals(data_dictionary())


@pytest.mark.parametrize("kind", ["parquet", "csv", "stata", "netcdf"])
def test_an_export_describes_every_column_of_every_table(store, tmp_path, kind):
    files = {path.stem: path for path in export_store(store, tmp_path / kind, kind)}
    told = pd.read_csv(files["dictionary"], keep_default_na=False)
    indicators = told[told["table"] == "indicators"].set_index("column")
    assert set(COLUMNS) <= set(indicators.index)
    assert (indicators.loc[list(COLUMNS), ["name", "unit", "kind", "definition"]] != "").all(axis=None)
    if kind != "netcdf":
        columns = {"runs": RUNS, "levers": LEVERS, "indicators": {**MONTHS, **dict.fromkeys(COLUMNS)}}
        for table, names in columns.items():
            assert list(told[told["table"] == table]["column"]) == list(names)
        assert (told["name"] != "").all()


def test_parquet_has_units_in_the_metadata_of_its_columns_and_conditions_in_that_of_the_table(store, tmp_path):
    path = export_store(store, tmp_path / "p")[1]
    schema = pq.read_schema(path)
    assert schema.field("panda_issuance").metadata[b"unit"] == b"bn yuan per month"
    assert schema.field("panda_issuance").metadata[b"kind"] == b"flow of the month"
    assert json.loads(schema.metadata[b"lujiazui"])["scale"] == [0.05]
    assert b"name" in schema.field("seed").metadata


def test_stata_reads_names_labels_and_months(store, tmp_path):
    files = export_store(store, tmp_path / "s", "stata")
    table = pd.read_stata(files[1])
    kept = pd.read_parquet(export_store(store, tmp_path / "p")[1])
    assert "turnover_interbank_fx" in table and max(map(len, table.columns)) <= LONGEST_SHORT_NAME
    np.testing.assert_array_equal(table["turnover_interbank_fx"], kept["turnover_interbank_fx_derivatives"])
    months = pd.PeriodIndex(kept["month"], freq="M")
    assert (pd.PeriodIndex(table["month"], freq="M") == months).all()
    with pd.read_stata(files[1], iterator=True) as reader:
        labels = reader.variable_labels()
    assert labels["panda_issuance"] == "Panda bonds issued, bn yuan per month"
    assert max(map(len, labels.values())) <= 80


def test_the_months_of_one_run_go_out_with_units(tmp_path):
    months = pd.DataFrame({"usdcny": [6.5, 6.4]}, index=pd.DatetimeIndex(["2021-01-31", "2021-02-28"], name="month"))
    with (tmp_path / "run.parquet").open("wb") as file:
        write_monthly(months, file)
    assert pq.read_schema(tmp_path / "run.parquet").field("usdcny").metadata[b"unit"] == b"yuan per US dollar"
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "run.parquet"), months, check_index_type=False)


def test_the_command_lists_all_as_text_json_and_csv(tmp_path, capsys):
    target = tmp_path / "indicators.csv"
    assert command_line(["indicators", "--recorded", "--json", "--out", str(target)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == list(COLUMNS)
    table = pd.read_csv(target)
    assert list(table["indicator"]) == list(COLUMNS) and list(table["unit"]) == [row["unit"] for row in rows]
    assert command_line(["indicators", "--recorded", "--quiet"]) == 0
    assert capsys.readouterr().out.split() == list(COLUMNS)
    assert command_line(["indicators", "--recorded"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in COLUMNS)


def test_names_of_the_plan_are_used_where_it_has_them():
    assert {each.id for each in plan.indicators()} <= set(dictionary())
    assert "Panda" in dictionary()["panda_cumulative"].name and "熊猫债" in dictionary()["panda_cumulative"].name_zh


def test_one_recorded_indicator_is_shown_in_detail_and_an_unknown_one_refused(capsys):
    assert command_line(["indicators", "debtrank", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["component"]
    assert command_line(["indicators", "debtrnk"]) == 2
    assert "did you mean 'debtrank'?" in capsys.readouterr().err
