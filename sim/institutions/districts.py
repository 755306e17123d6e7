"""Choice of district by newcomers: rents rise with density, classes of institutions cluster."""

from functools import cache

import numpy as np

from agents.arrays import Floats, Integers
from agents.districts import NOWHERE, District, chosen_districts, district_shares, log_rents, zone_shift
from agents.draws import Draws
from agents.fintech_firms import FintechFirms
from agents.institutions import Institutions, Sector
from scenarios.parameters import Parameters
from sim.base_year.tables import table
from sim.clock import Clock
from sim.component import Changes
from sim.institutions.state import Districts
from sim.world.policy import Channels

FINTECH = len(Sector)
"""Class of fintech firms, after the sectors of institutions."""
BOOKS_OFFSHORE = (Sector.BANK, Sector.LEASING)
"""Sectors whose offshore business can be booked in the special area of Lingang."""


@cache
def shares_2020() -> Floats:
    """Shares of districts at end-2020 by class, shape (12, 9); illustrative."""
    rows = {row["district"]: row for row in table("districts")}
    institutions, fintech = (
        np.array([float(rows[each.name][column]) for each in District])
        for column in ("institution_share", "fintech_share")
    )
    return np.stack([*[institutions] * len(Sector), fintech])


def occupants(institutions: Institutions, fintech: FintechFirms) -> Floats:
    """Institutions by sector, and fintech firms, in each district, shape (12, 9)."""
    place = institutions["sector"].astype(np.int64) * len(District) + institutions["district"]
    counts = np.bincount(place, minlength=len(Sector) * len(District)).reshape(len(Sector), len(District))
    firms = np.bincount(fintech["district"][fintech["district"] != NOWHERE], minlength=len(District))
    return np.concatenate([counts, firms[None]]).astype(np.float64)


def districts_crowd(
    clock: Clock,
    parameters: Parameters,
    channels: Channels,
    institutions: Institutions,
    fintech: FintechFirms,
    districts: Changes[Districts],
) -> None:
    """Rents of districts follow density, and shares of newcomers follow both."""
    now = occupants(institutions, fintech)
    if clock.months_since_base_year <= 1:
        districts.occupants_base_year = now  # the past is the reference until the base year is over
    before = districts.occupants_base_year
    scope, scope_2020 = channels["offshore_business_scope"], channels.baseline("offshore_business_scope")
    shift = np.zeros_like(now)
    shift[list(BOOKS_OFFSHORE), District.LINGANG] = zone_shift(
        float(np.log(scope / (1.0 - scope)) - np.log(scope_2020 / (1.0 - scope_2020))), parameters.zone_scope_slope
    )
    strength = channels.ratio("agglomeration_strength")
    districts.shares = district_shares(
        shares_2020(),
        now,
        before,
        log_rents(now.sum(axis=0), before.sum(axis=0), parameters.congestion_elasticity),
        shift,
        strength * parameters.agglomeration_slope,
        parameters.location_cost_slope,
    )


def newcomers_choose(
    clock: Clock, draws: Draws, districts: Districts, institutions: Changes[Institutions], rows: Integers
) -> None:
    """Institutions new to the city choose a district."""
    uniform = draws["city.district"].uniform(institutions.draw_keys[rows], clock.month)
    institutions["district"][rows] = chosen_districts(districts.shares[institutions["sector"][rows]], uniform)


def fintech_firms_choose(
    clock: Clock, draws: Draws, districts: Districts, fintech: Changes[FintechFirms], rows: Integers
) -> None:
    """New fintech firms of Shanghai choose a district."""
    uniform = draws["city.district"].uniform(fintech.draw_keys[rows], clock.month)
    shares = np.broadcast_to(districts.shares[FINTECH], (len(rows), len(District)))
    fintech["district"][rows] = chosen_districts(shares, uniform)
