"""Scenarios that share their past: it is simulated once, and nobody can tell from the results."""

import numpy as np
import pytest

import sim
from scenarios.calendar import BASELINE
from scenarios.errors import InputError
from scenarios.loader import load
from sim.experiments import outcomes as outcomes_module
from sim.experiments.ensemble import run_requests
from sim.experiments.outcomes import executed
from sim.experiments.requests import ensemble_requests
from sim.model import FinancialCenter
from sim.runs.shared_past import checked_fork

pytestmark = pytest.mark.filterwarnings("ignore:the model in this process is not the installed one")
"""Rules are set by hand here, which a run says."""

LATER = {"bond_market_access": {"2022-01": 0.9}, "reits_pilot": {"2022-03": 0.5}}


@pytest.fixture(scope="module")
def parted(short):
    base = short("committed", end="2022-06")
    other = type(base)(**{**base.plain(), "name": "opened"}).with_levers(LATER)
    struck = type(base)(**{**base.plain(), "name": "struck"}).with_shocks(
        [{"name": "us_yield", "from": "2022-01", "to": "2022-06", "size": 2.0}]
    )
    return [base, other, struck]


def requests(scenarios, fork_at, runs=2):
    return ensemble_requests(scenarios, runs=runs, draws=0, fork_at=fork_at)


@pytest.fixture(scope="module")
def alone(parted):
    return run_requests(requests(parted, None), workers=1)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_are_those_of_runs_of_their_own_to_the_bit(parted, alone, workers):
    shared = run_requests(requests(parted, "2022-01"), workers=workers)
    for name in alone.values:
        assert np.array_equal(shared.values[name], alone.values[name], equal_nan=True), name
    assert not np.array_equal(alone.values["opened"], alone.values["committed"], equal_nan=True)


def test_the_past_is_simulated_once(parted, monkeypatch):
    months = []
    step = FinancialCenter.step
    monkeypatch.setattr(FinancialCenter, "step", lambda self: (months.append(self.month), step(self))[1])
    run_requests(requests(parted, "2022-01", runs=1), workers=1)
    assert sum(month >= BASELINE for month in months) == 12 + 3 * 6


def test_requests_keep_their_address(parted):
    assert [each.key for each in requests(parted, "2022-01")] == [each.key for each in requests(parted, None)]


@pytest.mark.parametrize("date", ["2022-02", "2022-06"])
def test_scenarios_that_part_before_the_date_are_refused(parted, date):
    with pytest.raises(InputError, match="opened and committed part in 2022-01"):
        checked_fork(parted, date)


@pytest.mark.parametrize("date", ["2020-12", "2023-01", "soon"])
def test_a_date_outside_the_runs_is_refused(parted, date):
    with pytest.raises(InputError, match="not a month of the runs"):
        checked_fork(parted, date)


def test_scenarios_of_other_worlds_are_refused(parted):
    adverse = type(parted[0])(**{**parted[0].plain(), "name": "adverse", "macro": "adverse"})
    with pytest.raises(InputError, match="another world"):
        checked_fork([parted[0], adverse], "2022-01")


def test_a_past_that_turns_out_another_is_run_by_itself(parted):
    """A shock before the date is seen when the model is copied; the results stay right."""
    early = type(parted[0])(**{**parted[0].plain(), "name": "early"}).with_shocks(
        [{"name": "us_yield", "from": "2021-03", "to": "2021-06", "size": 2.0}]
    )
    shared = run_requests(requests([parted[0], early], "2022-01", runs=1), workers=1)
    alone = run_requests(requests([early], None, runs=1), workers=1)
    assert np.array_equal(shared.values["early"], alone.values["early"], equal_nan=True)


def test_a_failure_is_that_of_its_own_run(parted, monkeypatch):
    asked = requests(parted[:2], "2022-01", runs=1)

    def broken(*_, **__):
        raise RuntimeError("no branch")

    monkeypatch.setattr(FinancialCenter, "branch", broken)
    found = outcomes_module.executed_together(asked)
    assert [each.status for each in found] == ["done", "done"]
    assert np.array_equal(found[0].values, executed(asked[0]).values, equal_nan=True)


def test_a_fork_in_the_first_month_shares_nothing_but_2020(parted):
    assert checked_fork([load("plan"), load("committed")], "2021-01")
    assert sim.ensemble(parted[:2], runs=1, draws=0, workers=1, fork_at="2021-01").runs == (0,)


def test_the_command_line_names_its_option(capsys, tmp_path):
    from app.cli import command_line

    asked = ["batch", "plan", "committed", "--fork-at", "2023-01", "--runs", "1", "--store", str(tmp_path / "runs")]
    assert command_line(asked) == 2
    assert "--fork-at: committed and plan part in 2021-07" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
