"""The queue of filings in the whole model."""

import numpy as np
import pytest

from agents.issuers import ListingRoute
from agents.listing_queue import STAGES
from sim.component import Part
from sim.financing.listings import months_by_stage


@pytest.fixture(scope="module")
def later(centre):
    model = centre("plan", rng=3)
    model.run_for(30)
    return model


def test_filings_wait_in_every_stage_and_only_filings_do(later):
    waiting, stage = later.issuers["waiting_for"], later.issuers["queue_stage"]
    assert set(stage[waiting == ListingRoute.STAR]) == set(range(STAGES))
    assert (stage[waiting == ListingRoute.NONE] == 0).all()


def test_the_longest_stage_holds_the_most(later):
    star = later.issuers["queue_stage"][later.issuers["waiting_for"] == ListingRoute.STAR]
    assert (
        np.bincount(star, minlength=STAGES).argmax()
        == Part(months_by_stage).on(later.states)[ListingRoute.STAR].argmax()
        == 0
    )
