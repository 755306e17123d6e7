"""The queue of filings and what underwriters place, in the whole."""

import numpy as np
import pytest

from agents.issuers import ListingRoute
from agents.listing_queue import STAGES
from sim.listings import months_by_stage


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
    assert np.bincount(star, minlength=STAGES).argmax() == months_by_stage(later)[ListingRoute.STAR].argmax() == 0


def test_some_filings_are_withdrawn_and_none_where_nobody_withdraws(centre, later):
    assert later.withdrawn[ListingRoute.STAR] > 0 and later.withdrawn[ListingRoute.REIT] == 0
    calm = centre("plan", rng=3)
    calm.parameters = calm.parameters.replace(withdraw_hazard_star=0.0)
    before = calm.withdrawn.copy()
    calm.run_for(6)
    assert (calm.withdrawn == before).all()


def listings_after(centre, months, **changed):
    model = centre("frozen", rng=5)
    before = model.listings.sum()
    model.parameters = model.parameters.replace(**changed)
    model.run_for(months)
    return int(model.listings.sum() - before)


def test_shorter_stages_let_more_filings_through(centre):
    slow = listings_after(centre, 6, queue_star=(400.0, 200.0, 200.0, 200.0))
    assert slow < listings_after(centre, 6) < listings_after(centre, 6, queue_star=(60.0, 20.0, 20.0, 20.0))


def test_the_gate_moves_after_2020_alone_and_narrows_the_flow(centre, later):
    assert later.log_listing_gate != 0.0
    assert centre("plan").log_listing_gate == 0.0
    narrow = centre("frozen", rng=5)
    wide = centre("frozen", rng=5)
    for model, gate in ((narrow, -3.0), (wide, 1.0)):
        before = model.listings.sum()
        model.parameters = model.parameters.replace(listing_gate_persistence=1.0, listing_gate_spread=0.0)
        model.log_listing_gate = gate
        model.run_for(3)
        model.passed = model.listings.sum() - before
    assert narrow.passed < wide.passed


def test_little_capacity_defers_deals_and_switching_the_limit_off_defers_none(centre):
    tight, free = (centre("plan", rng=3, interactions_off=off) for off in ((), ("underwriting_limits",)))
    for model in (tight, free):
        model.parameters = model.parameters.replace(underwriting_headroom=0.1, queue_star=(9.0, 9.0, 9.0, 9.0))
        model.step()
    assert tight.deferred_bn["debt"] > 0.0 and tight.deferred_bn["equity"] > 0.0
    assert free.deferred_bn == {"debt": 0.0, "equity": 0.0}
    assert tight.direct_financing_bn[1] < free.direct_financing_bn[1]
    # What is not placed is owed to nobody yet: it stays as a need.
    assert tight.issuers["cash_bn"].sum() < free.issuers["cash_bn"].sum()


def test_what_is_deferred_comes_again(centre):
    model = centre("plan", rng=3)
    usual = model.parameters
    model.parameters = usual.replace(underwriting_headroom=0.5)
    model.step()
    calm = centre("plan", rng=3)
    calm.run_for(2)
    model.parameters = usual
    model.step()
    assert model.direct_financing_bn[1] > calm.direct_financing_bn[1]


def test_recent_filings_of_an_industry_draw_others_unless_switched_off(centre):
    drawn = {}
    for off in ((), ("issuance_spillover",)):
        for recent in (0.2, 5.0):
            model = centre("plan", rng=3, interactions_off=off)
            model.parameters = model.parameters.replace(peer_coefficient_issuance=1.0)
            model.filing_memory.recent = recent * model.filing_memory.usual
            before = model.filed.sum()
            model.step()
            drawn[off, recent] = int(model.filed.sum() - before)
    assert drawn[(), 0.2] < drawn[(), 5.0]
    assert drawn[("issuance_spillover",), 0.2] == drawn[("issuance_spillover",), 5.0]


def registered_after(centre, **changed):
    model = centre("frozen", rng=5)
    model.parameters = model.parameters.replace(panda_registration_rate=0.05, **changed)
    model.run_for(6)
    issuers = model.issuers
    assert (issuers["applied"] >= issuers["registered"]).all()
    return int(issuers["registered"].sum()), int(issuers["applied"].sum())


def test_foreign_issuers_wait_for_the_registration_of_their_programme(centre):
    (fast, asked), (slow, asked_too) = (registered_after(centre, queue_panda_first=months) for months in (0.1, 30.0))
    assert fast > slow and asked == asked_too
