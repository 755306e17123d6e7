"""Small batches: one run in twenty of the issuers, few months."""

import pytest

import sim
from scenarios.loader import load
from sim.experiments.outcomes import executed
from sim.experiments.requests import ensemble_requests

SCALE = 0.05


@pytest.fixture(scope="session")
def short():
    """A scenario by name with few issuers that ends in mid-2021."""

    def named(name, end="2021-12"):
        return sim.Scenario(**{**load(name).plain(), "scale": SCALE, "end": end})

    return named


@pytest.fixture(scope="session")
def requests(short):
    """Six runs: plan and committed, three seeds, the central point."""
    return ensemble_requests([short("plan"), short("committed")], runs=3, draws=0)


@pytest.fixture(scope="session")
def outcomes(requests):
    """Their results, run in this process."""
    return [executed(request) for request in requests]
