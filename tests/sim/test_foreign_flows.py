"""Foreign investors as a crowd: politics divides them, peers pull them along, indices move them."""

import numpy as np
import pytest

from agents.foreign_investors import IndexFamily, InvestorGroup
from scenarios.loader import load
from sim.bond_market.blocs import bloc_shares
from sim.model import FinancialCenter


def test_incumbents_come_from_all_blocs_in_the_shares_of_their_group(centre):
    investors = centre("committed").investors
    for group in (InvestorGroup.BENCHMARK_FUND, InvestorGroup.REAL_MONEY):
        blocs = investors["bloc"][investors["group"] == group]
        share = np.bincount(blocs, minlength=3) / len(blocs)
        np.testing.assert_allclose(share, bloc_shares()[group], atol=4.0 * np.sqrt(0.25 / len(blocs)))


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
