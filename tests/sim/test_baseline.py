import ast
import csv
from importlib.resources import files
from itertools import chain
from pathlib import Path

import pytest

import sim
from scenarios.baseline import baseline_rows, observations
from scenarios.plan import indicators
from sim.base_year.base_year import YEAR_2020
from sim.base_year.derived import (
    equity_share_of_sse,
    financial_bond_issuance_bn,
    observed_turnover_trn,
)
from sim.base_year.tables import table
from sim.markets import Product

observed = YEAR_2020.observed

OF_SIM = sorted(
    file.name.removesuffix(".csv") for file in files("sim").joinpath("data").iterdir() if ".csv" in file.name
)
TABLES = ["baseline", *OF_SIM]
STATUSES = {"observed", "estimated", "literature", "judgement"}
WITH_PROVENANCE = [name for name in TABLES if not name.startswith("macro_") and name != "indicator_names"]
EVIDENCE_AFTER_2020 = {
    ("baseline", "foreign_bond_holdings"),
    ("baseline", "panda_outstanding_2019"),
    ("security_classes", "SOVEREIGN"),
    ("security_classes", "PANDA"),
}


def rows_of(name):
    """Rows of a table of either package."""
    return baseline_rows() if name == "baseline" else table(name)


# Where numbers come from


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_of_a_table_belongs_to_a_column(name):
    rows = rows_of(name)
    assert rows
    assert all(None not in row and None not in row.values() for row in rows)


@pytest.mark.parametrize("name", WITH_PROVENANCE)
def test_every_number_says_where_it_comes_from_and_how_sure_it_is(name):
    for row in rows_of(name):
        assert row["status"] in STATUSES
        assert row["confidence"] in {"1", "2", "3", "4", "5"}
        assert row["source"].strip()


def test_what_is_called_observed_is_not_quoted_from_memory_and_a_judgement_is_never_sure():
    for row in chain.from_iterable(rows_of(name) for name in WITH_PROVENANCE):
        if row["status"] == "observed":
            assert "memory" not in row["source"]
        if row["status"] == "judgement":
            assert int(row["confidence"]) <= 3


def test_every_level_has_a_unit_a_definition_and_a_finite_value():
    for level in observations().values():
        assert level.unit
        assert level.definition
        assert level.value == level.value
        assert abs(level.value) < 1e9
    assert len(observations()) == len(baseline_rows())


@pytest.mark.parametrize("name", ["macro_history", "macro_realised"])
def test_every_yield_of_china_names_its_source(name):
    for row in rows_of(name):
        assert bool(row["cn10y_pct"]) == bool(row["cn10y_source"])


# Nothing from after 2020 but in conditional replays


@pytest.mark.parametrize("name", [name for name in TABLES if name not in ("macro_realised", "macro_adverse")])
def test_no_table_but_the_realised_record_and_the_stress_reaches_beyond_2020(name):
    for row in rows_of(name):
        for column in ("date", "month"):
            assert row.get(column, "2020")[:4] <= "2020"


def test_evidence_from_after_2020_is_marked_and_confined_to_the_rows_known_for_it():
    late = {
        (name, next(iter(row.values())))
        for name in WITH_PROVENANCE
        for row in rows_of(name)
        if row.get("evidence_to", "2020-12") > "2020-12"
    }
    assert late == EVIDENCE_AFTER_2020


def test_a_text_that_speaks_of_later_years_is_a_copy_of_a_2020_report_or_marked():
    for name in WITH_PROVENANCE:
        for row in rows_of(name):
            told = f"{row['source']} {row.get('definition', '')}"
            later = any(f"{year}" in told for year in range(2021, 2027))
            if later and row.get("evidence_to", "2020-12") <= "2020-12":
                assert "press copy of 2021-" in told or "reported 2021-01" in told, row


def test_only_the_conditional_replay_reads_the_realised_record():
    package = Path(sim.__file__).parent.parent
    readers = [
        (file.name, node.value)
        for folder in ("sim", "agents", "scenarios", "calibration", "app")
        for file in (package / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "macro_realised" in node.value
    ]
    assert readers == [("macro.py", "macro_realised")]


# What the levels say together


def test_the_model_starts_from_the_2020_levels_of_the_plan():
    start = {
        "turnover_total": observed("turnover_total"),
        "direct_financing": observed("direct_financing"),
        "direct_financing_share": observed("direct_financing_share"),
        "panda_cumulative": observed("panda_cumulative"),
        "leading_fintech_count": observed("fintech_leading"),
    }
    for indicator in indicators():
        if indicator.id in start:
            assert start[indicator.id] == indicator.value_2020, indicator.id
    assert observed("foreign_bond_holdings") / observed("bond_custody_interbank") == pytest.approx(0.0323, abs=5e-5)


def test_turnover_by_product_adds_up_to_the_total_of_the_plan():
    turnover = observed_turnover_trn(YEAR_2020)
    assert turnover.sum() == pytest.approx(observed("turnover_total"), rel=1e-4)
    assert (turnover > 0.0).all()
    money = turnover[Product.INTERBANK_MONEY] / turnover.sum()
    assert 0.4 < money < 0.6


def test_the_parts_of_direct_financing_leave_a_plausible_amount_of_financial_bonds():
    solved, recalled = financial_bond_issuance_bn(YEAR_2020), observed("financial_bond_issuance_recalled")
    assert solved == pytest.approx(recalled, rel=0.1)
    parts = ("corporate_bond_issuance", "abs_issuance", "equity_raised_national", "panda_issuance")
    total = solved + sum(observed(part) for part in parts)
    assert 1000 * observed("direct_financing") / total == pytest.approx(observed("direct_financing_share"))


def test_all_bonds_of_2020_hold_the_parts_that_are_known_and_leave_room_for_public_supply():
    known = ("ncd_issuance", "corporate_bond_issuance", "abs_issuance", "panda_issuance")
    public = (
        observed("bond_issuance_total") - financial_bond_issuance_bn(YEAR_2020) - sum(observed(part) for part in known)
    )
    net = observed("bond_custody_total") - observed("bond_custody_total_2019")
    assert net / 3 < public < observed("bond_issuance_total") / 2


def test_shanghai_raises_a_part_of_main_board_equity_and_all_of_star():
    assert 0.0 < equity_share_of_sse(YEAR_2020) < 1.0
    assert observed("ipo_proceeds_star") + observed("ipo_proceeds_main") < observed("equity_raised_sse")


@pytest.mark.parametrize(
    "column", ["loan_share", "bond_share", "commercial_paper_share", "green_bond_share", "abs_share"]
)
def test_the_classes_of_issuers_share_out_each_national_stock_in_full(column):
    assert sum(float(row[column]) for row in table("issuer_classes")) == pytest.approx(1.0, abs=1e-9)


def test_a_better_rating_is_a_part_of_every_worse_one():
    for row in table("issuer_classes"):
        assert 0.0 <= float(row["rated_aaa"]) <= float(row["rated_aa_plus"]) <= float(row["rated_aa"]) <= 1.0


@pytest.mark.parametrize(
    ("name", "column"),
    [("institution_classes", "share"), ("institution_classes", "assets_share"), ("investor_groups", "count_share")],
)
def test_classes_share_out_the_whole(name, column):
    assert sum(float(row[column]) for row in table(name)) == pytest.approx(1.0, abs=1e-9)


def test_blocs_share_out_every_group_of_investors():
    for row in table("investor_groups"):
        assert sum(float(row[f"{bloc}_share"]) for bloc in ("west", "neutral", "aligned")) == pytest.approx(1.0)


def test_a_table_is_what_its_file_says():
    text = files("sim").joinpath("data", "centres.csv").read_text(encoding="utf-8")
    assert list(table("centres")) == list(csv.DictReader(text.splitlines()))
    assert table("centres") is table("centres")
