"""Where institutions want to be, in the whole model: agglomeration, counts, classes."""

import numpy as np
import pytest

from agents.institutions import Centre, Sector
from sim.component import Part
from sim.institutions.location import AGGLOMERATION_TERMS, LOCATION_TERMS, location_terms
from sim.institutions.state import LicenceQueue, RivalCentres, SeatFlows, SectorTraits

OWN, FOREIGN = (LOCATION_TERMS.index(term) for term in AGGLOMERATION_TERMS)


def test_seats_pull_by_the_slope_of_location_choice_and_not_by_that_of_productivity(centre):
    model = centre("frozen")
    before = Part(location_terms).on(model.states_now())
    model.state(RivalCentres).seats[Sector.BANK, :, Centre.HONG_KONG - 1] *= 2.0
    pull = Part(location_terms).on(model.states_now()) - before
    slope = pull[OWN, Sector.BANK, 0, Centre.HONG_KONG] / np.log(2.0)
    assert slope == pytest.approx(model.parameters.agglomeration_slope)
    assert 0.3 < slope < 0.7
    assert slope > 5.0 * model.parameters.agglomeration_productivity
    assert pull[FOREIGN, Sector.BANK, 1, Centre.HONG_KONG] / np.log(2.0) == pytest.approx(
        model.parameters.agglomeration_slope_foreign
    )
    assert np.count_nonzero(pull) == 3


def test_without_agglomeration_nobody_goes_where_others_are(centre):
    plain, off = centre("frozen", rng=2), centre("frozen", rng=2, interactions_off=("agglomeration",))
    assert off.interactions_off == ("agglomeration",)
    for model in (plain, off):
        assert len(model.institutions) == 1674
        model.state(RivalCentres).seats *= 3.0
        model.step()
    assert not off.state(SeatFlows).location_terms[[OWN, FOREIGN]].any()
    assert plain.state(SeatFlows).location_terms[OWN].any() and plain.state(SeatFlows).location_terms[FOREIGN].any()
    # Without it three times as many seats elsewhere turn no entrant away.
    assert plain.state(SeatFlows).entrants_looking > off.state(SeatFlows).entrants_looking


def test_without_hazards_of_entry_and_exit_the_counts_stand_still(centre, central):
    still = central.replace(
        institution_gross_entry=1e-12, institution_exit_hazard=0.0, headquarters_relocation_hazard=0.0
    )
    model = centre("plan", rng=2)
    model.parameters = still
    model.own_states[LicenceQueue] = LicenceQueue()
    before = model.institutions_by_class()
    model.run_for(12)
    assert (model.institutions_by_class() == before).all()
    assert before.sum() == 1674


def test_all_eleven_classes_are_there_in_both_ownerships_in_their_shares(centre):
    model = centre("plan")
    count = model.institutions_by_class()
    assert count.shape == (11, 2)
    assert (count[:, 0] > 0).all()
    share = count[:, 1] / count.sum(axis=1)
    expected = model.state(SectorTraits).foreign_share
    spread = np.sqrt(expected * (1.0 - expected) / count.sum(axis=1))
    assert (np.abs(share - expected) < 4.0 * spread).all()
    assert (count[:, 1] > 0)[expected > 0.03].all()
    assert count[:, 1].sum() / count.sum() == pytest.approx(0.31, abs=0.03)


def test_headquarters_arrive_and_some_move_away(centre, central):
    model = centre("plan", rng=2, parameters=central)
    model.parameters = central.replace(headquarters_relocation_hazard=5.0, relocation_stay_bonus=0.0)
    before = int(model.institutions["headquarters"].sum())
    model.step()
    assert model.state(SeatFlows).moved_out > 50
    assert model.state(SeatFlows).moved_in > 50
    assert 0 < model.institutions["headquarters"].sum() != before
