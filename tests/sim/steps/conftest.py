"""A small financial centre for the tests of single steps."""

from functools import partial

import pytest

from tests.sim.steps.by_hand import ByHand


@pytest.fixture
def city(central):
    """The states of a small centre at the central parameters; see `ByHand` for what may be asked for."""
    return partial(ByHand, central)
