"""Steps of the authorities alone, and what their curbs do in each market."""

import numpy as np
import pytest

from agents.authorities import Curb
from agents.foreign_investors import ForeignInvestors, InvestorGroup
from agents.institutions import Institutions
from agents.issuers import Issuers, ListingRoute
from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters
from sim.authorities.component import curbs_in_force, listings_suspended
from sim.authorities.curbs import YEAR, authorities_react
from sim.authorities.state import Curbs
from sim.banking.leverage import institutions_set_leverage
from sim.banking.state import RepoFunding
from sim.bond_market.foreign_investors import foreign_investors_trade, purchase_terms
from sim.bond_market.state import ForeignDemand
from sim.clock import Clock
from sim.financing.listings import gate_moves, lead_times, listing_queue_moves
from sim.financing.state import ListingQueue
from sim.markets import Product
from sim.trading.state import Turnover
from sim.trading.turnover import markets_turn_over
from sim.world.policy import Channels
from sim.world.shock_values import ShockValues
from tests.sim.steps.by_hand import MONTHS_AFTER, MONTHS_BEFORE, run, shocks

NEVER, AT_ONCE = (0.0,) * 4, (1e9,) * 4
FALLEN = np.where(np.arange(MONTHS_BEFORE + MONTHS_AFTER) < MONTHS_BEFORE, 5000.0, 3000.0)


def curbed(on, *curbs):
    on[Curbs].in_force[list(curbs)] = True
    on[Curbs].months[:] = 6.0
    return on


def begun_in(city, months, **asked):
    """Curbs that have begun after some months that each end what has begun."""
    on = city(on_parameters={"curb_months": (1.0,) * 4, **asked.pop("on_parameters", {})}, **asked)
    for month in range(BASELINE + 1, BASELINE + 1 + months):
        on[Clock] = Clock(month)
        run(authorities_react, on)
    return on[Curbs].begun


def test_curbs_begin_where_their_rate_is_high_and_end_where_they_last_a_month(city):
    on = city(on_parameters={"curb_hazard": AT_ONCE, "curb_months": (1.0,) * 4})
    run(authorities_react, on)
    assert on[Curbs].in_force.all() and curbs_in_force(on[Curbs]) == 4.0 and listings_suspended(on[Curbs]) == 1.0
    run(authorities_react, on)
    assert not on[Curbs].in_force.any() and (on[Curbs].begun == 1).all()


def test_there_are_no_curbs_in_the_base_year_and_none_without_the_interaction(city):
    eager = {"curb_hazard": AT_ONCE}
    for on in (city("2020-12", on_parameters=eager), city(on_parameters=eager, off=("authorities_react",))):
        assert not run(authorities_react, on)[Curbs].in_force.any()


def test_a_shock_imposes_a_curb_for_its_window_and_begins_none_by_itself(city):
    for name, curb in (("listing_suspension", Curb.LISTINGS), ("outflow_curb", Curb.OUTFLOWS)):
        on = city(on_shocks={name: 1.0}, on_parameters={"curb_hazard": NEVER})
        assert np.flatnonzero(run(authorities_react, on)[Curbs].in_force).tolist() == [curb]
        on[ShockValues] = shocks()
        assert not run(authorities_react, on)[Curbs].in_force.any() and not on[Curbs].begun.any()


def test_authorities_look_at_falls_of_shares_growth_of_leverage_and_sales_of_foreigners(city):
    on = city("2021-02", on_world={"equity_index": FALLEN})
    on[Curbs].leverage_of_year = [1e-3] * YEAR
    on[ForeignInvestors]["net_purchases_bn"][:] = -0.1 * on[ForeignInvestors]["holdings_bn"]
    signals = run(authorities_react, on)[Curbs].signals
    assert signals[:2] == pytest.approx(np.log(5.0 / 3.0))
    assert signals[Curb.LEVERAGE] > 0.0
    assert signals[Curb.OUTFLOWS] == pytest.approx(0.1 / 1.1)


def test_a_fall_of_shares_makes_a_suspension_likelier(city):
    hazard = {"curb_hazard": (0.1, 0.0, 0.0, 0.0)}
    calm, fallen = (
        begun_in(city, 24, on_parameters=hazard, on_world={"equity_index": index})[Curb.LISTINGS]
        for index in (5000.0, 5000.0 * np.exp(-0.05 * np.arange(MONTHS_BEFORE + MONTHS_AFTER)))
    )
    assert fallen > calm


def test_registration_leaves_less_to_stop_and_for_a_shorter_time(city):
    rare, usual = (
        city(on_parameters={"curb_duration_share": 0.5}, on_channels={"listing_discretion": value})
        for value in (25.0, 100.0)
    )
    assert run(authorities_react, rare)[Curbs].months[Curb.LISTINGS] == pytest.approx(
        0.5 * run(authorities_react, usual)[Curbs].months[Curb.LISTINGS]
    )
    hazard = {"curb_hazard": (0.5, 0.0, 0.0, 0.0)}
    begun = [
        begun_in(city, 30, on_parameters=hazard, on_channels={"listing_discretion": value})[Curb.LISTINGS]
        for value in (10.0, 100.0)
    ]
    assert begun[0] < begun[1]


def test_a_standing_framework_replaces_campaigns_and_an_open_account_commits(city):
    hazard = {"curb_hazard": (0.0, 0.0, 0.5, 0.5)}
    usual = begun_in(city, 30, on_parameters=hazard)
    tight = begun_in(city, 30, on_parameters=hazard, on_channels={"macropru_tightness": 2.0})
    free = begun_in(city, 30, on_parameters=hazard, on_channels={"fx_conversion_friction": 0.1})
    assert tight[Curb.LEVERAGE] < usual[Curb.LEVERAGE] and tight[Curb.OUTFLOWS] == usual[Curb.OUTFLOWS]
    assert free[Curb.OUTFLOWS] < usual[Curb.OUTFLOWS] and free[Curb.LEVERAGE] == usual[Curb.LEVERAGE]


# What the curbs do


def test_nothing_lists_on_the_boards_while_listings_are_suspended(city):
    listed = []
    for curbs in ((), (Curb.LISTINGS,)):
        on = curbed(city(), *curbs)
        on[Issuers]["queue_stage"][:] = 3
        run(gate_moves, on)
        for month in range(BASELINE + 8, BASELINE + 14):
            on[Clock] = Clock(month)
            run(listing_queue_moves, on)
        listed.append(on[ListingQueue].listings.copy())
    assert listed[0][ListingRoute.MAIN] > 0 and listed[0][ListingRoute.STAR] > 0
    assert listed[1][ListingRoute.MAIN] == listed[1][ListingRoute.STAR] == 0


def test_filers_expect_to_wait_for_the_end_of_a_suspension(city):
    def months(*curbs):
        on = run(gate_moves, curbed(city(), *curbs))
        on[ListingQueue].log_gate = 0.0
        return lead_times(on[Parameters], on[Channels], on[ShockValues], on[ListingQueue])

    assert months(Curb.LISTINGS) - months() == pytest.approx([0.0, 6.0, 6.0, 0.0])


def test_a_curb_on_futures_stops_its_part_of_their_turnover_and_of_no_other(city):
    usual, less = (run(markets_turn_over, curbed(city(), *curbs))[Turnover] for curbs in ((), (Curb.FUTURES,)))
    ratio = less.turnover_trn / usual.turnover_trn
    assert ratio[Product.CFFEX_FUTURES] == pytest.approx(1.0 - city()[Parameters].futures_curb_share)
    assert np.delete(ratio, Product.CFFEX_FUTURES) == pytest.approx(1.0)


def test_a_campaign_against_leverage_acts_as_tighter_rules(city):
    curbs, usual = curbed(city(), Curb.LEVERAGE), run(institutions_set_leverage, city())
    found = run(institutions_set_leverage, curbs)
    signals = found[RepoFunding].signals
    assert signals.tightness_change == pytest.approx(curbs[Parameters].leverage_curb_tightness)
    borrows = usual[Institutions]["leverage"] > 0.0
    assert (found[Institutions]["leverage"][borrows] < usual[Institutions]["leverage"][borrows]).all()


def sold(city, *curbs, **asked):
    """A month in which investors of no index want half of what they hold."""
    on = curbed(city(**asked), *curbs)
    on[ForeignInvestors]["inaction_band"][:] = 0.0
    on[ForeignInvestors]["base_log_weight"][:] = np.log(0.02)
    run(foreign_investors_trade, on)
    return on


def test_a_curb_on_outflows_holds_back_a_part_of_sales_and_the_terms_still_add_up(city):
    usual, less = sold(city), sold(city, Curb.OUTFLOWS)
    part = 1.0 - usual[Parameters].outflow_curb_share
    sales = np.log(usual[ForeignInvestors]["weight"] / usual[ForeignInvestors]["opening_weight"])
    held = np.log(less[ForeignInvestors]["weight"] / less[ForeignInvestors]["opening_weight"])
    assert (sales < 0.0).any()
    np.testing.assert_allclose(held, np.where(sales < 0.0, part * sales, sales))
    for row in range(len(held)):
        terms = purchase_terms(less[ForeignInvestors], less[ForeignDemand], row)
        bought = less[ForeignInvestors]["net_purchases_bn"][row]
        assert sum(value for _, value, _ in terms) == pytest.approx(bought, rel=1e-9, abs=1e-9)
        (curb,) = (value for name, value, _ in terms if name == "curb on outflows")
        assert (curb > 0.0) == (sales[row] < 0.0)


def test_a_curb_lets_those_sell_who_would_hold_more_than_their_assets(city):
    on = curbed(city(), Curb.OUTFLOWS)
    on[ForeignInvestors]["holdings_bn"][:] *= 26.0
    run(foreign_investors_trade, on)
    assert on[ForeignInvestors]["opening_weight"].max() > 1.0
    assert on[ForeignInvestors]["weight"].max() <= 1.0 + 1e-12


def test_hot_money_leaves_faster_where_conversion_is_easier_and_comes_no_faster(city):
    easy = {"on_channels": {"fx_conversion_friction": 10.0}}
    discretion = InvestorGroup.REAL_MONEY

    def change(off=(), **asked):
        investors = sold(city, off=off, **asked)[ForeignInvestors]
        return np.log(investors["weight"] / investors["opening_weight"]), investors["group"]

    usual, group = change()
    faster, _ = change(**easy)
    same, _ = change(off=("hot_money",), **easy)
    sells = (usual < 0.0) & (group >= discretion)
    assert sells.any() and (faster[sells] < usual[sells]).all()
    np.testing.assert_array_equal(faster[~sells], usual[~sells])
    np.testing.assert_array_equal(same, usual)
