"""The command line with the real model."""

import json

import pandas as pd
import pytest

import sim
from app.cli import command_line
from scenarios import plan

SMALL = ("--scale", "0.1")


@pytest.fixture
def answer(capsys):
    def answered(*arguments):
        assert command_line(arguments) == 0
        return capsys.readouterr().out

    return answered


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """Files of the ready scenarios with few issuers, that end early."""
    folder = tmp_path_factory.mktemp("scenarios")
    for name in ("plan", "committed", "reits"):
        text = f"extends: {name}\nend: 2021-12\nscale: 0.1\n"
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return lambda name: str(folder / f"{name}.yaml")


@pytest.fixture
def committed(answer, short):
    """What the command tells of the committed path."""
    return json.loads(answer("run", short("committed"), "--seed", "2", "--json"))


def test_the_command_reports_what_the_python_call_returns(answer, short):
    told = json.loads(answer("run", short("reits"), "--seed", "5", "--json", *SMALL))
    result = sim.run(short("reits"), seed=5, scale=0.1)
    assert [row["value_2025"] for row in told["indicators"]] == result.targets()["value_2025"].to_list()
    assert told["provenance"]["scenario_hash"] == told["scenario_hash"] == result.scenario.content_hash()


def test_two_runs_of_one_seed_give_the_same_output_to_the_letter(answer, short):
    first, second = (answer("run", short("plan"), "--seed", "3", "--json") for _ in range(2))
    assert first == second


def test_the_committed_scenario_equals_the_committed_path_beside_it(committed):
    assert all(row["value_2025"] == row["committed_2025"] for row in committed["indicators"])


def test_a_lever_set_on_the_command_line_changes_the_run_but_not_the_path_beside_it(answer, short):
    plain, opened = (
        json.loads(answer("run", short("plan"), "--json", *more))["indicators"]
        for more in ((), ("--set", "bond_market_access=1@2021-01"))
    )
    changed = {row["id"] for row, other in zip(plain, opened, strict=True) if row["value_2025"] != other["value_2025"]}
    assert "foreign_bond_share" in changed
    assert [row["committed_2025"] for row in plain] == [row["committed_2025"] for row in opened]


def test_an_interaction_is_switched_off_for_the_run_and_the_path_beside_it(answer, short, committed):
    asked = ("run", short("committed"), "--seed", "2", "--without", "peers")
    told = json.loads(answer(*asked, "--json"))
    assert told["provenance"]["interactions_off"] == ["peers"]
    assert all(row["value_2025"] == row["committed_2025"] for row in told["indicators"])
    assert "without peers" in answer(*asked)
    assert committed["indicators"] != told["indicators"]


def test_an_unknown_interaction_is_refused_with_the_nearest_name(capsys):
    assert command_line(("run", "--without", "peer", "--quiet", *SMALL)) == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith("error: --without: unknown interaction 'peer'; did you mean 'peers'?")


def test_a_shock_of_the_command_line_changes_the_run_and_is_listed_in_its_provenance(answer, short, committed):
    shock = ("--shock", "public_supply=10@2021-01..2021-06")
    struck = json.loads(answer("run", short("committed"), "--seed", "2", "--json", *shock))
    assert committed["provenance"]["shocks"] == []
    assert struck["provenance"]["shocks"] == [
        {"name": "public_supply", "from": "2021-01", "to": "2021-06", "size": 10.0, "unit": "CNY trn"}
    ]
    assert struck["scenario_hash"] != committed["scenario_hash"]
    assert struck["indicators"] != committed["indicators"]
    assert all(row["value_2025"] == row["committed_2025"] for row in struck["indicators"])


def test_parquet_and_csv_hold_the_same_months(answer, short, tmp_path):
    for name in ("run.parquet", "run.csv"):
        answer("run", short("plan"), "--quiet", "--out", (tmp_path / name).as_posix())
    parquet = pd.read_parquet(tmp_path / "run.parquet")
    csv = pd.read_csv(tmp_path / "run.csv", index_col="month", parse_dates=True)
    assert list(parquet.columns[:7]) == [each.id for each in plan.indicators()]
    assert parquet.index[0] == pd.Timestamp("2020-01-31") and parquet.index[-1] == pd.Timestamp("2021-12-31")
    pd.testing.assert_frame_equal(csv, parquet, check_dtype=False, check_freq=False, check_index_type=False)


def test_the_steps_of_the_month_are_those_the_model_runs(answer, short):
    steps = json.loads(answer("levers", "--steps", "--json"))
    assert [step["step"] for step in steps] == sim.FinancialCenter.steps_table()["step"].to_list()
    told = json.loads(answer("run", short("plan"), "--timings", "--json"))
    assert set(told["timings"]) <= {step["step"] for step in steps}


def test_effects_are_told_of_the_plans_indicators_or_of_all(answer, tmp_path):
    how = ("--runs", "1", "--intensities", "2", "--workers", "1", "--store", str(tmp_path / "runs"), "--json", *SMALL)
    asked = ("effects", "panda_bond_framework", *how)
    seven, every = (json.loads(answer(*asked, *more))["effects"] for more in ((), ("--all-indicators",)))
    assert {row["indicator"] for row in seven} == {each.id for each in plan.indicators()}
    moved = {row["indicator"] for row in every if row["intensity"] == 1.0 and row["effect"] > 0.0}
    assert {"panda_issuance", "panda_cumulative"} <= moved
    assert [row for row in every if row["indicator"] in {each.id for each in plan.indicators()}] == seven


def test_the_month_says_who_changes_a_state(answer):
    rows = json.loads(answer("month", "--changes", "Ledger", "--json"))
    assert {"private_funds_commit", "bond_market_clears"} <= {row["step"] for row in rows}
    assert all("Ledger" in row["writes"] for row in rows)
    assert "gate_moves" not in {row["step"] for row in rows}
    assert len(json.loads(answer("month", "--json"))) == len(sim.FinancialCenter.steps_table())
    assert answer("month", "--step", "issuers_trade_allowances", "--quiet").strip() == (
        "sim.side_markets.carbon:issuers_trade_allowances"
    )
