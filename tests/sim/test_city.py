"""The city among its rivals: states, crowding and the queue for licences in the whole model."""

import pytest

from agents.institutions import Centre
from sim.institutions.licences import filings_looked_for
from sim.institutions.state import City, LicenceQueue, SeatFlows, SectorTraits


@pytest.fixture(scope="module")
def frozen(centre):
    model = centre("frozen", rng=2)
    model.run_for(36)
    return model


def test_the_states_of_all_centres_are_zero_at_the_end_of_2020(centre):
    model = centre("plan")
    assert (model.state(City).slow_states == 0.0).all()
    model.step()
    assert (model.state(City).log_density == 0.0).all()
    assert model.state(City).seats_base_year[Centre.SHANGHAI] == 1674.0


def test_the_queue_holds_about_a_year_of_filings_and_keeps_its_size(frozen):
    usual = (
        filings_looked_for(frozen.parameters, frozen.state(SectorTraits)).sum()
        * frozen.parameters.entrant_share_shanghai
        * 12.0
    )
    assert frozen.state(LicenceQueue).waiting.sum() == pytest.approx(usual, rel=0.4)
    assert frozen.state(LicenceQueue).waiting.min() >= 0


@pytest.mark.slow
def test_a_city_with_dear_rents_keeps_fewer_institutions(centre, central):
    crowded, empty = (
        centre("frozen", rng=2, parameters=central.replace(congestion_elasticity=value)) for value in (1.0, 0.0)
    )
    for model in (crowded, empty):
        assert len(model.institutions) == 1674
        model.run_to_end()
    assert len(crowded.institutions) < len(empty.institutions)
    assert crowded.state(SeatFlows).entrants_looking < empty.state(SeatFlows).entrants_looking


# Managed assets


def test_managed_assets_are_an_index_of_the_end_of_2020_by_class(frozen):
    table = frozen.indicators.filter(like="aum_")
    assert (table.loc["2020-12"] == 100.0).all(axis=None)
    assert table.shape[1] == 7
    assert (table > 0.0).all(axis=None)
    growth = table.iloc[-1]
    assert growth.drop("aum_managed").min() < growth["aum_managed"] < growth.drop("aum_managed").max()
