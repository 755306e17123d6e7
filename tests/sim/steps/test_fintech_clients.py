"""Institutions choose fintech suppliers, and rules for platforms change."""

import numpy as np
import pytest

from agents.fintech_firms import GROWTH_TERMS, FintechFirms, Origin
from agents.institutions import Institutions
from scenarios.parameters import Parameters
from sim.clock import Clock
from sim.failures.platform_outage import platform_goes_down
from sim.fintech.clients import clients_of, institutions_choose_suppliers
from sim.fintech.component import FINTECH
from sim.fintech.explained import clients_explained, supplier_explained
from sim.fintech.firms import firms_exit_and_start, firms_grow_and_raise_funds
from sim.fintech.platforms import rules_for_platforms_change
from sim.fintech.state import ClientMarket, PlatformRules
from sim.fintech.subsidiaries import institutions_found_subsidiaries
from sim.institutions.state import ServiceOutage
from sim.world.shock_values import ShockValues
from tests.sim.steps.by_hand import FINTECH_HERE, closes, run, shocks

BRISK = {"client_review_rate": 3.0, "client_market_growth": 1.0}
"""Contracts that change hands often enough for a month of a few firms."""
PLATFORMS = {"platform_size": 10.0}
"""Rules that hold for the largest of the firms by hand."""
TIGHT = {"platform_growth": -1.0}


def adopters(city, **asked):
    on = city(on_parameters={**BRISK, **asked.pop("on_parameters", {})}, **asked)
    on[Institutions]["adopted"][::2] = True
    return on


def chosen(on):
    """Firms by what they win and lose in a month, by the terms of `CLIENT_TERMS`."""
    before = clients_of(on[FintechFirms]).copy()
    run(institutions_choose_suppliers, on)
    closes(FINTECH, on)
    terms = on[FintechFirms]["client_terms"]
    np.testing.assert_allclose(clients_of(on[FintechFirms]) - before, terms.sum(axis=0))
    return terms


def test_every_institution_that_has_adopted_has_a_supplier_and_no_other_has(city):
    on = adopters(city)
    chosen(on)
    institutions, firms = on[Institutions], on[FintechFirms]
    rows = firms.rows_of(institutions["supplier"])
    np.testing.assert_array_equal(rows >= 0, institutions["adopted"])
    np.testing.assert_array_equal(firms["clients_here"], np.bincount(rows[rows >= 0], minlength=len(firms)))
    assert firms["clients_here"].sum() == institutions["adopted"].sum()


def test_contracts_elsewhere_stay_with_the_number_that_is_wanted(city):
    on = city(on_parameters=BRISK)
    wanted = on[FintechFirms]["clients_elsewhere"].sum()
    for month in range(6):
        on[Clock] = Clock(on[Clock].month + 1)
        won, _, lost, _ = run(institutions_choose_suppliers, on)[FintechFirms]["client_terms"]
        assert won.sum() > 0 > lost.sum(), month
    assert on[ClientMarket].contracts_elsewhere == pytest.approx(wanted * np.exp(0.5))
    assert on[FintechFirms]["clients_elsewhere"].sum() == pytest.approx(wanted * np.exp(0.5), rel=0.05)


def test_an_institution_whose_supplier_has_left_chooses_anew_and_the_others_keep_theirs(city):
    on = adopters(city, on_parameters={"client_review_rate": 0.0})
    chosen(on)
    before = on[Institutions]["supplier"].copy()
    gone = np.flatnonzero(on[FintechFirms]["clients_here"])[:2]
    left = np.isin(before, on[FintechFirms].unique_ids[gone])
    on[ClientMarket].lost += int(clients_of(on[FintechFirms])[gone].sum())
    on[FintechFirms].remove(gone)
    on[Clock] = Clock(on[Clock].month + 1)
    run(institutions_choose_suppliers, on)
    after = on[Institutions]["supplier"]
    np.testing.assert_array_equal(after == before, ~left)
    assert left.any() and (on[FintechFirms].rows_of(after[left]) >= 0).all()


def test_clients_of_firms_that_leave_are_lost(city):
    on = city(on_parameters={"fintech_exit_hazard": 3.0, "fintech_birth_rate": 0.0})
    run(firms_exit_and_start, on)
    assert on[ClientMarket].lost > 0
    closes(FINTECH, on)


def test_institutions_of_the_city_prefer_suppliers_of_the_city(city):
    def here(preference):
        terms = chosen(adopters(city, on_parameters={"near_supplier_preference": preference}))
        return terms[1, :FINTECH_HERE].sum() / terms[1].sum()

    assert here(0.0) < here(2.0) and here(60.0) == 1.0


def test_clients_won_beyond_the_usual_make_a_firm_grow_and_clients_lost_make_it_shrink(city):
    on = adopters(city)
    net = chosen(on).sum(axis=0)
    before = on[FintechFirms]["growth_by_clients"]
    with_clients = clients_of(on[FintechFirms]) - net > 0
    assert (before[with_clients & (net > 1)] > 0.0).all() and (before[with_clients & (net < 0)] < 0.0).all()
    run(firms_grow_and_raise_funds, on)
    np.testing.assert_array_equal(on[FintechFirms]["growth_terms"][GROWTH_TERMS.index("clients")], before)


def test_without_the_interaction_nobody_chooses(city):
    on = adopters(city, off=("supplier_choice",))
    before = clients_of(on[FintechFirms]).copy()
    run(institutions_choose_suppliers, on)
    np.testing.assert_array_equal(clients_of(on[FintechFirms]), before)
    assert (on[Institutions]["supplier"] == -1).all() and not on[FintechFirms]["growth_by_clients"].any()


def test_subsidiaries_that_are_born_large_take_clients_from_the_others(city):
    """The market is given, so that contracts which subsidiaries bring and win are not placed with others."""

    def won_by_others(off):
        large = {"fintech_subsidiary_rate": 12.0, "fintech_parent_size": 1.0, "fintech_subsidiary_size": 4.0}
        on = city(on_parameters={"client_market_growth": 6.0, "client_review_rate": 0.5, **large}, off=off)
        run(institutions_found_subsidiaries, on)
        closes(FINTECH, on)
        run(institutions_choose_suppliers, on)
        firms = on[FintechFirms]
        born = (firms["kind"] == Origin.SUBSIDIARY) & (firms["birth_month"] == on[Clock].month)
        return int(born.sum()), firms["client_terms"][0, ~born].sum(), firms["client_terms"][0, born].sum()

    born, others, own = won_by_others(())
    nobody, alone, _ = won_by_others(("fintech_spin_offs",))
    assert born > 0 == nobody and own > 0 and others < 0.9 * alone


def test_terms_of_clients_and_of_suppliers_are_explained(city):
    on = adopters(city)
    net = chosen(on).sum(axis=0)
    for row in (0, 70, 150):
        told = clients_explained(on[Clock], on[FintechFirms], row)
        assert sum(value for _, value, _ in told) == net[row]
    chose = np.flatnonzero(on[Institutions]["adopted"])[0]
    weight = {name: value for name, value, _ in supplier_explained(on[Clock], on[Institutions], int(chose))}
    firm = on[FintechFirms].rows_of(on[Institutions]["supplier"][chose])
    assert (weight["nearness"] > 0.0) == on[FintechFirms]["in_shanghai"][firm]
    assert supplier_explained(on[Clock], on[Institutions], int(chose) + 1) == []


def test_firms_alike_in_age_and_rounds_differ_in_what_they_do_by_their_clients(city):
    """Distinct vectors of growth but for age and the random term; without clients a few stand for all."""

    def distinct(off):
        on = adopters(city, off=off)
        run(institutions_choose_suppliers, on)
        run(firms_grow_and_raise_funds, on)
        kept = [GROWTH_TERMS.index(each) for each in GROWTH_TERMS if each not in ("age", "random term")]
        return np.unique(on[FintechFirms]["growth_terms"][kept], axis=1).shape[1]

    assert distinct(()) > 40 and distinct(("supplier_choice",)) == 2


# Rules for platforms


def grown(on):
    """Growth of the month without clients, after rules have changed."""
    run(rules_for_platforms_change, on)
    run(firms_grow_and_raise_funds, on)
    return on[FintechFirms]["growth"]


def test_tighter_rules_lower_the_growth_of_platforms_and_of_no_other_firm(city):
    usual, tight = (grown(city(on_parameters=PLATFORMS, on_shocks=each)).copy() for each in ({}, TIGHT))
    large = city()[FintechFirms]["log_size"] >= np.log(10.0)
    assert 5 < large.sum() < 100
    np.testing.assert_allclose((tight - usual)[large], -1.0 / 12.0)
    np.testing.assert_array_equal(tight[~large], usual[~large])


def test_platforms_under_tighter_rules_win_fewer_contracts_and_other_firms_more(city):
    def won(shock):
        on = city(on_parameters={**BRISK, **PLATFORMS, "platform_client_slope": 2.0}, on_shocks=shock)
        large = on[FintechFirms]["log_size"] >= np.log(10.0)
        run(rules_for_platforms_change, on)
        gained = chosen(on)[0]
        return gained[large].sum(), gained[~large].sum()

    usual, tight = won({}), won(TIGHT)
    assert tight[0] < usual[0] and tight[1] > usual[1]


def stance(on):
    return run(rules_for_platforms_change, on)[PlatformRules].in_force.tolist()


def test_draft_rules_take_growth_from_november_2020_and_nothing_else_does_in_the_base_year(city):
    often = {"platform_rule_rate": 1e3, "platform_draft_rules": -0.2}
    for month, expected in (("2020-10", 0.0), ("2020-11", -0.2), ("2020-12", 0.0)):
        assert stance(city(month, on_parameters=often)) == [expected, expected]


def test_after_the_base_year_rules_change_at_their_rate_in_both_directions(city):
    on = city("2021-01", on_parameters={"platform_rule_rate": 1e3, "platform_rule_half_life": 1e-3})
    drawn = []
    for _month in range(36):
        on[Clock] = Clock(on[Clock].month + 1)
        drawn.append(stance(on)[0])
    assert len(set(drawn)) == 36 and min(drawn) < -0.05 and max(drawn) > 0.05
    assert set(stance(city("2021-07", on_parameters={"platform_rule_rate": 0.0}))) == {0.0}


def test_in_a_city_that_permits_sooner_its_platforms_recover_sooner(city):
    on = city("2021-07", on_parameters={"platform_rule_rate": 0.0}, on_channels={"compliance_lead_time": 6.0})
    on[PlatformRules].stance[:] = -0.2
    elsewhere, here = stance(on)
    assert -0.2 < elsewhere < here < 0.0
    assert on[Parameters].platform_rule_half_life > 1.0


def test_without_the_interaction_rules_stay_as_they_were_and_a_shock_still_strikes(city):
    often = {"platform_rule_rate": 1e3}
    assert stance(city(on_parameters=often, off=("rules_for_platforms",))) == [0.0, 0.0]
    assert stance(city(on_shocks=TIGHT, off=("rules_for_platforms",))) == [-1.0, -1.0]


def test_a_platform_is_down_from_the_first_month_of_the_shock_to_the_last(city):
    on = adopters(city, on_shocks={"platform_outage": 0.6})
    run(platform_goes_down, on)
    assert on[ServiceOutage].supplier == -1 and on[ServiceOutage].share == 0.0  # nobody is served yet
    chosen(on)
    run(platform_goes_down, on)
    firms, down = on[FintechFirms], on[ServiceOutage].supplier
    row = firms.rows_of(np.array([down]))[0]
    assert firms["clients_here"][row] == firms["clients_here"].max() and on[ServiceOutage].share == 0.6
    firms["clients_here"][row] = 0
    run(platform_goes_down, on)
    assert on[ServiceOutage].supplier == down
    on[ShockValues] = shocks()
    run(platform_goes_down, on)
    assert on[ServiceOutage].supplier == -1 and on[ServiceOutage].share == 0.0


def test_a_platform_that_is_down_keeps_and_wins_no_client(city):
    on = adopters(city, on_shocks={"platform_outage": 1.0})
    chosen(on)
    run(platform_goes_down, on)
    on[Clock] = Clock(on[Clock].month + 1)
    on[ClientMarket].opening, on[ClientMarket].won, on[ClientMarket].lost = (
        int(clients_of(on[FintechFirms]).sum()),
        0,
        0,
    )
    row = on[FintechFirms].rows_of(np.array([on[ServiceOutage].supplier]))[0]
    assert clients_of(on[FintechFirms])[row] > 0
    won_elsewhere, won_here = chosen(on)[:2]
    assert clients_of(on[FintechFirms])[row] == won_elsewhere[row] == won_here[row] == 0
