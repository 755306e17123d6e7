"""Foreigners judge the regime, and what their belief does."""

import numpy as np
import pytest

from agents.authorities import Curb
from agents.foreign_investors import ForeignInvestors, InvestorGroup
from agents.institutions import Centre, Institutions
from scenarios.calendar import BASELINE
from scenarios.parameters import Parameters
from sim.authorities.credibility import foreigners_judge_the_regime, mean_trust
from sim.authorities.state import Curbs, Regimes
from sim.bond_market.foreign_investors import foreign_investors_enter, foreign_investors_trade
from sim.bond_market.state import ForeignDemand
from sim.clock import Clock
from sim.institutions.location import LOCATION_TERMS, entrants_choose, location_terms
from sim.institutions.state import City, RivalCentres, SeatFlows
from sim.world.interactions import Interactions
from sim.world.policy import Channels
from tests.sim.steps.by_hand import channels, run

OPEN, AS_IN_2020 = {"foreign_access_cost": 20.0, "licence_scope": 0.8}, {}


def after(city, *regimes, months=12, curb=False, **asked):
    """A centre after some months of each regime."""
    on = city(**asked)
    month = BASELINE
    for values in regimes:
        on[Channels] = channels(**values)
        for _ in range(months):
            month += 1
            on[Clock] = Clock(month)
            on[Curbs].in_force[Curb.OUTFLOWS] = curb
            run(foreigners_judge_the_regime, on)
    return on


def trust(on):
    foreign = on[Institutions]["foreign"]
    return mean_trust(on[ForeignInvestors]["trust"]), mean_trust(on[Institutions]["trust"][foreign])


def test_where_nothing_changes_nobody_learns(city):
    on = after(city, AS_IN_2020)
    assert not on[ForeignInvestors]["trust"].any() and not on[Institutions]["trust"].any()


def test_an_opening_that_stays_is_trusted_more_and_one_taken_back_less_than_none(city):
    kept, reversed_ = trust(after(city, OPEN, OPEN)), trust(after(city, OPEN, AS_IN_2020))
    for stays, taken_back in zip(kept, reversed_, strict=True):
        assert stays > 0.0 > taken_back


def test_a_curb_on_outflows_costs_all_foreigners_their_trust(city):
    investors, institutions = trust(after(city, AS_IN_2020, curb=True))
    assert investors < -0.2 and institutions < -0.2


def test_domestic_institutions_have_no_regime_to_judge_and_agents_differ(city):
    on = after(city, OPEN)
    foreign = on[Institutions]["foreign"]
    assert not on[Institutions]["trust"][~foreign].any()
    assert len(np.unique(on[Institutions]["trust"][foreign])) == foreign.sum()
    assert len(np.unique(on[ForeignInvestors]["trust"])) == len(on[ForeignInvestors])


def test_there_is_no_learning_in_the_base_year_or_without_the_interaction(city):
    assert trust(after(city, OPEN, off=("credibility",))) == (0.0, 0.0)
    on = city("2020-12", on_channels=OPEN)
    run(foreigners_judge_the_regime, on)
    assert trust(on) == (0.0, 0.0) and on[Regimes].furthest_access == 0.0


def test_trust_raises_what_investors_want_but_for_benchmark_funds(city):
    def wanted(belief):
        on = city()
        on[ForeignInvestors]["trust"][:] = belief
        return run(foreign_investors_trade, on)

    usual, trusting = wanted(0.0), wanted(0.5)
    gain = np.log(trusting[ForeignInvestors]["target_weight"] / usual[ForeignInvestors]["target_weight"])
    fund = usual[ForeignInvestors]["group"] == InvestorGroup.BENCHMARK_FUND
    assert gain[~fund] == pytest.approx(0.5 * usual[Parameters].trust_demand)
    assert not gain[fund].any() and usual[ForeignDemand].signals is not None


def test_trust_brings_entrants_who_share_the_belief_of_those_who_are_there(city):
    def entered(belief):
        on = city(on_parameters={"foreign_entry_rate": 30.0, "trust_entry": 2.0})
        on[ForeignInvestors]["trust"][:] = belief
        before = len(on[ForeignInvestors])
        run(foreign_investors_enter, on)
        assert on[ForeignInvestors]["trust"][before:] == pytest.approx(belief)
        return len(on[ForeignInvestors]) - before

    assert entered(-0.4) < entered(0.0) < entered(0.4)


def test_trust_draws_foreign_institutions_alone(city):
    def looked(belief):
        on = city()
        on[Institutions]["trust"][on[Institutions]["foreign"]] = belief
        terms = location_terms(
            *(on[kind] for kind in (Parameters, Channels, Interactions, Institutions, City, RivalCentres))
        )
        return terms, run(entrants_choose, on)[SeatFlows].entrants_to_shanghai

    (usual, few), (trusting, more) = looked(0.0), looked(0.5)
    change = trusting - usual
    place = LOCATION_TERMS.index("trust in the regime")
    assert change[place, :, 1, Centre.SHANGHAI] == pytest.approx(0.5 * city()[Parameters].trust_location)
    change[place, :, 1, Centre.SHANGHAI] = 0.0
    assert not change.any() and more > few
