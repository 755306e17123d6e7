"""Small models for the tests of the whole: a tenth of the issuers, the same weights in total."""

import pytest

import sim
from scenarios.loader import load
from scenarios.parameters import PARAMETER_SETS, central_parameters

SCALE = 0.1


def _bits(frame):
    return (tuple(frame.columns), frame.index.asi8.tobytes(), frame.to_numpy(dtype=float).tobytes())


@pytest.fixture(scope="session")
def bits():
    """Everything in a table of numbers, to the bit."""
    return _bits


@pytest.fixture(scope="session")
def small():
    """Run a scenario with few issuers."""

    def run(scenario="plan", end=None, **options):
        return sim.run(_ending(load(scenario), end) if end else scenario, **{"scale": SCALE, **options})

    return run


def _ending(asked, end, **more):
    """A scenario that ends in another month, if one is given."""
    return type(asked)(**{**asked.plain(), **({"end": end} if end else {}), **more})


@pytest.fixture(scope="session")
def centre():
    """Build a model with few issuers."""

    def build(scenario="plan", end=None, **options):
        return sim.FinancialCenter(_ending(load(scenario), end, scale=SCALE), **options)

    return build


@pytest.fixture(scope="session")
def central():
    """The central parameters of the default set."""
    return central_parameters(PARAMETER_SETS[0])


@pytest.fixture(scope="session")
def without_effects(central):
    """The central parameters, with levers that move nothing."""
    return central.replace(betas=dict.fromkeys(central.betas, 0.0))


@pytest.fixture(scope="session")
def short():
    """A scenario by name with one run in twenty of the issuers, that ends early."""

    def named(name, end="2021-12"):
        return sim.Scenario(**{**load(name).plain(), "scale": 0.05, "end": end})

    return named
