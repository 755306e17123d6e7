"""The city among its rivals: states, crowding and the queue for licences in the whole model."""

import numpy as np
import pytest

from agents.adoption import neighbours_share
from agents.city_state import CityState
from agents.institutions import Centre
from sim.institutions.licences import filings_looked_for
from sim.institutions.state import City, LicenceQueue, SeatFlows, SectorTraits


@pytest.fixture(scope="module")
def steered(centre):
    """Run the frozen path with channels set by hand."""

    def run(months=36, **channels):
        model = centre("frozen", rng=2)
        names = list(model.policy.baseline)
        for name, value in channels.items():
            model.policy.paths[:, names.index(name)] = value
        model.run_for(months)
        return model

    return run


@pytest.fixture(scope="module")
def frozen(steered):
    return steered()


def test_the_states_of_all_centres_are_zero_at_the_end_of_2020(centre):
    model = centre("plan")
    assert (model.state(City).slow_states == 0.0).all()
    model.step()
    assert (model.state(City).log_density == 0.0).all()
    assert model.state(City).seats_base_year[Centre.SHANGHAI] == 1674.0


@pytest.mark.parametrize(
    ("channel", "value", "state"),
    [
        ("talent_relocation_cost", 50.0, CityState.TALENT),
        ("talent_international_share", 0.2, CityState.INTERNATIONAL_TALENT),
        ("legal_certainty", 0.8, CityState.LAW),
    ],
)
def test_a_channel_moves_its_state_and_brings_filings(steered, frozen, channel, value, state):
    moved = steered(**{channel: value})
    after, before = (model.state(City).slow_states[state, Centre.SHANGHAI] for model in (moved, frozen))
    assert after - before > 0.05
    assert moved.state(SeatFlows).entrants_looking > frozen.state(SeatFlows).entrants_looking
    assert moved.state(LicenceQueue).filed >= frozen.state(LicenceQueue).filed


def test_a_wider_licence_scope_brings_foreign_filings_and_no_domestic_ones_at_first(steered):
    months = 2
    plain, wide = steered(months), steered(months, licence_scope=0.95)
    domestic, foreign = (wide.state(LicenceQueue).waiting - plain.state(LicenceQueue).waiting).sum(axis=(0, 1))
    assert domestic == 0
    assert foreign >= 0
    later, wide_later = steered(), steered(licence_scope=0.95)
    assert wide_later.institutions["foreign"].mean() > later.institutions["foreign"].mean()


def test_the_queue_holds_about_a_year_of_filings_and_keeps_its_size(frozen):
    usual = (
        filings_looked_for(frozen.parameters, frozen.state(SectorTraits)).sum()
        * frozen.parameters.entrant_share_shanghai
        * 12.0
    )
    assert frozen.state(LicenceQueue).waiting.sum() == pytest.approx(usual, rel=0.4)
    assert frozen.state(LicenceQueue).waiting.min() >= 0


def test_who_files_waits_at_least_three_months(centre):
    model = centre("frozen", rng=2)
    model.own_states[LicenceQueue] = LicenceQueue()
    for _ in range(3):
        model.step()
        assert model.state(LicenceQueue).licensed == 0
    model.run_for(12)
    assert 0 < model.state(LicenceQueue).licensed < model.state(LicenceQueue).filed


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


def test_only_managers_manage(frozen):
    sector, managed = frozen.institutions["sector"], frozen.institutions["managed_assets"]
    assert (managed[np.isin(sector, np.flatnonzero(frozen.state(SectorTraits).manages))] > 0.0).all()
    assert (managed[~np.isin(sector, np.flatnonzero(frozen.state(SectorTraits).manages))] == 0.0).all()


def test_managers_that_did_well_grow_faster(centre):
    model = centre("frozen", rng=2)
    rows = np.flatnonzero(model.institutions["managed_assets"] > 0.0)
    ids, before = model.institutions.unique_ids[rows], model.institutions["managed_assets"][rows].copy()
    earned = model.institutions["trailing_excess_return"][rows].copy()
    model.step()
    after = model.institutions.rows_of(ids)
    here = after >= 0
    growth = model.institutions["managed_assets"][after[here]] / before[here]
    assert np.corrcoef(growth, earned[here])[0, 1] > 0.05


# Adoption


def test_adoption_spreads_faster_among_neighbours_of_users(centre):
    model = centre("frozen", rng=2)
    institutions = model.institutions
    waiting = institutions.unique_ids[~institutions["adopted"]]
    users = neighbours_share(
        institutions["adopted"], institutions.rows_of(institutions["neighbours"][:, ~institutions["adopted"]])
    )
    model.run_for(24)
    rows = institutions.rows_of(waiting)
    took = institutions["adopted"][rows[rows >= 0]]
    many = users[rows >= 0] > 0.3
    assert many.sum() > 100
    assert took[many].mean() > took[~many].mean()


def test_adopters_stay_adopters(centre):
    model = centre("plan", rng=2)
    users = model.institutions.unique_ids[model.institutions["adopted"]]
    model.run_for(24)
    rows = model.institutions.rows_of(users)
    assert model.institutions["adopted"][rows[rows >= 0]].all()
    assert model.institutions["adopted"].mean() > 0.15


@pytest.mark.slow
def test_more_local_fintech_firms_speed_adoption(centre, central):
    shares = []
    for elasticity in (0.0, 2.0):
        model = centre("frozen", rng=2, parameters=central.replace(adoption_supply_elasticity=elasticity))
        model.fintech["in_shanghai"][:] = True
        model.run_for(12)
        shares.append(model.institutions["adopted"].mean())
    assert shares[1] > shares[0] + 0.05


def test_dear_technology_drives_adopters_out(centre):
    model = centre("frozen", rng=2)
    parameters = model.parameters
    exits = []
    for effect in (-90.0, 400.0):
        again = centre("frozen", rng=2)
        again.parameters = parameters.replace(adoption_cost_effect=effect)
        again.institutions["adopted"][:] = True
        exits.append(0)
        for _ in range(12):
            again.step()
            exits[-1] += again.state(SeatFlows).exits
    assert exits[1] > exits[0]
