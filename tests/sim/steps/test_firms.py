"""Balance sheets and relations of firms alone, and what needs, choices and defaults make of them."""

import dataclasses

import numpy as np
import pytest

from agents.firm_balance import log_leverage_gap
from agents.institutions import Institutions, Sector
from agents.issuers import Instrument, IssuerClass, Issuers
from scenarios.parameters import Parameters
from sim.component import Part
from sim.financing.firm_balance import (
    FirmAccounts,
    are_firms,
    firms_earn,
    need_explained,
    net_worth_bn,
    own_utilities,
    start_balance_sheets,
)
from sim.financing.issuance import issuers_raise_money
from sim.financing.maturities import debt_matures
from sim.financing.need_cycle import NeedCycle
from sim.financing.relations import firms_keep_relations, start_relations
from sim.financing.small_firm_credit import nonperforming_share
from sim.financing.state import Contagion, Defaults, Issuance, SmallFirmCredit
from sim.world.policy import Channels
from tests.sim.steps.by_hand import run

STILL = {"own_return_spread": 0.0, "need_shock_sd": 0.0}


@pytest.fixture
def firms(city):
    """A small centre whose firms have balance sheets and relations."""

    def made(month="2021-07", **asked):
        on = city(month, **asked)
        Part(start_balance_sheets).on(on)
        Part(start_relations).on(on)
        return on

    return made


def raised(on, due=0.02):
    on[Issuance].due_bn = due * on[Issuers]["debt_bn"].sum(axis=0)
    before = on[Issuers]["debt_bn"].copy()
    run(issuers_raise_money, on)
    return on[Issuers]["debt_bn"] - before


def with_leverage(on, factor):
    """Firms with so many times the leverage they aim at."""
    issuers = on[Issuers]
    issuers["assets_bn"] = issuers["debt_bn"].sum(axis=0) / (issuers["leverage_target"] * factor) * are_firms(issuers)
    return run(firms_earn, on)


# Balance sheets


def test_firms_start_near_the_leverage_they_aim_at_and_banks_have_no_assets_here(firms):
    on = firms()
    issuers, real = on[Issuers], are_firms(on[Issuers])
    gap = log_leverage_gap(
        issuers["debt_bn"].sum(axis=0), issuers["cash_bn"], issuers["assets_bn"], issuers["leverage_target"]
    )
    assert abs(gap[real].mean()) < 0.1 and 0.05 < gap[real].std() < 0.4
    assert not issuers["assets_bn"][~real].any() and (issuers["assets_bn"][real] > 0.0).all()


def test_what_firms_keep_raises_their_assets_and_a_slump_makes_it_a_loss(firms):
    kept = {}
    for growth in (-10.0, 7.9, 20.0):
        on = firms(on_parameters=STILL)
        on[NeedCycle] = dataclasses.replace(on[NeedCycle], nominal_growth_pct=growth)
        before = on[Issuers]["assets_bn"].sum()
        run(firms_earn, on)
        kept[growth] = on[FirmAccounts].retained_bn
        assert on[Issuers]["assets_bn"].sum() - before == pytest.approx(kept[growth])
    assert kept[-10.0] < 0.0 < kept[7.9] < kept[20.0]


def test_net_worth_moves_by_earnings_and_fees_alone_when_firms_borrow_invest_repay_and_default(firms):
    on = firms(on_shocks={"default_rate": 1e12})
    run(firms_earn, on)
    before = net_worth_bn(on[Issuers])
    run(debt_matures, on)
    assert on[Issuers]["defaulted_bn"].sum() > 0.0
    run(issuers_raise_money, on)
    fees = on[FirmAccounts].bond_fees_bn
    assert net_worth_bn(on[Issuers]) == pytest.approx(before - fees, rel=1e-12)
    assert 0.0 < fees < on[FirmAccounts].all_bond_fees_bn


def test_firms_with_too_much_debt_need_less_prefer_shares_and_default_more(firms):
    low, high = with_leverage(firms(on_parameters=STILL), 0.5), with_leverage(firms(on_parameters=STILL), 2.0)
    for on in (low, high):
        raised(on)
    firm = are_firms(low[Issuers])
    assert (high[Issuers]["need_bn"] < low[Issuers]["need_bn"])[firm].all()
    utilities = [
        {
            name: values
            for name, instruments, values in Part(own_utilities).on(on)
            if instruments[0] == Instrument.IPO_MAIN
        }
        for on in (low, high)
    ]
    assert (utilities[0]["own leverage"] < 0.0)[firm].all() and (utilities[1]["own leverage"] > 0.0)[firm].all()
    defaults = [run(debt_matures, with_leverage(firms(), factor))[Defaults].expected[0] for factor in (0.5, 1.0, 2.0)]
    assert defaults == sorted(defaults) and defaults[2] > 1.5 * defaults[0]


def test_defaults_follow_the_returns_that_all_firms_share(firms):
    chances = []
    for growth in (0.0, 7.9, 14.0):
        on = firms(on_parameters=STILL)
        on[NeedCycle] = dataclasses.replace(on[NeedCycle], nominal_growth_pct=growth)
        run(firms_earn, on)
        chances.append(run(debt_matures, on)[Defaults].expected[0])
    assert chances == sorted(chances, reverse=True) and chances[0] > 1.2 * chances[2]


def test_a_shock_to_growth_lowers_returns_and_raises_defaults(firms):
    kept, expected = {}, {}
    for shock in (-3.0, 0.0):
        on = firms(on_parameters=STILL, on_shocks={"economic_growth": shock})
        run(firms_earn, on)
        kept[shock] = on[FirmAccounts].retained_bn
        expected[shock] = run(debt_matures, on)[Defaults].expected[0]
    assert kept[-3.0] < kept[0.0]
    assert expected[-3.0] > expected[0.0]


def test_without_the_interaction_balance_sheets_are_kept_and_read_by_nobody(firms):
    chances, sold = [], []
    for factor in (0.5, 2.0):
        on = with_leverage(firms(off=("own_balance_sheets",)), factor)
        assert not on[Issuers]["leverage_gap"].any() and not on[Issuers]["overdraft"].any()
        chances.append(run(debt_matures, on)[Defaults].expected[0])
        sold.append(raised(on))
    assert chances[0] == chances[1]
    np.testing.assert_array_equal(sold[0], sold[1])


def test_the_growth_of_a_need_is_explained_by_terms_that_add_up_to_it(firms):
    on = with_leverage(firms(on_parameters=STILL), 1.3)
    issuers = on[Issuers]
    on[Issuance].due_bn = np.zeros(len(issuers))
    issuers["cash_bn"] = 0.0
    assets, debt = issuers["assets_bn"].copy(), issuers["debt_bn"].sum(axis=0)
    run(issuers_raise_money, on)
    for row in np.flatnonzero(are_firms(issuers))[:20]:
        terms = {name: value for name, value, _ in Part(need_explained).on(on, int(row))}
        assert terms["own leverage"] < 0.0
        assert issuers["assets_bn"][row] - assets[row] == pytest.approx(sum(terms.values()) / 12.0 * debt[row])


# Relations


def test_loans_are_harder_to_get_where_the_house_bank_has_lost_capital(firms):
    loans = {}
    for off in ((), ("financing_relations",)):
        for part in (1.0, 0.3):
            on = firms(off=off)
            on[Institutions]["equity_bn"] *= np.where(on[Institutions]["sector"] == Sector.BANK, part, 1.0)
            run(firms_keep_relations, on)
            assert (on[Issuers]["house_bank_capital"][are_firms(on[Issuers])] < 0.0).all() == (part < 1.0)
            on[Institutions]["equity_bn"] /= np.where(on[Institutions]["sector"] == Sector.BANK, part, 1.0)
            loans[off, part] = raised(on)[Instrument.LOAN].sum()
    assert loans[(), 0.3] < loans[(), 1.0]
    assert loans[("financing_relations",), 0.3] == loans[("financing_relations",), 1.0]


def test_a_firm_whose_house_bank_left_has_another_and_a_lost_lead_underwriter_is_found_by_selling(firms):
    on = firms()
    issuers, institutions = on[Issuers], on[Institutions]
    issuers["house_bank"] = np.where(issuers["house_bank"] >= 0, 10**9, -1)
    issuers["lead_underwriter"] = np.where(issuers["lead_underwriter"] >= 0, 10**9, -1)
    run(firms_keep_relations, on)
    assert (institutions.rows_of(issuers["house_bank"][are_firms(issuers)]) >= 0).all()
    assert (issuers["lead_underwriter"] == -1).all()
    sold = raised(on)[1:].sum(axis=0) > 0.0
    np.testing.assert_array_equal(issuers["lead_underwriter"] >= 0, sold & are_firms(issuers))
    assert sold.any()


def test_those_used_to_the_market_return_to_it(firms):
    sold = []
    for habit in (0.0, 1.0):
        on = firms()
        on[Issuers]["market_habit"] = habit
        sold.append(raised(on)[1:].sum())
    assert sold[0] < sold[1]


# Guarantees and steered lending


def test_guarantees_and_direction_bring_worse_borrowers_who_default_more_and_sour_loans(city):
    for channels in ({"guarantee_coverage": 0.9}, {"directed_credit_weight": 5.0}):
        usual, helped = city(), city(on_channels=channels)
        for on in (usual, helped):
            raised(on)
        mid = on[Issuers]["issuer_class"] == IssuerClass.PRIVATE_MID
        assert not usual[Issuers]["pool_quality_loss"].any()
        assert (helped[Issuers]["pool_quality_loss"][mid] > 0.0).any()
        chance = [run(debt_matures, on)[Defaults].expected[0] for on in (usual, helped)]
        assert chance[1] > chance[0]
        shares = [nonperforming_share(on[Parameters], on[Issuers], on[Contagion]) for on in (usual, helped)]
        assert shares[1] > shares[0]


def test_guarantees_make_loans_of_small_firms_cheaper(city):
    usual, helped = city(), city(on_channels={"guarantee_coverage": 0.9})
    for on in (usual, helped):
        raised(on)
    assert helped[SmallFirmCredit].loan_spread_pp < usual[SmallFirmCredit].loan_spread_pp
    terms = {name: values for name, _, values in Part(own_utilities).on(helped)}
    mid = helped[Issuers]["issuer_class"] == IssuerClass.PRIVATE_MID
    assert (terms["guarantees"][mid] > 0.0).any() and "guarantees" not in {
        n for n, _, _ in Part(own_utilities).on(usual)
    }
    assert helped[Channels].baseline("guarantee_coverage") < 0.9
