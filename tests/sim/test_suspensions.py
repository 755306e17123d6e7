"""Suspensions of listings come as often as in the record to 2020, and STAR can halve."""

import numpy as np
import pytest

from agents.authorities import curb_probability, drawdown, next_curbs, release_probability
from agents.draws import Draws
from scenarios.calendar import BASELINE
from scenarios.loader import load
from sim.authorities.curbs import YEAR
from sim.world.macro import make_macro_path

RECORD_YEARS, RECORD_SUSPENSIONS, RECORD_MONTHS = 11, 3, 22
"""Suspensions in 2010-2020, and months without a new listing in Shanghai that belong to them."""
YEARS = 50


def suspensions(parameters, seed):
    """Suspensions and months of them in a long run of drawn share prices."""
    draws = Draws(seed)
    uniform = draws.stream("authority.curb")
    last = BASELINE + 12 * YEARS
    macro = make_macro_path("neutral", last, parameters, draws.stream("macro.innovations"))
    hazard, slope, months = (
        np.array(each[:1]) for each in (parameters.curb_hazard, parameters.curb_slope, parameters.curb_months)
    )
    on, begun, suspended = np.array([False]), 0, 0
    for month in range(BASELINE + 1, last + 1):
        at = macro.position(month) - 1
        signal = np.array([drawdown(macro.equity_index[at - YEAR : at + 1])])
        number = uniform.uniform(np.zeros(1, dtype=np.uint64), month)
        now = next_curbs(on, curb_probability(hazard, slope, signal), release_probability(months), number)
        begun += int(now[0] and not on[0])
        suspended += int(now[0])
        on = now
    return begun, suspended


def test_suspensions_are_as_frequent_and_as_long_as_in_the_record_to_2020(central):
    begun, suspended = np.mean([suspensions(central, seed) for seed in range(6)], axis=0)
    assert begun / YEARS * RECORD_YEARS == pytest.approx(RECORD_SUSPENSIONS, abs=1.0)
    assert suspended / YEARS / 12 == pytest.approx(RECORD_MONTHS / RECORD_YEARS / 12, abs=0.06)


def test_star_listings_halve_in_a_year_of_suspension_and_come_back_after_it(centre):
    def listings(suspended):
        shocks = [{"name": "listing_suspension", "from": "2022-02", "to": "2022-12"}] if suspended else []
        model = centre(load("frozen").with_shocks(shocks), rng=4, interactions_off=("authorities_react",))
        model.run_for(36)
        return [sum(each["star_new_listings"] for each in model.records[at : at + 12]) for at in (12, 24, 36)]

    usual, stopped = listings(False), listings(True)
    assert stopped[0] == usual[0]
    assert stopped[1] < 0.5 * usual[1]
    assert stopped[2] > usual[2]
