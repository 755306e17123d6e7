"""Authorities: curbs on listings, futures, leverage and outflows, and what foreigners believe of the regime."""

from agents.authorities import Curb
from agents.foreign_investors import ForeignInvestors
from sim.authorities.credibility import foreigners_judge_the_regime, mean_trust
from sim.authorities.curbs import authorities_react
from sim.authorities.state import Curbs, Regimes
from sim.component import Component, Reading, Step


def listings_suspended(curbs: Curbs) -> float:
    """Months in which no listing is approved."""
    return float(curbs.in_force[Curb.LISTINGS])


def curbs_in_force(curbs: Curbs) -> float:
    """Months of curbs on listings, futures, leverage and outflows, each counted."""
    return float(curbs.in_force.sum())


def foreign_trust(investors: ForeignInvestors) -> float:
    """Part of the opening that foreign investors expect to stay, less what they expected at the end of 2020."""
    return mean_trust(investors["trust"])


AUTHORITIES = Component(
    name="authorities",
    states=(Curbs, Regimes),
    streams=("authority.curb", "foreigner.learning"),
    steps=(
        Step(authorities_react, owner="Authority"),
        Step(foreigners_judge_the_regime, owner="ForeignInvestor"),
    ),
    readings=(
        Reading("listing_suspension", "months per year", "flow", listings_suspended),
        Reading("curb_months", "months per year", "flow", curbs_in_force),
        Reading("foreign_trust", "share", "ratio", foreign_trust),
    ),
)
