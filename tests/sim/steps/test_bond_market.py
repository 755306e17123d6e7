"""Steps of the bond market alone."""

import dataclasses

import numpy as np
import pytest

from agents.certificates import BankTier
from agents.draws import Draws, poisson
from agents.foreign_investors import GROUP_TERMS, Bloc, ForeignInvestors, IndexFamily, InvestorGroup
from agents.issuers import CERTIFICATE_MONTHS, Issuers
from scenarios.parameters import Parameters
from scenarios.plan import levers_moving
from sim.accounting.ledger import Account, Ledger
from sim.accounting.securities import Holder, SecurityBook, SecurityClass
from sim.base_year.base_year import BaseYear
from sim.bond_market.blocs import bloc_shares
from sim.bond_market.certificates import (
    TENORS,
    bank_tiers,
    banks_roll_certificates,
    certificate_ladder,
    certificate_weights,
    certificates_2019_bn,
    tier_by_rank,
)
from sim.bond_market.clearing import MANAGERS, bond_market_clears
from sim.bond_market.component import BOND_MARKET, bond_market_opens
from sim.bond_market.foreign_investors import foreign_investors_enter, foreign_investors_trade
from sim.bond_market.foreign_value import foreign_bonds_are_valued
from sim.bond_market.geopolitics import geopolitical_events_happen
from sim.bond_market.public_supply import public_sector_issues
from sim.bond_market.state import (
    BankStress,
    BondMarketConstants,
    ForeignBondValue,
    ForeignDemand,
    ForeignFlow,
    Geopolitics,
    PublicSupply,
    ResidualHolders,
)
from sim.clock import Clock, season
from sim.component import Part
from sim.world.policy import Channels, Policy
from sim.world.shock_values import ShockValues
from tests.sim.steps.by_hand import MONTHS_AFTER, MONTHS_BEFORE, YIELD_PCT, closes, draws, policy, run, shocks

SOVEREIGN = SecurityClass.SOVEREIGN
RESERVE, FUND, REAL, HEDGED = InvestorGroup
REST = Account.REST_OF_WORLD
NOTHING_EXPECTED = dict.fromkeys(("sovereign_growth", "need_growth", "bank_asset_growth", "assets_organic_growth"), 0.0)
NO_NOISE = {
    "client_flow_spread": 0.0,
    "investor_view_spread": 0.0,
    "foreign_assets_growth": 0.0,
    "home_bias": 0.0,
    "rebalancing_months": 1e9,
}


# Public supply


def net_supply_bn(on):
    book = run(public_sector_issues, on)[SecurityBook]
    return float(book.gross_bn[SOVEREIGN] - book.redeemed_bn[SOVEREIGN])


def test_governments_issue_what_falls_due_and_the_growth_of_their_debt(city):
    on = city()
    opening = on[SecurityBook].opening_bn[SOVEREIGN]
    parameters = on[Parameters]
    of_year = season(on[Clock], parameters) / 12.0
    due = on[BondMarketConstants].sovereign_redemption_rate * of_year * opening
    net = net_supply_bn(on)
    assert net == pytest.approx(parameters.sovereign_growth * of_year * opening)
    ledger, book = on[Ledger], on[SecurityBook]
    assert ledger.total("issue proceeds") == pytest.approx(book.gross_bn[SOVEREIGN])
    assert ledger.total("redemption") == pytest.approx(due)
    assert ledger.cash_bn[Account.GOVERNMENT] == pytest.approx(net)
    assert ledger.cash_bn.sum() == pytest.approx(0.0, abs=1e-9)
    assert not book.gross_bn[SOVEREIGN + 1 :].any()


def test_public_bonds_fall_due_in_the_season_in_which_they_were_sold_and_a_year_redeems_as_much(city):
    months = [city(f"2021-{month:02d}") for month in range(1, 13)]
    due = np.array([float(run(public_sector_issues, on)[SecurityBook].redeemed_bn[SOVEREIGN]) for on in months])
    parameters, opening = months[0][Parameters], months[0][SecurityBook].opening_bn[SOVEREIGN]
    assert due[1] / due[2] == pytest.approx(parameters.issuance_seasonal[1] / parameters.issuance_seasonal[2])
    assert due.sum() == pytest.approx(months[0][BondMarketConstants].sovereign_redemption_rate * opening)


def test_the_twelve_months_of_the_base_year_add_the_net_supply_that_was_observed(city):
    # Stocks stay those of the opening here.
    net = [net_supply_bn(city(f"2020-{month:02d}")) for month in range(1, 13)]
    observed = city()[BondMarketConstants].sovereign_net_2020_bn
    assert sum(net) == pytest.approx(observed) and max(net) > 1.1 * min(net)


def test_bonds_that_a_shock_adds_are_refinanced_and_do_not_grow(city):
    usual, shocked = city(), city(on_shocks={"public_supply": 1.0})
    assert net_supply_bn(shocked) - net_supply_bn(usual) == pytest.approx(1000.0)
    assert shocked[PublicSupply].extra_bn == pytest.approx(1000.0)
    for on in (usual, shocked):
        on[SecurityBook].close_flows()
        Part(bond_market_opens).on(on)
        on[ShockValues] = shocks()
    assert net_supply_bn(shocked) == pytest.approx(net_supply_bn(usual))


def test_governments_cannot_take_back_more_than_they_issue(city):
    on = city(on_shocks={"public_supply": -20.0})
    net_supply_bn(on)
    assert on[SecurityBook].gross_bn[SOVEREIGN] == 0.0
    assert -20000.0 < on[PublicSupply].extra_bn < 0.0


def test_governments_issue_less_while_their_bonds_are_dear(city):
    dear = city(on_parameters={"public_supply_cost_elasticity": 0.2})
    dear[SecurityBook].premium_pp[SOVEREIGN] = 0.5
    assert net_supply_bn(dear) == pytest.approx(np.exp(-0.1) * net_supply_bn(city()))


# Certificates of deposit


def rolled(on):
    return run(banks_roll_certificates, on)


def test_each_bank_renews_its_certificates_up_to_the_stock_it_aims_at(city):
    on = city()
    issuers, growth = on[Issuers], np.exp(on[Parameters].bank_asset_growth / 12.0)
    usual = issuers["usual_certificates_bn"].copy()
    due = issuers["certificates_bn"][on[Clock].month % CERTIFICATE_MONTHS].sum()
    rolled(on)
    np.testing.assert_allclose(issuers["certificates_bn"].sum(axis=0), usual * growth)
    book, ledger = on[SecurityBook], on[Ledger]
    assert due > 0.0 and book.redeemed_bn[SecurityClass.CERTIFICATE] == pytest.approx(due)
    assert book.gross_bn[SecurityClass.CERTIFICATE] - due == pytest.approx(usual.sum() * (growth - 1.0))
    assert ledger.total("redemption") == pytest.approx(due)
    assert ledger.total("issue proceeds") == pytest.approx(book.gross_bn[SecurityClass.CERTIFICATE])
    assert not issuers["certificates_bn"][on[Clock].month % CERTIFICATE_MONTHS].any()


def test_what_banks_sell_runs_for_one_to_twelve_months(city):
    on = city()
    on[Issuers]["certificates_bn"] = 0.0
    rolled(on)
    by_month = on[Issuers]["certificates_bn"].sum(axis=1)
    ahead = (np.flatnonzero(by_month) - on[Clock].month) % CERTIFICATE_MONTHS
    assert sorted(ahead) == list(TENORS)
    weights = certificate_weights(on[Parameters], on[BondMarketConstants])
    slots = (on[Clock].month + np.array(TENORS)) % CERTIFICATE_MONTHS
    np.testing.assert_allclose(by_month[slots], weights * by_month.sum())


def test_banks_aim_at_fewer_certificates_when_they_are_dearer_than_in_2020(city):
    usual, dear = city(), city()
    dear[SecurityBook].premium_pp[SecurityClass.CERTIFICATE] = 0.5
    sold = [rolled(on)[SecurityBook].gross_bn[SecurityClass.CERTIFICATE] for on in (usual, dear)]
    assert sold[1] < sold[0]


def test_a_failure_still_felt_makes_small_banks_pay_more_and_sell_less_and_leaves_large_ones_alone(city):
    calm, felt = city(), city()
    felt[BankStress].stress = 1.0
    stock = [rolled(on)[Issuers]["certificates_bn"].sum(axis=0) for on in (calm, felt)]
    tier = calm[Issuers]["bank_tier"]
    np.testing.assert_array_equal(stock[0][tier == BankTier.LARGE], stock[1][tier == BankTier.LARGE])
    assert (stock[1][tier == BankTier.SMALL] < stock[0][tier == BankTier.SMALL]).all()
    spread = felt[BankStress].certificate_spread_pp - calm[BankStress].certificate_spread_pp
    small = felt[Parameters].bank_stress_spread_small / 100.0
    assert calm[BankStress].certificate_spread_pp[BankTier.SMALL] > 0.0
    assert 0.0 < spread[BankTier.JOINT_STOCK] < spread[BankTier.SMALL]
    assert spread[BankTier.LARGE] == 0.0 and spread[BankTier.SMALL] == pytest.approx(small)


def test_a_failure_is_forgotten_by_half_in_its_half_life_and_later_where_the_bank_stays_unresolved(city):
    half_life = city()[Parameters].bank_stress_half_life
    usual, slow = city(), city(on_channels={"resolution_lag": 2.0 * city()[Channels].baseline("resolution_lag")})
    for on, months in ((usual, half_life), (slow, 2.0 * half_life)):
        on[BankStress].stress = 1.0
        assert rolled(on)[BankStress].stress == pytest.approx(0.5 ** (1.0 / months))


def test_banks_with_more_certificates_than_they_want_sell_none_and_buy_none_back(city):
    on = city()
    on[Issuers]["usual_certificates_bn"] *= 0.1
    before = on[Issuers]["certificates_bn"].copy()
    rolled(on)
    before[on[Clock].month % CERTIFICATE_MONTHS] = 0.0
    assert on[SecurityBook].gross_bn[SecurityClass.CERTIFICATE] == 0.0
    np.testing.assert_array_equal(on[Issuers]["certificates_bn"], before)


# Certificates by hand


def test_tiers_of_banks_have_their_share_of_banks_by_rank_and_none_is_empty():
    banks = bank_tiers()["banks"]
    tier = tier_by_rank(np.linspace(1.0, 0.0, 1000))
    np.testing.assert_allclose(np.bincount(tier) / 1000.0, banks / banks.sum(), atol=1e-3)
    assert (np.diff(tier) <= 0).all()
    assert sorted(tier_by_rank(np.array([0.2, 0.9, 0.5])).tolist()) == [0, 1, 2]


def test_certificates_of_2019_are_those_of_a_tier_by_size(city):
    base_year, share = city()[BaseYear], bank_tiers()["certificate_share"]
    found = certificates_2019_bn(base_year, np.array([0, 0, 1, 2], dtype=np.int8), np.array([1.0, 3.0, 5.0, 7.0]))
    of_tier = base_year.observed("ncd_outstanding_2019") * share / share.sum()
    np.testing.assert_allclose(found, [0.25 * of_tier[0], 0.75 * of_tier[0], of_tier[1], of_tier[2]])


def test_a_tilt_lengthens_or_shortens_certificates_and_never_makes_a_weight_negative(city):
    on = city(on_parameters={"certificate_tenor_weights": (2.0, 4.0, 1.0, 1.0, 2.0)})

    def weights(tilt):
        return certificate_weights(
            on[Parameters], dataclasses.replace(on[BondMarketConstants], certificate_tenor_tilt=tilt)
        )

    np.testing.assert_allclose(weights(0.0), [0.2, 0.4, 0.1, 0.1, 0.2])
    means = [float(weights(tilt) @ np.array(TENORS)) for tilt in (-60.0, -1.0, 0.0, 1.0, 60.0)]
    assert means == sorted(means) and means[0] == pytest.approx(1.0, abs=0.01) and means[-1] > 11.9
    for tilt in (-60.0, -1.0, 1.0, 60.0):
        assert weights(tilt).sum() == pytest.approx(1.0) and (weights(tilt) >= 0.0).all()
    # Odds of twelve months against one rise by exp(tilt * 11 / 12).
    odds = [weights(tilt)[4] / weights(tilt)[0] for tilt in (0.0, 0.5)]
    assert odds[1] / odds[0] == pytest.approx(np.exp(0.5 * 11 / 12))


def test_in_a_steady_state_of_certificates_of_one_tenor_equal_parts_run_out_in_each_of_its_months(city):
    on = city(on_parameters={"certificate_tenor_weights": (0.0, 1.0, 0.0, 0.0, 0.0)})
    constants = dataclasses.replace(on[BondMarketConstants], certificate_tenor_tilt=0.0)
    month = on[Clock].month
    ladder = certificate_ladder(on[Parameters], constants, np.array([3.0, 6.0]), month)
    ahead = (month + np.arange(1, 4)) % len(ladder)
    np.testing.assert_allclose(ladder[ahead], [[1.0, 2.0]] * 3)
    assert ladder.sum() == pytest.approx(9.0)


def test_certificates_of_each_tier_pay_their_spread_of_2020_while_no_failure_is_felt(city):
    on = run(banks_roll_certificates, city())
    np.testing.assert_allclose(on[BankStress].certificate_spread_pp, bank_tiers()["spread_2020_bp"] / 100.0)


# Geopolitics


def tension_after(on, before=0.0):
    on[Geopolitics].tension = before
    return run(geopolitical_events_happen, on)[Geopolitics].tension


def test_tension_halves_in_its_half_life_and_rises_by_the_events_of_a_scenario(city):
    calm = {"geopolitical_hazard": 0.0, "geopolitical_half_life": 1.0}
    assert tension_after(city(on_parameters=calm), before=3.0) == 1.5
    assert tension_after(city(on_parameters=calm, on_shocks={"geopolitical_event": 2.0}), before=3.0) == 3.5


def test_events_that_are_certain_happen_after_the_base_year_and_not_in_it(city):
    certain = {"geopolitical_hazard": 1e3}
    assert tension_after(city("2020-12", on_parameters=certain)) == 0.0
    assert tension_after(city("2021-01", on_parameters=certain)) == 1.0


def test_events_fall_on_the_months_of_their_seed_and_come_as_often_as_their_hazard(city):
    def months(seed):
        on = city("2021-01", on_parameters={"geopolitical_hazard": 0.5, "geopolitical_half_life": 1e-3})
        on[Draws] = draws(seed)
        happened = []
        for month in range(on[Clock].month, on[Clock].month + 300):
            on[Clock] = Clock(month)
            Part(geopolitical_events_happen).on(on)
            happened.append(round(on[Geopolitics].tension))
        return np.array(happened)

    first = months(1)
    np.testing.assert_array_equal(first, months(1))
    assert (first != months(2)).any()
    assert first.mean() == pytest.approx(1.0 - np.exp(-0.5), abs=0.08)


# Entry


def entrants(on):
    before = len(on[ForeignInvestors])
    return len(run(foreign_investors_enter, on)[ForeignInvestors]) - before


def test_nobody_enters_a_market_that_draws_nobody(city):
    assert entrants(city(on_parameters={"foreign_entry_rate": 0.0})) == 0


def test_with_the_same_draws_cheaper_access_brings_more_investors(city):
    counts = [entrants(city(on_channels={"foreign_access_cost": cost})) for cost in (5.0, 35.0, 100.0)]
    assert counts[0] > counts[1] > counts[2] > 0


def test_at_the_access_of_2020_the_usual_number_enters(city):
    on = city()
    uniform = on[Draws]["investor.entry"].scalar(on[Clock].month)
    assert entrants(on) == poisson(on[Parameters].foreign_entry_rate, uniform) > 0


def test_indices_that_hold_the_market_draw_institutions_in(city):
    live = city()[Channels].baseline("index_tracking_demand")
    assert entrants(city(on_channels={"index_tracking_demand": live + 0.4})) > entrants(city())


def test_those_who_have_entered_draw_others_in_unless_coordination_is_off(city):
    def came(at_start, off=()):
        on = city(off=off, on_parameters={"foreign_entry_rate": 50.0, "entry_coordination": 8.0})
        on[ForeignDemand].investors_at_start = at_start
        return entrants(on)

    inside = len(city()[ForeignInvestors])
    assert came(inside // 2) > came(inside)
    assert came(inside // 2, ("coordination",)) < came(inside, ("coordination",))


def test_a_market_that_all_have_entered_is_entered_by_nobody(city):
    on = city(on_parameters={"foreign_entry_rate": 50.0})
    on[ForeignDemand].investors_at_start = len(on[ForeignInvestors]) // 10
    assert entrants(on) == 0


def test_recent_buying_of_those_inside_draws_others_in_unless_the_interaction_is_off(city):
    def came(buying, off=()):
        on = city(off=off, on_parameters={"peer_coefficient_foreign": 2.0})
        on[ForeignInvestors]["recent_buying"] = buying
        return entrants(on)

    assert came(0.1) > came(0.0) > came(-0.1)
    assert came(0.1, ("peers",)) == came(0.0) == came(-0.1, ("peers",))


def test_a_newcomer_holds_nothing_yet_and_those_inside_are_as_before(city):
    on, untouched = city(), city()[ForeignInvestors]
    count, investors = entrants(on), on[ForeignInvestors]
    for name in ("holdings_bn", "weight", "assets_usd_bn", "group"):
        assert (investors[name][:-count] == untouched[name]).all()
    assert not investors["holdings_bn"][-count:].any()
    assert (investors["weight"][-count:] < np.exp(investors["base_log_weight"][-count:])).all()


def test_newcomers_are_like_those_inside_but_smaller_and_begin_with_a_part_of_what_they_want(city):
    on = city(on_parameters={"foreign_entry_rate": 400.0, "weight_spread": 0.0, "investor_view_spread": 0.5})
    count, investors, parameters = entrants(on), on[ForeignInvestors], on[Parameters]
    new = {name: investors[name][-count:] for name in investors.agent_type.columns}
    fund = new["group"] == InvestorGroup.BENCHMARK_FUND
    by_group = np.bincount(new["group"], minlength=len(InvestorGroup)) / count
    np.testing.assert_allclose(by_group, 0.25, atol=0.08)
    assert ((new["index_family"] != IndexFamily.NONE) == fund).all()
    assert set(new["bloc"].tolist()) == set(Bloc)
    inside, groups = investors["assets_usd_bn"][:-count], investors["group"][:-count]
    median = np.array([np.median(inside[groups == group]) for group in InvestorGroup])
    size = np.log(new["assets_usd_bn"] / (parameters.entrant_size_ratio * median[new["group"]]))
    assert size.mean() == pytest.approx(0.0, abs=0.2) and size.std() == pytest.approx(1.0, abs=0.15)
    np.testing.assert_allclose(new["base_log_weight"][~fund], np.log(0.04))
    assert len(np.unique(new["base_log_weight"][fund])) == 3
    np.testing.assert_allclose(new["weight"], parameters.entrant_first_weight * np.exp(new["base_log_weight"]))
    assert (new["inaction_band"] == parameters.inaction_band).all()
    assert ((new["own_view"] != 0.0) == (new["group"] >= InvestorGroup.REAL_MONEY)).all()


def test_new_funds_want_what_their_index_holds_at_the_level_that_meets_the_base_year(city):
    def wanted(shift, spread=0.0):
        on = city(on_parameters={"foreign_entry_rate": 400.0, "weight_spread": spread})
        on[BondMarketConstants] = dataclasses.replace(
            on[BondMarketConstants], foreign_target_shift=np.array([0.0, shift, 0.0, 0.0])
        )
        count = entrants(on)
        fund = on[ForeignInvestors]["group"][-count:] == FUND
        return on[ForeignInvestors]["base_log_weight"][-count:], fund

    (plain, fund), (shifted, _) = wanted(0.0), wanted(0.3)
    np.testing.assert_allclose(shifted - plain, np.where(fund, 0.3, 0.0), atol=1e-12)
    assert (wanted(0.0, spread=0.5)[0] - plain).std() == pytest.approx(0.5, rel=0.1)


def test_newcomers_come_from_all_blocs_in_the_shares_of_their_group(city):
    on = city(on_parameters={"foreign_entry_rate": 4000.0})
    count = entrants(on)
    group, bloc = (on[ForeignInvestors][name][-count:] for name in ("group", "bloc"))
    for each in InvestorGroup:
        found = np.bincount(bloc[group == each], minlength=len(Bloc)) / (group == each).sum()
        np.testing.assert_allclose(found, bloc_shares()[each], atol=0.06)


# Trade of foreign investors


def traded(on):
    return run(foreign_investors_trade, on)[ForeignInvestors]


def test_holdings_move_by_purchases_and_by_defaults(city):
    on = city()
    book, before = on[SecurityBook], on[ForeignInvestors]["holdings_bn"].copy()
    book.defaulted_bn[SecurityClass.CORPORATE] = 0.1 * book.opening_bn[SecurityClass.CORPORATE]
    lost = 0.1 * book.opening_holdings_bn[Holder.FOREIGN, SecurityClass.CORPORATE]
    investors = traded(on)
    assert (investors["holdings_bn"] - investors["net_purchases_bn"]).sum() == pytest.approx(before.sum() - lost)
    np.testing.assert_allclose(
        investors["holdings_bn"] - investors["net_purchases_bn"], before * (1.0 - lost / before.sum())
    )


def test_at_the_conditions_of_2020_nobody_whose_weight_is_as_wanted_trades(city):
    on = city(on_parameters=NO_NOISE)
    np.testing.assert_allclose(traded(on)["net_purchases_bn"], 0.0, atol=1e-9)


def test_active_investors_want_less_when_yields_rise_abroad_and_reserve_managers_do_not_care(city):
    investors = traded(city(on_parameters=NO_NOISE, on_world={"us_yield_pct": 2.9}))
    fund, real = (investors["group"] == g for g in (InvestorGroup.BENCHMARK_FUND, InvestorGroup.REAL_MONEY))
    sold = -investors["net_purchases_bn"] / (investors["holdings_bn"] - investors["net_purchases_bn"])
    assert sold[real].min() > 0.0 and investors["target_weight"][real].max() < investors["target_weight"][fund].min()
    np.testing.assert_allclose(sold[investors["group"] == InvestorGroup.RESERVE_MANAGER], 0.0, atol=1e-9)


@pytest.mark.parametrize(
    ("asked", "buyers", "sellers"),
    [
        ({"on_world": {"log_vix": 3.6}}, (), (FUND, REAL)),
        ({"on_channels": {"foreign_access_cost": 5.0}}, (FUND, REAL, HEDGED), ()),
        ({"on_channels": {"eligible_universe": 0.3}}, (), (FUND, REAL, HEDGED)),
        ({"on_channels": {"hedging_cost": 10.0}}, (HEDGED,), ()),
        ({"on_channels": {"collateral_haircut": 1.0}}, (RESERVE, HEDGED), ()),
    ],
)
def test_a_signal_moves_the_groups_that_look_at_it_and_no_other(city, asked, buyers, sellers):
    no_band = {**NO_NOISE, "inaction_band": 0.0}
    investors = traded(city(on_parameters=no_band, **asked))
    for group in InvestorGroup:
        bought = investors["net_purchases_bn"][investors["group"] == group]
        if group in buyers:
            assert bought.min() > 0.0, group
        elif group in sellers:
            assert bought.max() < 0.0, group
        else:
            np.testing.assert_allclose(bought, 0.0, atol=1e-9)


def test_funds_feel_volatility_in_part_and_trade_their_part_of_the_gap(city):
    on = city(on_parameters=NO_NOISE, on_world={"log_vix": 3.6})
    investors, parameters = traded(on), on[Parameters]
    gap = np.log(investors["target_weight"] / investors["opening_weight"])
    fund, real = (investors["group"] == group for group in (FUND, REAL))
    np.testing.assert_allclose(gap[fund], parameters.benchmark_risk_share * gap[real][0])
    for group, speed in (
        (fund, parameters.adjustment_speed_benchmarked),
        (real, parameters.adjustment_speed_real_money),
    ):
        np.testing.assert_allclose(np.log(investors["weight"] / investors["opening_weight"])[group], speed * gap[group])


def test_nobody_trades_a_gap_within_its_band(city):
    on = city(on_parameters={**NO_NOISE, "inaction_band": 10.0}, on_world={"us_yield_pct": 2.9}, off=("peers",))
    np.testing.assert_allclose(traded(on)["net_purchases_bn"], 0.0, atol=1e-9)


def test_clients_money_is_invested_at_the_weight_held_and_reserve_managers_have_none(city):
    on = city(on_parameters={**NO_NOISE, "client_flow_spread": 0.05})
    investors = traded(on)
    flow = np.expm1(investors["client_flow"])
    before = investors["holdings_bn"] - investors["net_purchases_bn"]
    np.testing.assert_allclose(investors["net_purchases_bn"], before * flow, atol=1e-9)
    assert ((flow != 0.0) == (investors["group"] != RESERVE)).all() and flow.min() < 0.0 < flow.max()
    np.testing.assert_allclose(
        investors["assets_usd_bn"], city()[ForeignInvestors]["assets_usd_bn"] * np.exp(investors["client_flow"])
    )


def test_assets_grow_at_their_trend_and_weights_of_those_who_do_not_trade_fall(city):
    on = city(on_parameters={**NO_NOISE, "foreign_assets_growth": 0.12})
    before = on[ForeignInvestors]["assets_usd_bn"].copy()
    investors = traded(on)
    np.testing.assert_allclose(investors["assets_usd_bn"], before * np.exp(0.01))
    np.testing.assert_allclose(investors["opening_weight"], 0.04 * np.exp(-0.01))


def test_views_are_held_by_those_who_decide_at_their_own_discretion_and_fade(city):
    def views(spread):
        on = city(on_parameters={**NO_NOISE, "investor_view_spread": spread})
        on[ForeignInvestors]["own_view"] = 1.0
        investors = traded(on)
        own = investors["group"] >= REAL
        assert not investors["own_view"][~own].any()
        return investors["own_view"][own], on[Parameters].investor_view_persistence

    faded, persistence = views(0.0)
    np.testing.assert_allclose(faded, persistence)
    assert views(0.3)[0].std() > 0.05


BIASED = {**NO_NOISE, "home_bias": 0.8, "inaction_band": 0.0}


def test_cheaper_hedges_law_and_settlement_lower_the_home_bias_of_all_but_reserve_managers(city):
    usual = traded(city(on_parameters=BIASED))["target_weight"].copy()
    for asked in ({"hedging_cost": 20.0}, {"legal_certainty": 0.9}, {"settlement_cost": 1.0}):
        investors = traded(city(on_parameters=BIASED, on_channels=asked))
        reserve = investors["group"] == RESERVE
        assert (investors["target_weight"][~reserve] > usual[~reserve]).all(), asked
        np.testing.assert_array_equal(investors["target_weight"][reserve], usual[reserve])


def test_those_who_know_the_market_want_more_of_it_unless_experience_is_off(city):
    def wanted(*off):
        on = city(on_parameters=BIASED, off=off)
        on[ForeignInvestors]["experience"] = np.arange(len(on[ForeignInvestors])) % 2 * 0.8
        investors = traded(on)
        chooses = investors["group"] != RESERVE
        return investors["target_weight"][chooses]

    with_experience, without = wanted(), wanted("experience")
    np.testing.assert_allclose(without, without[0])
    gain = np.log(with_experience[1::2] / with_experience[::2])
    assert gain.min() > 0.1


def test_who_holds_bonds_learns_and_newcomers_know_nothing(city):
    on = city("2021-07", on_parameters={**BIASED, "experience_months": 12.0, "foreign_entry_rate": 400.0})
    before = len(on[ForeignInvestors])
    on[ForeignInvestors]["experience"] = 0.5
    entrants(on)
    assert not on[ForeignInvestors]["experience"][before:].any()
    experience = traded(on)["experience"]
    np.testing.assert_allclose(experience[:before], 0.5 - 0.5 * np.expm1(-1.0 / 12.0))
    assert not experience[before:].any()
    assert traded(on)["experience"][before:].min() > 0.0


def test_the_west_alone_sells_when_it_turns_away(city):
    investors = traded(city(on_parameters=NO_NOISE, on_shocks={"western_demand": -1.0}))
    west = investors["bloc"] == Bloc.WEST
    assert investors["net_purchases_bn"][west].max() < 0.0 and investors["recent_buying"][west].max() < 0.0
    np.testing.assert_allclose(investors["net_purchases_bn"][~west], 0.0, atol=1e-9)


def test_discretionary_investors_follow_peers_unless_the_interaction_is_off(city):
    for off in ((), ("peers",)):
        on = city(on_parameters=NO_NOISE, off=off)
        on[ForeignInvestors]["recent_buying"] = 0.05
        investors = traded(on)
        follows = (investors["group"] >= InvestorGroup.REAL_MONEY) & (not off)
        assert ((investors["peer_shift"] > 0.0) == follows).all()


def test_investors_twice_as_large_buy_twice_as_much(city):
    one, two = city(), city()
    for name in ("assets_usd_bn", "holdings_bn"):
        two[ForeignInvestors][name] *= 2.0
    np.testing.assert_allclose(traded(two)["net_purchases_bn"], 2.0 * traded(one)["net_purchases_bn"], rtol=1e-12)


def test_nobody_holds_more_bonds_than_assets(city):
    on = city(on_shocks={"western_demand": 10.0}, on_parameters={"adjustment_speed_benchmarked": 1.0})
    investors = traded(on)
    assert investors["weight"].max() == pytest.approx(1.0)
    assert (investors["holdings_bn"] <= investors["assets_usd_bn"] * 6.5 * (1.0 + 1e-12)).all()


def test_index_funds_buy_when_an_index_takes_bonds_in_and_not_twice(city):
    on = city("2023-06", on_parameters=NO_NOISE, off=("peers",))
    (lever,) = levers_moving("index_tracking_demand")
    on[Policy] = policy(on[Parameters], **{lever: 1.0})
    assert on[Policy].at(on[Clock].month)["index_tracking_demand"] > on[Policy].baseline["index_tracking_demand"]
    bought = traded(on)["net_purchases_bn"].copy()
    fund = on[ForeignInvestors]["group"] == InvestorGroup.BENCHMARK_FUND
    assert bought[fund].min() > 0.0
    np.testing.assert_allclose(bought[~fund], 0.0, atol=1e-9)
    np.testing.assert_allclose(traded(on)["net_purchases_bn"], 0.0, atol=1e-9)


# Terms of the wanted weights, by hand


def group_terms(on):
    """Terms by reason and group after a month's trade."""
    run(foreign_investors_trade, on)
    return dict(zip(GROUP_TERMS, on[ForeignDemand].signals.group_terms, strict=True))


def test_a_yuan_that_gained_is_expected_to_gain_by_its_part(city):
    gains = {"usdcny": 7.0 * np.exp(-0.01 * np.arange(MONTHS_BEFORE + MONTHS_AFTER))}
    slopes = {"spread_semi_elasticity_real_money": 0.3, "spread_semi_elasticity_benchmarked": 0.1}
    terms = group_terms(city(on_parameters={**NO_NOISE, **slopes, "fx_extrapolation": 0.25}, on_world=gains))
    # Twelve per cent in a year, a quarter of it expected.
    np.testing.assert_allclose(terms["yield gap and currency"][[FUND, REAL]], [0.1 * 3.0, 0.3 * 3.0])
    assert not terms["yield gap and currency"][[RESERVE, HEDGED]].any()


def test_hedged_buyers_have_room_in_proportion_to_what_is_left_over_their_threshold(city):
    on = city(
        on_parameters={**NO_NOISE, "hedged_threshold": 0.2, "hedged_capacity": 1.0},
        on_channels={"hedging_cost": city()[Channels].baseline("hedging_cost") + 10.0},
    )
    held_trn = on[BaseYear].observed("foreign_bond_holdings") * on[Parameters].holdings_share_by_type[HEDGED] / 1000.0
    room = group_terms(on)["hedged pick-up"]
    # At the capacity of one trillion a point, what was held is what the pick-up of 2020 was over the threshold.
    assert room[HEDGED] == pytest.approx(np.log((held_trn - 0.1) / held_trn))
    assert not room[[RESERVE, FUND, REAL]].any()


def test_a_wider_gap_gives_hedged_buyers_nothing_at_parity_and_its_part_of_the_one_year_gap_otherwise(city):
    terms = {**NO_NOISE, "hedged_threshold": 0.2, "hedged_capacity": 1.0, "gap_slope_one_year": 0.7}

    def room_bn(weight, premium_pp=0.0, **world):
        on = city(on_parameters={**terms, "fx_extrapolation": 0.25, "covered_parity_weight": weight}, on_world=world)
        on[SecurityBook].premium_pp[[SOVEREIGN, SecurityClass.CERTIFICATE]] = premium_pp, premium_pp / 8.0
        held = on[BaseYear].observed("foreign_bond_holdings") * on[Parameters].holdings_share_by_type[HEDGED]
        return held / 1000.0 * (np.exp(group_terms(on)["hedged pick-up"][HEDGED]) - 1.0)

    gains = 7.0 * np.exp(-0.01 * np.arange(MONTHS_BEFORE + MONTHS_AFTER))
    assert room_bn(1.0, us_yield_pct=0.4, usdcny=gains) == pytest.approx(0.0, abs=1e-12)
    # What supply adds to ten-year yields reaches one year in part, and no forward takes it back.
    assert room_bn(1.0, premium_pp=0.4) == pytest.approx(0.7 * 0.4 + 0.05)
    # Three tenths of seven tenths of half a point, and of a quarter of twelve per cent: at a capacity of one trillion
    # a point these are trillions.
    assert room_bn(0.7, us_yield_pct=0.4) == pytest.approx(0.3 * 0.7 * 0.5)
    assert room_bn(0.7, usdcny=gains) == pytest.approx(0.3 * 0.25 * 12.0)


def test_tension_shifts_the_west_and_the_reserves_of_the_neutral_by_their_jumps(city):
    on = city(on_parameters={**NO_NOISE, "geopolitical_jump_west": -0.25, "geopolitical_jump_nonaligned": 0.1})
    on[Geopolitics].tension = 2.0
    run(foreign_investors_trade, on)
    shift = on[ForeignDemand].signals.geopolitics
    np.testing.assert_allclose(shift[:, Bloc.WEST], -0.5)
    assert shift[RESERVE, Bloc.NEUTRAL] == pytest.approx(0.2)
    assert np.count_nonzero(shift) == len(InvestorGroup) + 1


def test_peers_count_by_what_they_hold_and_memory_moves_to_what_was_bought_over_it(city):
    def shift(holds):
        on = city(on_parameters={**NO_NOISE, "peer_network_overlap": 0.0})
        investors = on[ForeignInvestors]
        buyer, other = np.flatnonzero(investors["group"] == REAL)[[0, -1]]
        investors["recent_buying"][buyer] = 0.05
        investors["holdings_bn"][buyer] *= holds
        return float(traded(on)["peer_shift"][other])

    assert shift(3.0) > shift(1.0) > shift(0.3) > 0.0
    on = city(on_parameters={**NO_NOISE, "peer_memory": 4.0}, on_shocks={"western_demand": -1.0})
    on[ForeignInvestors]["recent_buying"] = 0.02
    before = on[ForeignInvestors]["holdings_bn"].copy()
    investors = traded(on)
    kept = np.exp(-0.25)
    np.testing.assert_allclose(
        investors["recent_buying"], kept * 0.02 + (1.0 - kept) * investors["net_purchases_bn"] / before
    )


def test_the_money_of_clients_and_views_are_drawn_apart(city):
    on = city(on_parameters={**NO_NOISE, "client_flow_spread": 0.05, "investor_view_spread": 0.5})
    investors = traded(on)
    own = investors["group"] >= REAL
    assert abs(np.corrcoef(investors["client_flow"][own], investors["own_view"][own])[0, 1]) < 0.7


# Clearing


def cleared(on):
    # What foreigners bought is known when the market clears; here they bought nothing.
    on[ForeignInvestors]["net_purchases_bn"] = 0.0
    return run(foreign_bonds_are_valued, run(bond_market_clears, on))


def test_all_that_is_issued_is_held_and_paid_for(city):
    on = city()
    on[SecurityBook].gross_bn[:] = (100.0, 50.0, 20.0, 30.0, 0.0, 5.0, 1.0)
    cleared(on)
    book, ledger = on[SecurityBook], on[Ledger]
    np.testing.assert_allclose(book.holdings_bn.sum(axis=0), book.outstanding_bn)
    np.testing.assert_allclose(book.outstanding_bn - book.opening_bn, book.gross_bn)
    assert ledger.cash_bn.sum() == pytest.approx(0.0, abs=1e-9)
    closes(BOND_MARKET, on)


def with_foreign_purchases(on, net_bn):
    """Governments issue, corporate bonds default, and foreigners decide to hold more by an amount."""
    book, investors = on[SecurityBook], on[ForeignInvestors]
    run(public_sector_issues, on)
    book.defaulted_bn[SecurityClass.CORPORATE] = 12.0
    lost = book.opening_holdings_bn[Holder.FOREIGN, SecurityClass.CORPORATE] * 12.0 / 1200.0
    share = investors["holdings_bn"] / investors["holdings_bn"].sum()
    investors["holdings_bn"] += share * (net_bn - lost)
    investors["net_purchases_bn"] = share * net_bn
    return run(foreign_bonds_are_valued, run(bond_market_clears, on))


@pytest.mark.parametrize("net_bn", [30.0, -30.0])
def test_every_holder_pays_with_money_what_it_gains_in_bonds_and_foreigners_bring_theirs_along(city, net_bn):
    on = with_foreign_purchases(city(), net_bn)
    book, cash, conversion = on[SecurityBook], on[Ledger].cash_bn, on[Ledger].net("currency conversion", REST)
    gained = (book.holdings_bn - book.opening_holdings_bn).sum(axis=1)
    lost = book.opening_holdings_bn[:, SecurityClass.CORPORATE] * 0.01
    assert cash[Account.BANKS] == pytest.approx(-(gained + lost)[Holder.BANKS])
    assert cash[Account.ASSET_MANAGERS] == pytest.approx(-(gained + lost)[Holder.ASSET_MANAGERS])
    assert cash[Account.FOREIGN_INVESTORS] == pytest.approx(0.0, abs=1e-9)
    assert conversion == pytest.approx(net_bn) == on[ForeignFlow].net_purchases_bn
    holds = book.holdings_bn[1:].sum(axis=1)
    assert on[ResidualHolders].bank_share_of_purchases == pytest.approx(holds[0] / holds.sum())
    closes(BOND_MARKET, on)


def test_foreigners_and_residual_holders_trade_through_banks_and_managers_by_what_these_hold(city):
    on = city()
    banks = on[ResidualHolders].bank_share_of_purchases
    flows = with_foreign_purchases(on, 30.0)[Ledger].flows
    sold = [flows["secondary trade", Account.FOREIGN_INVESTORS, to] for to in (Account.BANKS, Account.ASSET_MANAGERS)]
    assert sold[0] / sum(sold) == pytest.approx(banks) and sum(sold) > 30.0


def test_a_month_without_flows_moves_no_bond_no_yuan_and_no_spread(city):
    on = city(on_parameters=NOTHING_EXPECTED)
    before = on[SecurityBook].holdings_bn.copy()
    cleared(on)
    np.testing.assert_allclose(on[SecurityBook].holdings_bn, before)
    np.testing.assert_allclose(on[SecurityBook].premium_pp, 0.0, atol=1e-12)
    np.testing.assert_allclose(on[Ledger].month_cash_bn, 0.0, atol=1e-9)
    assert on[ForeignFlow].net_purchases_bn == pytest.approx(0.0, abs=1e-9)


def test_spreads_rise_with_the_supply_of_a_class_and_fall_as_holders_grow(city):
    more, larger = city(), city()
    more[SecurityBook].gross_bn[SecurityClass.CORPORATE] = 300.0
    larger[ResidualHolders].size[:] = 1.2
    premia = cleared(more)[SecurityBook].yield_premia_pp()
    assert premia.argmax() == SecurityClass.CORPORATE and premia.min() > 0.0
    assert cleared(larger)[SecurityBook].yield_premia_pp().max() < -0.1


def test_holders_of_captive_classes_ask_more_for_one_and_nothing_for_the_others(city):
    premia = {}
    for off in ((), ("integrated_demand",)):
        on = city(on_parameters=NOTHING_EXPECTED, off=off)
        on[SecurityBook].gross_bn[SecurityClass.CORPORATE] = 300.0
        premia[off] = cleared(on)[SecurityBook].yield_premia_pp()
    captive, integrated = premia["integrated_demand",], premia[()]
    np.testing.assert_allclose(np.delete(captive, SecurityClass.CORPORATE), 0.0, atol=1e-9)
    assert captive[SecurityClass.CORPORATE] > integrated[SecurityClass.CORPORATE] > 0.1


def test_yields_rise_where_holders_borrow_less_repo_to_pay_for_bonds_unless_the_interaction_is_off(city):
    def premia(leverage, off=()):
        on = city(on_parameters=NOTHING_EXPECTED, off=off)
        on[ResidualHolders].leverage_base_year[:] = 0.2
        on[ResidualHolders].leverage[:] = leverage
        return cleared(on)[SecurityBook].yield_premia_pp()

    np.testing.assert_allclose(premia(0.2), 0.0, atol=1e-9)
    semielasticity = city()[Parameters].demand_semielasticity
    np.testing.assert_allclose(premia(0.1), np.log(0.9 / 0.8) / semielasticity, atol=1e-9)
    np.testing.assert_allclose(premia(0.1, ("integrated_demand",)), 0.0, atol=1e-9)


def test_supply_that_grows_as_expected_moves_no_yield(city):
    on = city()
    parameters, book = on[Parameters], on[SecurityBook]
    foreign = book.holdings_bn[Holder.FOREIGN].sum()
    on[ForeignInvestors]["holdings_bn"] *= 1e-9
    book.holdings_bn[1:] *= book.outstanding_bn / book.holdings_bn[1:].sum(axis=0)
    book.holdings_bn[Holder.FOREIGN] *= 1e-9
    book.demand_base_bn = book.holdings_bn[1:].copy()
    Part(bond_market_opens).on(on)
    rates = np.full(len(SecurityClass), parameters.need_growth)
    rates[SOVEREIGN] = parameters.sovereign_growth * season(on[Clock], parameters)
    rates[SecurityClass.CERTIFICATE] = parameters.bank_asset_growth
    book.gross_bn[:] = book.opening_bn * rates / 12.0
    on[ResidualHolders].size[:] = np.exp(
        np.array([parameters.bank_asset_growth, parameters.assets_organic_growth]) / 12.0
    )
    assert foreign > 0.0
    np.testing.assert_allclose(cleared(on)[SecurityBook].premium_pp, 0.0, atol=1e-7)


def test_the_usual_mix_of_holders_follows_what_they_hold(city):
    on = city(on_parameters=NOTHING_EXPECTED | {"mix_adaptation_months": 1e-3})
    on[SecurityBook].gross_bn[SecurityClass.CORPORATE] = 300.0
    book = cleared(on)[SecurityBook]
    usual, held = book.demand_base_bn, book.holdings_bn[1:]
    np.testing.assert_allclose(usual / usual.sum(axis=1)[:, None], held / held.sum(axis=1)[:, None])
    before = book.premium_pp[SecurityClass.CORPORATE]
    Part(bond_market_opens).on(on)
    Part(bond_market_clears).on(on)
    # What is left is the higher yield of all bonds; the class that has grown pays hardly more than another.
    assert 0.0 < book.premium_pp[SecurityClass.CORPORATE] < 0.05 * before
    assert book.premium_pp[SOVEREIGN] > 0.0


def test_spreads_of_the_base_year_are_observed_and_their_demand_is_what_held_the_stocks(city):
    on = city("2020-12")
    on[SecurityBook].gross_bn[:] = 200.0
    on[SecurityBook].premium_pp[:] = 1.0
    on[ResidualHolders].size[:] = (1.1, 1.3)
    cleared(on)
    book = on[SecurityBook]
    assert not book.premium_pp.any()
    np.testing.assert_allclose(book.demand_base_bn * [[1.1], [1.3]], book.holdings_bn[1:])


def test_what_clients_take_out_of_bond_funds_banks_take_up_at_a_higher_spread(city):
    calm, run_on_funds = (cleared(city(on_shocks={"bond_fund_redemptions": share})) for share in (0.0, 0.2))
    held = [on[SecurityBook].holdings_bn[1:].sum(axis=1) for on in (calm, run_on_funds)]
    assert held[1][MANAGERS] < held[0][MANAGERS] and held[1].sum() == pytest.approx(held[0].sum())
    assert (run_on_funds[SecurityBook].yield_premia_pp() > calm[SecurityBook].yield_premia_pp()).all()
    assert run_on_funds[Ledger].net("secondary trade", Account.BANKS) > 0.0


# Values of what foreigners hold


def bought(on):
    """Net purchases over holdings of each investor that started the month at the weight it wants."""
    investors = on[ForeignInvestors]
    investors["inaction_band"] = 0.0
    run(foreign_investors_trade, on)
    return investors["net_purchases_bn"] / (investors["holdings_bn"] - investors["net_purchases_bn"])


@pytest.mark.parametrize("change", [{"usdcny": 0.1}, {"china_yield_pct": 1.0}])
def test_a_fall_of_the_yuan_or_of_bond_prices_alone_makes_nobody_buy(city, change):
    still = NO_NOISE | {
        "covered_parity_weight": 1.0,
        "fx_extrapolation": 0.0,
        "spread_semi_elasticity_real_money": 0.0,
        "spread_semi_elasticity_benchmarked": 0.0,
    }
    fallen = {"usdcny": {"usdcny": 6.5 * np.exp(0.1)}, "china_yield_pct": {"china_yield_pct": YIELD_PCT + 1.0}}
    world = fallen[next(iter(change))]
    held = bought(city(on_parameters=still | {"rebalancing_months": 1e9}, on_world=world))
    usual = bought(city(on_parameters=still | {"rebalancing_months": 1e9}))
    np.testing.assert_allclose(held, usual, atol=1e-9)
    slowly = bought(city(on_parameters=still | {"rebalancing_months": 24.0}, on_world=world))
    at_once = bought(city(on_parameters=still | {"rebalancing_months": 1e-3}, on_world=world))
    real = city()[ForeignInvestors]["group"] == REAL
    assert (slowly[real] > usual[real]).all() and (at_once[real] > 5.0 * (slowly[real] - usual[real])).all()
    # The weight of an index drifts with the value of its bonds: who tracks it never trades the change back.
    funds = city()[ForeignInvestors]["group"] == FUND
    np.testing.assert_allclose(at_once[funds], usual[funds], atol=1e-9)


def test_bonds_of_foreigners_are_valued_at_the_yield_that_clears_and_at_the_rate_of_the_month(city):
    on = city(
        on_world={"usdcny": 7.15, "china_yield_pct": YIELD_PCT + 0.6}, on_parameters={"government_bond_duration": 5}
    )
    book, held = on[SecurityBook], float(on[SecurityBook].holdings_bn[Holder.FOREIGN].sum())
    book.premium_pp[SOVEREIGN] = 0.4
    on[ForeignFlow].net_purchases_bn = 13.0
    book.holdings_bn[Holder.FOREIGN, SOVEREIGN] += 13.0
    value = run(foreign_bonds_are_valued, on)[ForeignBondValue]
    price = np.exp(-0.05)
    assert value.usd_bn == pytest.approx((held + 13.0) * price / 7.15)
    np.testing.assert_allclose(
        dataclasses.astuple(value.change),
        (13.0 * price / 7.15, 0.0, held * (price - 1.0) / 6.5, held * price * (1.0 / 7.15 - 1.0 / 6.5)),
        atol=1e-12,
    )
