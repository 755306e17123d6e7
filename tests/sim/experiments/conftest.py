"""Small batches: one run in twenty of the issuers, few months."""

import pytest

from sim.experiments.outcomes import executed
from sim.experiments.requests import ensemble_requests


@pytest.fixture(scope="session")
def requests(short):
    """Six runs: plan and committed, three seeds, the central point."""
    return ensemble_requests([short("plan"), short("committed")], runs=3, draws=0)


@pytest.fixture(scope="session")
def outcomes(requests):
    """Their results, run in this process."""
    return [executed(request) for request in requests]
