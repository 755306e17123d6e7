"""Events of the past keep their date of the calendar when a model starts from an earlier year."""

import ast
from pathlib import Path

import numpy as np
import pytest

import sim
from agents.fintech_firms import FintechFirm, FintechFirms
from agents.institutions import Sector
from agents.issuers import Instrument, Issuer, IssuerClass, Issuers
from agents.sandbox import NOT_ADMITTED
from scenarios.calendar import BASELINE, month_ordinal
from sim.base_year.base_year import BaseYear
from sim.base_year.dated_events import DIGITAL_YUAN_PILOT, OWNERSHIP_CAPS_LIFTED, PANDEMIC_YEAR, REIT_PILOT
from sim.financing.issuance import issuers_raise_money
from sim.financing.state import Issuance
from sim.fintech.sandbox import firms_enter_the_sandbox
from sim.institutions.licences import licence_queue_moves
from sim.institutions.location import entrants_choose
from sim.institutions.state import LicenceQueue, RivalCentres, SeatFlows
from sim.side_markets.digital_yuan import DigitalYuan, small_firms_accept_ecny
from tests.sim.steps.by_hand import population, run

REPLAY_FROM_2018 = BaseYear(2018, {}, replays=True)
FORECAST_FROM_2018 = BaseYear(2018, {}, replays=False)
# In a model that starts from 2018 the label 2020 stands for 2018 and the label 2022 for 2020.
IN_2018, IN_2020 = "2020-12", "2022-12"
AS_REPLAYED = pytest.mark.parametrize(("month", "in_force"), [(IN_2018, False), (IN_2020, True)])


def from_2018(city, month, **asked):
    on = city(month, **asked)
    on[BaseYear] = REPLAY_FROM_2018
    return on


@AS_REPLAYED
def test_the_pandemic_slows_entrants_in_2020_whatever_the_base_year(city, month, in_force):
    def looking(factor):
        on = from_2018(city, month, on_parameters={"entry_factor_2020": factor})
        return run(entrants_choose, on)[SeatFlows].entrants_looking

    assert looking(0.5) == pytest.approx((0.5 if in_force else 1.0) * looking(1.0))


@AS_REPLAYED
def test_the_pandemic_slows_licences_in_2020_whatever_the_base_year(city, month, in_force):
    on = from_2018(city, month, on_parameters={"entry_factor_2020": 0.0})
    on[LicenceQueue].waiting[:] = 20
    run(licence_queue_moves, on)
    assert (on[LicenceQueue].waiting == 20).all() == in_force


@AS_REPLAYED
def test_caps_on_foreign_ownership_are_lifted_in_2020_whatever_the_base_year(city, month, in_force):
    def entrants(jump):
        on = from_2018(city, month, on_parameters={"ownership_cap_removal_jump": jump})
        before = on[RivalCentres].seats.copy()
        run(entrants_choose, on)
        return (on[RivalCentres].seats - before)[Sector.BROKER, 1].sum()

    assert entrants(0.8) == pytest.approx((np.exp(0.8) if in_force else 1.0) * entrants(0.0))


@AS_REPLAYED
def test_the_sandbox_and_the_digital_yuan_come_in_2020_whatever_the_base_year(city, month, in_force):
    on = from_2018(city, month)
    run(firms_enter_the_sandbox, on)
    assert (on[FintechFirms]["sandbox_months"] != NOT_ADMITTED).any() == in_force
    on[Issuers] = population(Issuer, 3000, issuer_class=int(IssuerClass.MSME))
    on[FintechFirms] = population(FintechFirm, 300, in_shanghai=True)
    run(small_firms_accept_ecny, on)
    assert (on[DigitalYuan].new > 0) == in_force


@AS_REPLAYED
def test_reits_come_in_2020_whatever_the_base_year(city, month, in_force):
    on = from_2018(city, month)
    run(issuers_raise_money, on)
    assert on[Issuance].eligible[Instrument.REIT].any() == in_force


def test_a_forecast_counts_on_what_was_announced_and_a_replay_on_what_happened():
    in_2020 = month_ordinal(IN_2020)
    caps = OWNERSHIP_CAPS_LIFTED[Sector.FUTURES]
    announced = BaseYear(2019, {}, replays=False)
    assert PANDEMIC_YEAR.in_force(BaseYear(2018, {}, replays=True), in_2020)
    assert not PANDEMIC_YEAR.in_force(FORECAST_FROM_2018, in_2020)
    assert not caps.in_force(FORECAST_FROM_2018, in_2020)
    assert caps.months_in_force(announced, in_2020 - 12) == 11
    assert not REIT_PILOT.in_force(announced, in_2020 - 12)


def test_a_dated_event_starts_in_its_month_and_ends_after_its_last():
    usual = BaseYear()
    assert [
        PANDEMIC_YEAR.in_force(usual, month) for month in (BASELINE - 12, BASELINE - 11, BASELINE, BASELINE + 1)
    ] == [
        False,
        True,
        True,
        False,
    ]
    assert DIGITAL_YUAN_PILOT.months_in_force(usual, month_ordinal("2021-11")) == 12


DATES_BESIDE_DATED_EVENTS = {
    "sim/bond_market/index_weights.py": "moved with the base year",
    "sim/world/macro.py": "first month of the path, counted back from the base year",
    "sim/opening/beginning.py": "the month before the base year",
    "sim/financing/component.py": "five years, counted back from the base year",
}


def test_no_other_module_compares_months_with_a_date_of_the_calendar():
    # A month of the model is one of the calendar only if the base year is 2020.
    package = Path(sim.__file__).parent
    found = set()
    for path in [*package.rglob("*.py"), *(package.parent / "agents").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            dated = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "month_ordinal"
            if dated and node.args and isinstance(node.args[0], ast.Constant):
                found.add(path.relative_to(package.parent).as_posix())
    assert found == set(DATES_BESIDE_DATED_EVENTS)
