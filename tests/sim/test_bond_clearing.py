"""The clearing of the bond market on the stocks of end-2020: what moves yields, and by how much."""

import pytest

from agents.foreign_investors import ForeignInvestors
from scenarios.calendar import BASELINE
from sim.accounting.securities import Holder, SecurityBook, SecurityClass
from sim.bond_market.clearing import bond_market_clears
from sim.bond_market.component import bond_market_opens
from sim.bond_market.state import china_yield_pct
from sim.clock import Clock
from sim.component import Part

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
