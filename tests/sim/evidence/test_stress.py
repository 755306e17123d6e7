"""Stress tests: how near a centre is to the plan's redline, and that they leave it alone."""

import numpy as np
import pytest

import sim
from agents.institutions import Sector
from scenarios.plan import redline
from sim.banking.state import InterbankClaims
from sim.evidence.stress import stress, stress_test


@pytest.fixture(scope="module")
def centre():
    return sim.run("plan", seed=3, scale=0.05).centre_at("2021-03")


def test_a_stress_test_leaves_the_centre_as_it_is(centre):
    before = {name: centre.institutions[name].copy() for name in ("assets_bn", "equity_bn", "interbank_lent_bn")}
    first, second = stress_test(centre), stress_test(centre)
    assert first == second
    for name, values in before.items():
        assert np.array_equal(centre.institutions[name], values)


def test_shares_hang_together(centre):
    told = stress_test(centre)
    assert 0.0 < told.mean_equity_loss_share <= told.worst_equity_loss_share < 1.0
    assert told.worst_failed_assets_share >= told.largest_bank_assets_share > 0.0
    assert told.worst_rounds >= 1 and 0.0 <= told.events_share <= 1.0


def test_without_equity_a_failure_crosses_the_redline_and_without_claims_nobody_follows(centre):
    institutions = centre.institutions
    equity, claims = institutions["equity_bn"].copy(), centre.state(InterbankClaims).loans
    try:
        institutions["equity_bn"][:] = 1e-9
        bare = stress_test(centre)
        assert bare.events_share > 0.9 and bare.worst_failed_assets_share > redline().event_assets_share
        assert bare.loss_to_event_pct == pytest.approx(0.1)
        institutions["equity_bn"][:] = equity
        centre.state(InterbankClaims).loans = claims.among(np.zeros(len(claims.amount_bn), dtype=bool))
        alone = stress_test(centre)
        assert alone.worst_rounds == 1 and alone.worst_equity_loss_share == 0.0
    finally:
        institutions["equity_bn"][:], centre.state(InterbankClaims).loans = equity, claims


def test_more_equity_bears_a_larger_loss(centre):
    institutions = centre.institutions
    equity = institutions["equity_bn"].copy()
    before = stress_test(centre)
    try:
        institutions["equity_bn"][:] = 1.5 * equity
        after = stress_test(centre)
    finally:
        institutions["equity_bn"][:] = equity
    assert after.loss_to_event_pct > before.loss_to_event_pct
    assert after.worst_equity_loss_share < before.worst_equity_loss_share
    assert (institutions["sector"] == Sector.BANK).any()


@pytest.mark.slow
def test_policies_leave_institutions_with_different_capital_and_the_stress_tests_differ():
    """While equity grew with assets, the table of any two policies was the same."""
    found = []
    for policy in ("committed", "stretch"):
        last = sim.run(policy, seed=3, scale=0.05).centre_at("2025-12")
        found.append((stress_test(last), np.sort(last.institutions["assets_bn"] / last.institutions["equity_bn"])))
    (committed, first), (stretch, second) = found
    assert committed.mean_equity_loss_share != stretch.mean_equity_loss_share
    # Tighter macroprudential rules demand more capital.
    assert np.median(second) < np.median(first)
    assert stretch.mean_equity_loss_share < committed.mean_equity_loss_share


@pytest.mark.slow
def test_runs_are_tested_every_december_with_any_number_of_workers(short, capsys):
    table = stress([short("plan")], runs=2, workers=1)
    assert table["month"].tolist() == ["2020-12", "2021-12"] * 2
    assert stress([short("plan")], runs=2, workers=2).equals(table)
    from app.cli import command_line

    assert command_line(["stress", "plan", "--runs", "1", "--scale", "0.05", "--workers", "1"]) == 0
    assert "no forced sales" in capsys.readouterr().out
