"""The clearing of the bond market on the stocks of end-2020: what moves yields, and by how much."""

import numpy as np
import pytest

from agents.foreign_investors import ForeignInvestors
from scenarios import load
from scenarios.calendar import BASELINE
from sim.accounting.securities import Holder, SecurityBook, SecurityClass
from sim.bond_market.clearing import bond_market_clears
from sim.bond_market.component import bond_market_opens
from sim.bond_market.state import china_yield_pct
from sim.clock import Clock
from sim.component import Part
from sim.evidence.what_moves import set_world
from sim.model import FinancialCenter

SOVEREIGN = SecurityClass.SOVEREIGN


@pytest.fixture
def january_2021(centre):
    """States at the opening of the first month after the base year, in which nothing is issued or redeemed."""

    def build(**options):
        states = dict(centre("frozen", **options).states)
        states[Clock] = Clock(BASELINE + 1)
        Part(bond_market_opens).on(states)
        return states

    return build


def government_yield_pct(states):
    Part(bond_market_clears).on(states)
    return Part(china_yield_pct).on(states)


def test_a_point_more_of_government_bonds_in_foreign_hands_lowers_the_yield_by_what_studies_find(january_2021):
    usual, bought = january_2021(), january_2021()
    held = usual[SecurityBook].holdings_bn[Holder.FOREIGN, SOVEREIGN]
    more = 0.01 * usual[SecurityBook].outstanding_bn[SOVEREIGN]
    bought[ForeignInvestors]["holdings_bn"] *= 1.0 + more / held
    impact_bp = 100.0 * (government_yield_pct(bought) - government_yield_pct(usual))
    # 25 to 40 basis points for ten points of the market (IMF working paper 12/158).
    assert -4.0 <= impact_bp <= -2.5


@pytest.mark.slow
def test_in_a_world_that_stands_still_no_class_of_bonds_runs_away(centre):
    def premia_bp(**options):
        model = centre("frozen", rng=3, **options)
        set_world(model, trends=True, macro=False)
        seen = []
        for _ in range(60):
            model.step()
            seen.append(100.0 * model.book.yield_premia_pp())
        return np.array(seen)

    integrated = premia_bp()
    assert np.abs(integrated).max() < 40.0
    # With captive holders Panda bonds alone go further: the class is small and its issue of 2020 was low.
    assert np.abs(premia_bp(interactions_off=("integrated_demand",))).max() > 70.0


@pytest.mark.slow
def test_tighter_macroprudential_rules_raise_yields_and_cut_issues():
    def year(levers, **options):
        asked = load("frozen").with_levers(levers)
        model = FinancialCenter(type(asked)(**{**asked.plain(), "scale": 0.1}), rng=5, **options)
        model.run_for(36)
        months = model.indicators.loc["2023"]
        return float(months["china_yield"].mean()), float(months["bond_issuance"].sum())

    tight = {"macroprudential_framework": {"2021-01": 1.0}}
    usual, tightened = year({}), year(tight)
    assert tightened[0] > usual[0] + 0.01
    # The lever moves issues through other channels too; with the demand that repo pays for, fewer come to market.
    off = {"interactions_off": ("integrated_demand",)}
    alone = year(tight, **off)[1] / year({}, **off)[1]
    assert tightened[1] / usual[1] < alone
