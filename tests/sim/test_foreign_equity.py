"""Foreign holders of shares in the whole."""

import numpy as np
import pytest

from scenarios.loader import load
from scenarios.plan import channels
from sim.accounts import identities


@pytest.fixture(scope="module")
def model(centre):
    model = centre("plan", rng=4, verify=True)
    model.run_for(18)
    return model


def test_they_start_from_what_was_held_in_2019_and_keep_their_accounts(model):
    assert model.largest_error < 1e-12
    names = {name for name, _, _ in identities(model.states_now())}
    assert {"shares held by foreigners", "share trades of foreigners"} <= names


def test_the_terms_add_up_to_what_each_bought(model):
    investors = model.equity_investors
    for agent in list(investors)[::20]:
        table = model.explain(agent)
        assert table["value"].sum() == pytest.approx(agent.net_purchases_bn, abs=1e-9)
        assert table.attrs["explains"] == "net purchases of shares in the month"


def held_after(centre, scenario, months=12, **changed):
    model = centre(scenario, rng=4)
    model.parameters = model.parameters.replace(**changed)
    model.run_for(months)
    return float(model.equity_investors["holdings_bn"].sum())


def test_a_small_quota_keeps_buyers_out(centre):
    model = centre("plan", rng=4)
    model.equity_investors["base_log_weight"][:] += 1.0
    other = centre("plan", rng=4)
    other.equity_investors["base_log_weight"][:] += 1.0
    position = [channel.id for channel in channels()]
    other.policy.paths[:, position.index("connect_quota")] = 0.05
    for each in (model, other):
        each.run_for(3)
    assert other.equity_investors["net_purchases_bn"].sum() < model.equity_investors["net_purchases_bn"].sum()
    limit = 0.05 * other.parameters.trading_days_by_month[other.month % 12] / other.parameters.connect_shanghai_part
    assert other.equity_investors["net_purchases_bn"].sum() <= limit + 1e-9


def test_a_wish_of_the_west_to_hold_less_empties_its_holdings(centre):
    decoupled = load("plan").with_shocks([{"name": "western_demand", "month": "2021-02", "size": -1.0}])
    calm, struck = (centre(scenario, rng=4) for scenario in ("plan", decoupled))
    for each in (calm, struck):
        each.run_for(12)
    west = calm.equity_investors["bloc"] == 0
    before, after = (each.equity_investors["holdings_bn"] for each in (calm, struck))
    assert after[west].sum() < before[west].sum()
    assert (after[~west] == before[~west]).all()


def test_cheap_shares_attract_active_holders(centre):
    held = [held_after(centre, "frozen", equity_price_elasticity=slope) for slope in (0.0, 3.0)]
    falling = load("frozen").with_shocks([{"name": "equity", "month": "2021-01", "size": -0.4}])
    fallen = [held_after(centre, falling, equity_price_elasticity=slope) for slope in (0.0, 3.0)]
    assert np.log(fallen[1] / fallen[0]) > np.log(held[1] / held[0])


def test_nobody_enters_for_peers_when_peers_are_switched_off(centre):
    entered = []
    for off in ((), ("peers",)):
        model = centre("plan", rng=4, interactions_off=off)
        model.parameters = model.parameters.replace(peer_coefficient_foreign=1.0)
        model.investors["recent_buying"][:] = 0.2
        before = len(model.investors)
        model.step()
        entered.append(len(model.investors) - before)
    assert entered[0] > entered[1]
