"""What runs leave behind in memory."""

import gc
import weakref

import pytest

import sim
from agents.issuers import Issuer
from sim.experiments.requests import parameter_draw
from sim.solving import history


@pytest.mark.slow
def test_states_of_2020_that_are_no_longer_kept_are_freed_without_the_collector(short):
    scenario, alive = short("plan", end="2021-01"), []
    gc.collect()
    gc.disable()
    try:
        for number in range(history.KEPT + 4):
            values = parameter_draw(scenario, 77, number)
            sim.run(scenario, parameters=values)
            (*_, newest) = history._pasts.values()
            alive.append((weakref.ref(newest), weakref.ref(newest.model.populations[Issuer])))
        assert all(past() is None or not past().states for past, _ in alive[:4])
        assert all(issuers() is None for _, issuers in alive[:4])
        assert all(past().states for past, _ in alive[4:])
    finally:
        gc.enable()
