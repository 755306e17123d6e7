"""Small batches: one run in twenty of the issuers, few months."""

import pytest

from sim.experiments import pool
from sim.experiments.outcomes import executed
from sim.experiments.requests import ensemble_requests
from tests.sim.experiments.fabricated import fabricated


@pytest.fixture(scope="session")
def requests(short):
    """Six runs: plan and committed, three seeds, the central point."""
    return ensemble_requests([short("plan"), short("committed")], runs=3, draws=0)


@pytest.fixture(scope="session")
def outcomes(requests):
    """Their results, run in this process."""
    return [executed(request) for request in requests]


@pytest.fixture
def no_model(monkeypatch):
    """Runs of one process give fabricated results; the list that is returned takes note of the runs."""
    ran = []

    def instead(request):
        ran.append(request)
        return fabricated(request)

    monkeypatch.setattr(pool, "executed", instead)
    return ran
