"""Foreign investors as a crowd: politics divides them, peers pull them along, indices move them."""

import numpy as np
import pytest

from agents.foreign_investors import Bloc, IndexFamily, InvestorGroup
from scenarios.calendar import BASELINE
from scenarios.loader import load
from sim.bond_market.blocs import bloc_shares
from sim.bond_market.state import Geopolitics
from sim.model import FinancialCenter

GEOPOLITICS = {"geopolitical_jump_west": -0.25, "geopolitical_jump_nonaligned": 0.1}


def held_by_bloc(model):
    investors = model.investors
    return np.bincount(investors["bloc"], weights=investors["holdings_bn"], minlength=3)


def run(model):
    model.run_to_end()
    return model


# Blocs


def test_incumbents_and_newcomers_come_from_all_blocs_in_the_shares_of_their_group(centre):
    model = run(centre("committed"))
    investors = model.investors
    old = investors["birth_month"] < BASELINE - 11
    for members in (old, ~old):
        for group in (InvestorGroup.BENCHMARK_FUND, InvestorGroup.REAL_MONEY):
            blocs = investors["bloc"][members & (investors["group"] == group)]
            share = np.bincount(blocs, minlength=3) / len(blocs)
            np.testing.assert_allclose(share, bloc_shares()[group], atol=4.0 * np.sqrt(0.25 / len(blocs)))


def test_politics_is_quiet_before_2021_even_where_events_are_certain(centre, central):
    model = centre("committed", parameters=central.replace(geopolitical_hazard=50.0))
    assert model.state(Geopolitics).tension == 0.0
    model.step()
    assert model.state(Geopolitics).tension == pytest.approx(1.0)


@pytest.mark.slow
def test_certain_events_empty_the_books_of_the_west_and_leave_the_aligned_alone(centre, central):
    calm = centre("frozen", parameters=central.replace(geopolitical_hazard=0.0, **GEOPOLITICS))
    tense = centre("frozen", parameters=central.replace(geopolitical_hazard=50.0, **GEOPOLITICS))
    # Foreigners' own effect on yields would move everybody a little.
    for model in (calm, tense):
        for _ in range(12):
            model.step()
    ratio = held_by_bloc(tense) / held_by_bloc(calm)
    assert ratio[Bloc.WEST] < 0.8
    assert ratio[Bloc.ALIGNED] == pytest.approx(1.0, abs=0.05)


def test_events_fall_on_the_same_months_under_every_policy_and_on_others_under_another_seed(centre, central):
    often = central.replace(geopolitical_hazard=0.1)

    def tension(scenario, seed):
        model = centre(scenario, parameters=often, rng=seed)
        path = []
        while model.running:
            model.step()
            path.append(model.state(Geopolitics).tension)
        return path

    first = tension("frozen", 1)
    assert first == tension("plan", 1)
    assert first != tension("frozen", 2)
    assert max(first) > 0.0


# Peers


def persistence(results):
    """Mean first autocorrelation of monthly net purchases over holdings after 2020."""
    each = []
    for result in results:
        monthly = result.indicators.loc["2021":]
        flow = (monthly["foreign_net_purchases"] / monthly["foreign_bond_holdings"]).to_numpy()
        each.append(np.corrcoef(flow[1:], flow[:-1])[0, 1])
    return float(np.mean(each))


@pytest.mark.slow
def test_peers_make_flows_persist(small):
    seeds = range(5)
    alone = persistence(small("frozen", seed=seed, interactions_off=("peers",)) for seed in seeds)
    together = persistence(small("frozen", seed=seed) for seed in seeds)
    assert together > alone + 0.01


def test_without_the_interaction_nobody_is_moved_by_peers_and_2020_is_met_all_the_same(centre):
    alone, together = centre("frozen", interactions_off=("peers",)), centre("frozen")
    for model in (alone, together):
        assert model.investors["holdings_bn"].sum() == pytest.approx(3250.0, rel=0.01)
    alone.run_for(6)
    together.run_for(6)
    assert (alone.investors["peer_shift"] == 0.0).all()
    free = together.investors["group"] >= InvestorGroup.REAL_MONEY
    assert (together.investors["peer_shift"][free] != 0.0).all()
    assert (together.investors["peer_shift"][~free] == 0.0).all()


# Index timing


def world_funds_bought(model):
    investors = model.investors
    world = investors["index_family"] == IndexFamily.WORLD_GOVERNMENT
    return float(investors["net_purchases_bn"][world].sum())


@pytest.mark.slow
def test_funds_buy_most_of_a_step_in_its_month_and_the_rest_in_the_three_after_it(central):
    patient = central.replace(spread_semi_elasticity_benchmarked=0.0, vix_elasticity=0.0, vix_elasticity_high=0.0)
    lever = {"index_inclusion": {"2022-01": 1.0}}

    def purchases(parameters, levers):
        asked = load("frozen").with_levers(levers)
        model = FinancialCenter(
            type(asked)(**{**asked.plain(), "scale": 0.1}), parameters=parameters, interactions_off=["peers"]
        )
        bought = []
        for _ in range(24):
            model.step()
            bought.append(world_funds_bought(model))
        return np.array(bought)

    def extra(share):
        parameters = patient.replace(share_at_implementation=share)
        return purchases(parameters, lever) - purchases(parameters, {})

    quick, slow = extra(1.0), extra(0.5)
    begins = int(np.argmax(quick > 1.0))
    assert quick[:begins] == pytest.approx(0.0) and slow[:begins] == pytest.approx(0.0)
    assert quick[begins] > 20.0 * np.abs(quick[begins + 1 : begins + 4]).max()
    assert 0.5 * quick[begins] < slow[begins] < 0.9 * quick[begins]
    assert (slow[begins + 1 : begins + 4] > 0.03 * quick[begins]).all()
    assert slow[begins : begins + 5].sum() == pytest.approx(quick[begins : begins + 5].sum(), rel=0.05)


def test_an_investor_who_wants_more_than_its_assets_holds_all_of_them(centre):
    model = centre("plan")
    rows = np.flatnonzero(model.investors["group"] == InvestorGroup.REAL_MONEY)[:5]
    model.investors["base_log_weight"][rows] = 3.0
    model.run_for(24)
    assert model.investors["weight"][rows] == pytest.approx(1.0)
    assert model.investors["weight"].max() == pytest.approx(1.0)
