"""The cycle of needs alone, and what issuers make of it."""

import dataclasses

import numpy as np
import pytest

from agents.issuers import Instrument, Issuers
from scenarios.parameters import ParameterSet
from sim.base_year.base_year import YEAR_2020, BaseYear
from sim.clock import Clock
from sim.financing.issuance import issuers_raise_money
from sim.financing.need_cycle import (
    NeedCycle,
    need_cycle_moves,
    nominal_growth_observed,
    normal_nominal_growth_pct,
    start_need_cycle,
)
from sim.financing.state import Issuance
from tests.sim.steps.by_hand import run

STILL = {"nominal_growth_spread": 0.0, "need_cycle_spread": 0.0, "market_appetite_spread": 0.0}


def moved(on):
    return run(need_cycle_moves, on)[NeedCycle]


def test_excess_of_the_base_year_fades_and_growth_returns_to_its_regime(city):
    on = city(on_parameters=STILL | {"market_appetite_persistence": 0.9, "nominal_growth_persistence": 0.5})
    on[NeedCycle] = NeedCycle(nominal_growth_pct=2.0, need=0.04, appetite=1.0, base_year_appetite=1.0)
    cycle = moved(on)
    assert cycle.appetite == pytest.approx(0.9) and cycle.appetite_change == pytest.approx(-0.1)
    assert cycle.nominal_growth_pct == pytest.approx(0.5 * (2.0 + 7.5))
    assert 0.0 < cycle.need < 0.04


def test_nothing_moves_in_the_base_year_or_when_it_is_switched_off(city):
    for on in (city("2020-07"), city(off=("need_cycle",))):
        on[NeedCycle] = NeedCycle(3.0, 0.01, 0.5, 0.5)
        assert dataclasses.astuple(moved(on)) == (3.0, 0.01, 0.5, 0.5)


def test_a_replay_takes_growth_as_it_was_and_a_forecast_from_the_same_year_draws_it(city):
    grew = []
    for replays in (True, False):
        on = city("2021-03")
        on[BaseYear] = BaseYear(2016, {}, replays)
        grew.append(moved(on).nominal_growth_pct)
    assert grew[0] == nominal_growth_observed()[2017] != grew[1]


def test_normal_growth_is_the_mean_to_the_base_year():
    assert normal_nominal_growth_pct(YEAR_2020) == pytest.approx(7.9, abs=0.1)
    assert normal_nominal_growth_pct(BaseYear(2016)) < normal_nominal_growth_pct(BaseYear(2018))


def raised(on):
    on[Issuance].due_bn = 0.02 * on[Issuers]["debt_bn"].sum(axis=0)
    return run(issuers_raise_money, on)


def test_needs_follow_nominal_growth_and_the_cycle(city):
    needs = {}
    for name, change in {"usual": {}, "boom": {"nominal_growth_pct": 12.0}, "cycle": {"need": 0.03}}.items():
        on = city(on_parameters={"need_shock_sd": 0.0})
        on[NeedCycle] = dataclasses.replace(on[NeedCycle], **change)
        needs[name] = raised(on)[Issuers]["need_bn"].sum()
    assert needs["boom"] > needs["usual"] and needs["cycle"] > needs["usual"]
    on = city(off=("need_cycle",), on_parameters={"need_shock_sd": 0.0})
    on[NeedCycle] = dataclasses.replace(on[NeedCycle], nominal_growth_pct=12.0)
    assert raised(on)[Issuers]["need_bn"].sum() == needs["usual"]


def test_with_less_appetite_issuers_turn_from_the_market_to_banks(city):
    sold, borrowed = [], []
    for appetite in (-1.0, 0.0, 1.0):
        on = city()
        on[NeedCycle] = dataclasses.replace(on[NeedCycle], appetite=appetite)
        before = on[Issuers]["debt_bn"].copy()
        more = (raised(on)[Issuers]["debt_bn"] - before).sum(axis=1)
        sold.append(more[1:].sum())
        borrowed.append(more[Instrument.LOAN])
    assert sold == sorted(sold) and borrowed == sorted(borrowed, reverse=True) and sold[0] < sold[2]


def test_start_takes_the_prior_of_the_appetite_of_2020():
    parameters, cycle = ParameterSet.prior_2020().central(), NeedCycle()
    start_need_cycle(parameters, cycle)
    assert cycle.appetite == cycle.base_year_appetite == parameters.market_appetite_2020 > 0.0
    assert cycle.appetite_change == 0.0


def test_the_cycle_spreads_out_in_the_long_run(city):
    on = city()
    seen = []
    for month in range(240):
        on[Clock] = Clock(on[Clock].month + (month > 0))
        seen.append(dataclasses.astuple(moved(on))[:3])
    assert (np.std(seen, axis=0) > [0.5, 0.003, 0.2]).all()
