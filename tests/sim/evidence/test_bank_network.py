"""The failure of a bank spreads along claims on it, and amounts add up."""

import numpy as np
import pytest

import sim
from scenarios.loader import load
from sim.evidence.bank_network import BankNetwork


@pytest.fixture(scope="module")
def network():
    scenario = sim.Scenario(**{**load("plan").plain(), "scale": 0.02, "end": "2021-03"})
    centre = sim.FinancialCenter(scenario, rng=3)
    centre.run_to_end()
    return BankNetwork.of(centre)


def test_only_creditors_of_the_failed_bank_lose_in_the_first_round(network):
    found, _ = network.failure(0, rounds=1)
    creditors = network.exposures[:, [0]].toarray()[:, 0] > 0.0
    hit = found.distress > 0.0
    assert hit[0] and creditors.any()
    assert (hit[1:] == creditors[1:]).all()


def test_losses_on_claims_are_the_equity_lost(network):
    found, losses = network.failure(0)
    beyond = network.equity * (found.distress - found.shock)
    assert losses.lost.sum() == pytest.approx(beyond.sum())
    assert (np.diff(losses.lost) <= 0.0).all()


def test_the_largest_banks_come_first(network):
    assert (np.diff(network.equity) <= 0.0).all()
    assert len(set(network.ids.tolist())) == len(network.ids) > 10
