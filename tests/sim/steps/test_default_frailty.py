"""Frailty as a step, and what it does to the defaults of a month."""

import dataclasses

import numpy as np
import pytest

from agents.issuers import IssuerClass, Issuers
from sim.financing.credit_events import domestic_firms, frailty_term
from sim.financing.default_frailty import DefaultFrailty, default_frailty_moves
from sim.financing.maturities import debt_matures
from sim.financing.state import Defaults
from tests.sim.steps.by_hand import run


def expected_defaults(on, log_multiplier=0.0):
    on[DefaultFrailty] = DefaultFrailty(frailty=log_multiplier)
    return run(debt_matures, on)[Defaults].expected


def test_nothing_moves_in_the_base_year_or_when_it_is_switched_off(city):
    for on in (city("2020-07"), city(off=("default_frailty",))):
        assert dataclasses.astuple(run(default_frailty_moves, on)[DefaultFrailty]) == (0.0, 0.0)


def test_it_moves_by_the_draws_of_the_month_and_its_variance_grows(city):
    moved = [run(default_frailty_moves, city(month))[DefaultFrailty] for month in ("2021-03", "2021-03", "2021-04")]
    assert moved[0] == moved[1] != moved[2]
    assert moved[0].frailty != 0.0 and moved[0].variance == moved[2].variance > 0.0


def test_all_firms_default_more_often_at_once_and_banks_and_foreigners_do_not(city):
    on = city()
    on[DefaultFrailty] = DefaultFrailty(frailty=np.log(2.0))
    rows = np.arange(len(on[Issuers]))
    term, firms = frailty_term(on[DefaultFrailty], on[Issuers], rows), domestic_firms(on[Issuers], rows)
    assert term[firms] == pytest.approx(np.log(2.0)) and firms.any()
    kind = on[Issuers]["issuer_class"][term == 0.0]
    assert {int(each) for each in kind} == {IssuerClass.BANK, IssuerClass.FOREIGN}


def test_defaults_rise_with_the_factor_in_proportion_so_that_their_mean_is_that_without_it(city):
    factors = np.array([0.25, 0.5, 1.0, 1.5, 1.75])
    expected = np.array([expected_defaults(city(), np.log(factor)) for factor in factors])
    usual = expected[2, 0]
    assert (np.diff(expected[:, 0]) > 0.0).all() and factors.mean() == 1.0
    assert expected[:, 0].mean() == pytest.approx(usual, rel=1e-3)
    assert (expected[:, 1] == expected[2, 1]).all()
