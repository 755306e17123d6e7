"""A made-up plan to 2030, and short scenarios with few issuers."""

import shutil
from pathlib import Path

import pytest

import sim
from scenarios.loader import load

FOLDER = Path(__file__).parent / "centre_2030"


@pytest.fixture
def folder(tmp_path):
    """A copy of the plan's folder, which a test may change."""
    return Path(shutil.copytree(FOLDER, tmp_path / "centre_2030"))


@pytest.fixture(scope="session")
def centre_2030():
    """The plan."""
    return sim.load_plan(FOLDER)


@pytest.fixture(scope="session")
def short():
    """A scenario by name with one issuer in fifty that ends in December 2021."""

    def named(name="plan"):
        return sim.Scenario(**{**load(name).plain(), "scale": 0.02, "end": "2021-12"})

    return named
