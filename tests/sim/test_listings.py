"""The queue of filings and what underwriters place, in the whole."""

import numpy as np
import pytest

from agents.issuers import ListingRoute
from agents.listing_queue import STAGES
from sim.component import Part
from sim.financing.listings import months_by_stage
from sim.financing.state import DirectFinancing, FilingMemory, Issuance, ListingQueue


def deferred(model):
    issuance = model.state(Issuance)
    return issuance.deferred_debt_bn, issuance.deferred_equity_bn


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
        == Part(months_by_stage).on(later.states_now())[ListingRoute.STAR].argmax()
        == 0
    )


def test_some_filings_are_withdrawn_and_none_where_nobody_withdraws(centre, later):
    assert (
        later.state(ListingQueue).withdrawn[ListingRoute.STAR] > 0
        and later.state(ListingQueue).withdrawn[ListingRoute.REIT] == 0
    )
    calm = centre("plan", rng=3)
    calm.parameters = calm.parameters.replace(withdraw_hazard_star=0.0)
    before = calm.state(ListingQueue).withdrawn.copy()
    calm.run_for(6)
    assert (calm.state(ListingQueue).withdrawn == before).all()


def listings_after(centre, months, **changed):
    model = centre("frozen", rng=5)
    before = model.state(ListingQueue).listings.sum()
    model.parameters = model.parameters.replace(**changed)
    model.run_for(months)
    return int(model.state(ListingQueue).listings.sum() - before)


def test_shorter_stages_let_more_filings_through(centre):
    slow = listings_after(centre, 6, queue_star=(400.0, 200.0, 200.0, 200.0))
    assert slow < listings_after(centre, 6) < listings_after(centre, 6, queue_star=(60.0, 20.0, 20.0, 20.0))


def test_the_gate_moves_after_2020_alone_and_narrows_the_flow(centre, later):
    assert later.state(ListingQueue).log_gate != 0.0
    assert centre("plan").state(ListingQueue).log_gate == 0.0
    narrow = centre("frozen", rng=5)
    wide = centre("frozen", rng=5)
    for model, gate in ((narrow, -3.0), (wide, 1.0)):
        before = model.state(ListingQueue).listings.sum()
        model.parameters = model.parameters.replace(listing_gate_persistence=1.0, listing_gate_spread=0.0)
        model.state(ListingQueue).log_gate = gate
        model.run_for(3)
        model.passed = model.state(ListingQueue).listings.sum() - before
    assert narrow.passed < wide.passed


def test_little_capacity_defers_deals_and_switching_the_limit_off_defers_none(centre):
    tight, free = (centre("plan", rng=3, interactions_off=off) for off in ((), ("underwriting_limits",)))
    for model in (tight, free):
        model.parameters = model.parameters.replace(underwriting_headroom=0.1, queue_star=(9.0, 9.0, 9.0, 9.0))
        model.step()
    assert deferred(tight)[0] > 0.0 and deferred(tight)[1] > 0.0
    assert deferred(free) == (0.0, 0.0)
    assert tight.state(DirectFinancing).month_bn[1] < free.state(DirectFinancing).month_bn[1]
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
    assert model.state(DirectFinancing).month_bn[1] > calm.state(DirectFinancing).month_bn[1]


def test_recent_filings_of_an_industry_draw_others_unless_switched_off(centre):
    drawn = {}
    for off in ((), ("issuance_spillover",)):
        for recent in (0.2, 5.0):
            model = centre("plan", rng=3, interactions_off=off)
            model.parameters = model.parameters.replace(peer_coefficient_issuance=1.0)
            memory = model.state(FilingMemory)
            memory.recent = recent * memory.usual
            before = model.state(ListingQueue).filed.sum()
            model.step()
            drawn[off, recent] = int(model.state(ListingQueue).filed.sum() - before)
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
