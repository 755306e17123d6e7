"""Where in the city newcomers settle: rents follow crowding, classes of institutions gather."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from agents.districts import NOWHERE, District, chosen_districts, district_shares, log_rents, zone_shift
from agents.institutions import Sector
from scenarios.calendar import BASELINE
from sim.tables import table

if TYPE_CHECKING:
    from agents.arrays import Floats, Integers
    from sim.model import FinancialCenter

FINTECH = len(Sector)
"""Class of fintech firms, after the sectors of institutions."""
BOOKS_OFFSHORE = (Sector.BANK, Sector.LEASING)
"""Sectors whose offshore business can be booked in the special area of Lingang."""


@cache
def shares_2020() -> "Floats":
    """Shares of districts at end-2020 by class, shape (12, 9); illustrative."""
    rows = {row["district"]: row for row in table("districts")}
    institutions, fintech = (
        np.array([float(rows[each.name][column]) for each in District])
        for column in ("institution_share", "fintech_share")
    )
    return np.stack([*[institutions] * len(Sector), fintech])


def occupants(centre: "FinancialCenter") -> "Floats":
    """Institutions by sector, and fintech firms, in each district, shape (12, 9)."""
    institutions, firms = centre.institutions, centre.fintech
    place = institutions["sector"].astype(np.int64) * len(District) + institutions["district"]
    counts = np.bincount(place, minlength=len(Sector) * len(District)).reshape(len(Sector), len(District))
    fintech = np.bincount(firms["district"][firms["district"] != NOWHERE], minlength=len(District))
    return np.concatenate([counts, fintech[None]]).astype(np.float64)


def districts_crowd(centre: "FinancialCenter") -> None:
    """Rents and clusters of the month set the shares of districts in newcomers."""
    parameters, channels, baseline = centre.parameters, centre.channels, centre.policy.baseline
    now = occupants(centre)
    if centre.month <= BASELINE + 1:
        centre.occupants_2020 = now  # the past is the reference until 2020 is over
    before = centre.occupants_2020
    scope, scope_2020 = channels["offshore_business_scope"], baseline["offshore_business_scope"]
    shift = np.zeros_like(now)
    shift[list(BOOKS_OFFSHORE), District.LINGANG] = zone_shift(
        float(np.log(scope / (1.0 - scope)) - np.log(scope_2020 / (1.0 - scope_2020))), parameters.zone_scope_slope
    )
    strength = channels["agglomeration_strength"] / baseline["agglomeration_strength"]
    centre.district_shares = district_shares(
        shares_2020(),
        now,
        before,
        log_rents(now.sum(axis=0), before.sum(axis=0), parameters.congestion_elasticity),
        shift,
        strength * parameters.agglomeration_slope,
        parameters.location_cost_slope,
    )


def newcomers_choose(centre: "FinancialCenter", rows: "Integers") -> None:
    """Institutions new to the city choose a district."""
    institutions = centre.institutions
    luck = centre.luck.district.uniform(institutions.luck[rows], centre.month)
    institutions["district"][rows] = chosen_districts(centre.district_shares[institutions["sector"][rows]], luck)


def fintech_firms_choose(centre: "FinancialCenter", rows: "Integers") -> None:
    """New fintech firms of Shanghai choose a district."""
    luck = centre.luck.district.uniform(centre.fintech.luck[rows], centre.month)
    shares = np.broadcast_to(centre.district_shares[FINTECH], (len(rows), len(District)))
    centre.fintech["district"][rows] = chosen_districts(shares, luck)
