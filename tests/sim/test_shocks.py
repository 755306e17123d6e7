"""Dated shocks: their paths by hand, what each moves and when, and that none strikes by default."""

from functools import cache

import numpy as np
import pytest

import sim
from agents.foreign_investors import Bloc, IndexFamily, InvestorGroup
from agents.institutions import Sector
from agents.issuers import Industry, IssuerClass, Issuers
from scenarios import Scenario, load, shock_kinds
from scenarios.calendar import BASELINE, month_ordinal
from scenarios.errors import InputError
from scenarios.parameters import ParameterSet
from scenarios.shock_paths import ShockPaths, additive_path, kept_share
from sim.accounting.securities import Holder, SecurityClass
from sim.banking.state import ForcedSales
from sim.bond_market.clearing import MANAGERS, MOST_REDEEMED
from sim.bond_market.state import Geopolitics, PublicSupply
from sim.clock import Clock, season
from sim.closing.accounts import Verification
from sim.component import Part
from sim.financing.credit_events import default_shock
from sim.financing.issuance import costs_pp
from sim.financing.listings import lead_times
from sim.financing.state import Contagion, Defaults, ListingQueue
from sim.institutions.state import LicenceQueue, ServiceOutage
from sim.solving.history import state_at_baseline
from sim.trading.market_making import market_making_bn
from sim.world.macro import make_macro_path
from sim.world.shock_values import ShockValues

CENTRAL = ParameterSet.posterior_2020().central()
KINDS = shock_kinds()
END = month_ordinal("2025-12")


def now(function, model):
    """What a function of states gives on those of a model."""
    return Part(function).on(model.states)


def asked(*shocks, policy="plan", **options):
    return Scenario(name="struck", policy=policy, shocks=list(shocks), scale=0.1, **options)


def paths(*shocks):
    return ShockPaths(asked(*shocks).shocks, END, CENTRAL)


def at(month, *shocks, name=None):
    return paths(*shocks).value(name or shocks[0]["name"], month_ordinal(month))


# Paths


def test_profiles_by_hand():
    hold, fade, spread = KINDS["equity_drift"], KINDS["us_yield"], KINDS["public_supply"]
    assert additive_path(hold, 2.0, 1, 2, 5, 0.0).tolist() == [0.0, 2.0, 2.0, 0.0, 0.0]
    assert additive_path(fade, 2.0, 1, 2, 5, 0.5).tolist() == [0.0, 2.0, 2.0, 1.0, 0.5]
    assert additive_path(spread, 2.0, 1, 4, 5, 0.0).tolist() == [0.0, 0.5, 0.5, 0.5, 0.5]
    assert additive_path(fade, 2.0, 0, 0, 1, 0.5).tolist() == [2.0]


def test_what_is_left_a_month_later_comes_from_the_parameter_or_the_half_life():
    assert kept_share(KINDS["us_yield"], CENTRAL) == CENTRAL.us_yield_persistence
    assert kept_share(KINDS["western_demand"], CENTRAL) ** CENTRAL.geopolitical_half_life == pytest.approx(0.5)
    assert kept_share(KINDS["credit_spread"], CENTRAL) ** 6 == pytest.approx(0.5)


def test_shocks_of_a_kind_add_up_and_factors_multiply():
    rates = ({"name": "equity_drift", "month": "2022-01", "size": 0.01}, {"name": "equity_drift", "size": 0.02})
    assert at("2022-01", *rates) == pytest.approx(0.03)
    assert at("2022-02", *rates) == pytest.approx(0.02)
    halves = ({"name": "lockdown", "month": "2022-01", "size": 0.5}, {"name": "lockdown", "size": 0.4})
    assert at("2022-01", *halves) == pytest.approx(0.2)
    assert at("2022-02", *halves) == pytest.approx(0.4)
    assert at("2022-03", *halves) == 1.0


def test_to_the_end_of_2020_nothing_strikes_and_a_window_may_reach_beyond_the_end():
    everything = [{"name": name, "from": "2021-01", "to": "2025-12"} for name in KINDS]
    struck = paths(*everything)
    neutral = ShockPaths((), END, CENTRAL).at(BASELINE + 1)
    assert struck.at(BASELINE) == neutral
    assert all(struck.at(BASELINE + 1)[name] != neutral[name] for name in KINDS)
    short = ShockPaths(asked({"name": "platform_rules"}, end="2022-06").shocks, month_ordinal("2022-06"), CENTRAL)
    assert short.value("platform_rules", month_ordinal("2022-06")) == KINDS["platform_rules"].size


# World finance


def macro(*shocks, kind="neutral"):
    from agents.draws import Draws

    return make_macro_path(kind, END, CENTRAL, Draws(5).stream("macro.innovations"), paths(*shocks))


@pytest.mark.parametrize("kind", ["neutral", "realised", "adverse"])
@pytest.mark.parametrize(
    ("name", "size", "series"),
    [
        ("us_yield", 2.0, lambda m: m.us_yield_pct),
        ("china_yield", -0.5, lambda m: m.china_yield_pct),
        ("world_volatility", 0.6, lambda m: m.log_vix),
    ],
)
def test_a_driver_is_lifted_by_the_shock_in_its_window_and_by_its_own_persistence_after(kind, name, size, series):
    shock = {"name": name, "from": "2022-03", "to": "2022-05", "size": size}
    gap = series(macro(shock, kind=kind)) - series(macro(kind=kind))
    start = macro().position(month_ordinal("2022-03"))
    np.testing.assert_allclose(gap[:start], 0.0, atol=1e-12)
    np.testing.assert_allclose(gap[start : start + 3], size, atol=1e-9)
    kept = kept_share(KINDS[name], CENTRAL)
    np.testing.assert_allclose(gap[start + 3 :], size * kept ** np.arange(1, len(gap) - start - 2), atol=1e-9)


@pytest.mark.parametrize("kind", ["neutral", "realised"])
def test_levels_of_currency_and_equity_move_by_the_total_over_the_window_and_stay(kind):
    shocks = (
        {"name": "currency", "from": "2022-01", "to": "2022-04", "size": 0.08},
        {"name": "equity", "from": "2022-01", "to": "2022-02", "size": -0.2},
        {"name": "equity_drift", "from": "2022-03", "to": "2022-05", "size": -0.01},
    )
    struck, plain = macro(*shocks, kind=kind), macro(kind=kind)
    start = plain.position(month_ordinal("2022-01"))
    currency = np.log(struck.usdcny / plain.usdcny)[start - 1 : start + 30]
    np.testing.assert_allclose(currency[:6], [0.0, 0.02, 0.04, 0.06, 0.08, 0.08], atol=1e-9)
    np.testing.assert_allclose(currency[6:], 0.08, atol=1e-9)
    equity = np.log(struck.equity_index / plain.equity_index)[start - 1 : start + 30]
    np.testing.assert_allclose(equity[:7], [0.0, -0.1, -0.2, -0.21, -0.22, -0.23, -0.23], atol=1e-9)
    np.testing.assert_allclose(equity[7:], -0.23, atol=1e-9)
    assert (struck.log_volatility[start : start + 2] != plain.log_volatility[start : start + 2]).all()


def test_the_floor_under_us_yields_holds_against_a_shock():
    fallen = macro({"name": "us_yield", "from": "2021-01", "to": "2025-12", "size": -4.0})
    assert fallen.us_yield_pct[fallen.position(BASELINE) + 1 :].min() == CENTRAL.us10_floor
    replayed = macro({"name": "us_yield", "from": "2021-01", "to": "2021-12", "size": -4.0}, kind="realised")
    assert replayed.us_yield_pct.min() == CENTRAL.us10_floor


# The centre


def along(months, *shocks):
    """Two models of one seed, without and with shocks, at the ends of months, each of which is verified in full."""
    both = [sim.FinancialCenter(each, rng=2) for each in (asked(), asked(*shocks))]
    for month in months:
        yield [brought_to(month, model) for model in both]


def brought_to(month, model):
    """A model at the end of a month, which is verified in full."""
    model.state(Verification).wanted = None
    while model.month < month_ordinal(month) - 1:
        model.step()
    model.state(Verification).wanted = True
    model.step()
    return model


@cache
def unstruck(month):
    """The model without shocks at the end of a month, for all that look at it and change nothing."""
    return brought_to(month, sim.FinancialCenter(asked(), rng=2))


def pair(month, *shocks):
    """Two models of one seed, without and with shocks, at the end of one month."""
    return unstruck(month), brought_to(month, sim.FinancialCenter(asked(*shocks), rng=2))


def test_without_shocks_none_strikes_and_the_history_is_shared(centre):
    model = centre("plan")
    model.step()
    assert model.shock.values == ShockPaths((), END, CENTRAL).at(model.month)
    assert model.shock["platform_rules"] == model.shock["listing_gate"] == 0.0
    assert state_at_baseline(model.parameters, 0.1).states[ShockValues] == model.shock


def test_before_its_month_a_shock_changes_nothing_to_the_bit(bits):
    everything = [{"name": name, "from": "2021-09", "to": "2021-12"} for name in KINDS]
    plain, struck = (sim.run(asked(*shocks, end="2021-12")).indicators for shocks in ([], everything))
    assert bits(struck[:"2021-08"]) == bits(plain[:"2021-08"])
    assert bits(struck[:"2021-09"]) != bits(plain[:"2021-09"])


def test_more_government_bonds_are_outstanding_by_the_size_less_the_little_that_dearer_money_deters():
    shock = {"name": "public_supply", "from": "2021-02", "to": "2021-05", "size": 10}
    wanted = {"2021-01": 0.0, "2021-02": 2500.0, "2021-05": 10_000.0, "2022-06": 10_000.0}
    for more, models in zip(wanted.values(), along(wanted, shock), strict=True):
        plain, struck = (model.book.outstanding_bn[SecurityClass.SOVEREIGN] for model in models)
        assert 0.95 * more <= struck - plain <= more + 1e-6


def test_fewer_government_bonds_are_issued_only_as_far_as_there_are_issues():
    plain, struck = pair("2021-01", {"name": "public_supply", "month": "2021-01", "size": -20})
    usual = plain.book.gross_bn[SecurityClass.SOVEREIGN]
    assert struck.book.gross_bn[SecurityClass.SOVEREIGN] == 0.0
    assert struck.state(PublicSupply).extra_bn == pytest.approx(-usual)


def test_credit_spreads_move_in_proportion_with_the_size_at_aa():
    plain, struck = pair("2021-01", {"name": "credit_spread", "month": "2021-01", "size": 60})
    struck.book.premium_pp[:] = plain.book.premium_pp
    gap = 100.0 * (now(costs_pp, struck) - now(costs_pp, plain))
    usual = np.array([*CENTRAL.credit_spread, CENTRAL.credit_spread_lower])
    # What is issued less also leaves the market a little less deep, by far less than a thousandth of a basis point.
    np.testing.assert_allclose(gap[:, 1], 60.0 * usual / usual[2], atol=1e-4)
    np.testing.assert_allclose(gap[:, 0], 0.0, atol=1e-9)


def test_a_slower_economy_lets_issuers_need_grow_less():
    plain, struck = pair("2021-01", {"name": "economic_growth", "month": "2021-01", "size": -4})
    less = plain.issuers["need_bn"] - struck.issuers["need_bn"]
    assert (less >= 0.0).all()
    debt = state_at_baseline(CENTRAL, 0.1).states[Issuers]["debt_bn"].sum(axis=0)
    most = CENTRAL.need_growth_elasticity * 0.04 / 12.0 * debt * season(Clock(plain.month), plain.parameters)
    assert 0.5 * most.sum() < less.sum() < 1.5 * most.sum()


def test_private_issuers_default_more_often_and_others_as_before():
    plain, struck = pair("2021-06", {"name": "default_rate", "from": "2021-01", "to": "2021-06", "size": 15})
    assert struck.state(Defaults).count > 3 * max(plain.state(Defaults).count, 1)
    none = pair("2021-06", {"name": "default_rate", "from": "2021-01", "to": "2021-06", "size": 0})[1]
    assert none.state(Defaults).count <= plain.state(Defaults).count


def test_an_event_adds_to_tension_and_fades():
    shock = {"name": "geopolitical_event", "month": "2021-02", "size": 2}
    wanted = {"2021-01": 0.0, "2021-02": 2.0, "2021-03": 2.0 * 2 ** (-1 / CENTRAL.geopolitical_half_life)}
    for left, (plain, struck) in zip(wanted.values(), along(wanted, shock), strict=True):
        assert struck.state(Geopolitics).tension - plain.state(Geopolitics).tension == pytest.approx(left)


def test_the_west_turns_away_and_others_do_not():
    plain, struck = pair("2021-01", {"name": "western_demand", "month": "2021-01", "size": -1})
    change = np.log(struck.investors["target_weight"] / plain.investors["target_weight"])
    west = plain.investors["bloc"] == 0
    # Newcomers come with the same draws; peers are seen from the next month on.
    np.testing.assert_allclose(change[west], -1.0, atol=1e-9)
    np.testing.assert_allclose(change[~west], 0.0, atol=1e-9)


def test_platform_rules_and_the_listing_gate_are_shifts_of_the_month():
    struck = pair(
        "2022-01",
        {"name": "platform_rules", "month": "2022-01", "size": -0.4},
        {"name": "listing_gate", "month": "2022-01", "size": -0.7},
    )[1]
    assert (struck.shock["platform_rules"], struck.shock["listing_gate"]) == (-0.4, -0.7)
    narrowed = now(lead_times, struck)
    struck.step()
    assert (struck.shock["platform_rules"], struck.shock["listing_gate"]) == (0.0, 0.0)
    assert narrowed[1:3] / now(lead_times, struck)[1:3] == pytest.approx(np.exp(0.7), rel=0.05)
    assert narrowed[3] == now(lead_times, struck)[3]


def test_a_narrow_gate_lets_fewer_firms_list():
    plain, struck = pair("2021-12", {"name": "listing_gate", "from": "2021-01", "to": "2021-12", "size": -1.5})
    before = state_at_baseline(CENTRAL, 0.1).states[ListingQueue].listings
    listed, through = ((model.state(ListingQueue).listings - before)[1:3].sum() for model in (plain, struck))
    assert through < 0.5 * listed


def test_a_closed_city_files_and_starts_nothing():
    plain, struck = pair("2021-03", {"name": "lockdown", "from": "2021-01", "to": "2021-03", "size": 0})
    at_start = state_at_baseline(CENTRAL, 0.1)
    assert struck.state(LicenceQueue).filed == at_start.states[LicenceQueue].filed < plain.state(LicenceQueue).filed
    assert struck.fintech["in_shanghai"].sum() < plain.fintech["in_shanghai"].sum()
    elsewhere = [model.fintech["in_shanghai"].size - model.fintech["in_shanghai"].sum() for model in (plain, struck)]
    assert elsewhere[0] == pytest.approx(elsewhere[1], rel=0.01)


def test_redemptions_make_managers_sell_to_banks_at_wider_spreads():
    plain, struck = pair("2021-01", {"name": "bond_fund_redemptions", "month": "2021-01", "size": 0.1})
    assert struck.book.holdings_bn[Holder.ASSET_MANAGERS].sum() < plain.book.holdings_bn[Holder.ASSET_MANAGERS].sum()
    assert struck.book.holdings_bn[Holder.BANKS].sum() > plain.book.holdings_bn[Holder.BANKS].sum()
    wider = struck.book.yield_premia_pp() - plain.book.yield_premia_pp()
    held = plain.book.holdings_bn[MANAGERS + 1] / plain.book.holdings_bn[1:].sum(axis=0)
    # Yields of all classes rise, and most where managers held most.
    assert (wider > 0.0).all() and np.argmax(wider) == np.argmax(held)
    captive = -np.log(1.0 - 0.1 * held) / CENTRAL.demand_semielasticity
    assert captive.min() < wider.min() and wider.max() < captive.max()


def test_redemptions_that_overlap_leave_some_demand():
    much = {"name": "bond_fund_redemptions", "month": "2021-01", "size": 0.25}
    struck = pair("2021-01", much, much)[1]
    assert np.isfinite(struck.book.premium_pp).all()
    assert 0.0 < MOST_REDEEMED < 1.0


def test_a_run_lists_its_shocks_and_its_forks_keep_them(bits):
    shock = {"name": "us_yield", "month": "2021-03", "size": 2}
    result = sim.run(asked(end="2021-12"), shocks=[shock], seed=3)
    assert result.provenance["shocks"] == [
        {"name": "us_yield", "from": "2021-03", "to": "2021-03", "size": 2.0, "unit": "pp"}
    ]
    assert sim.run(asked(end="2021-01"), seed=3).provenance["shocks"] == []
    branch = result.fork("2021-07", {"reits_pilot": "plan"})
    assert branch.provenance["shocks"] == result.provenance["shocks"]
    assert bits(branch.indicators) == bits(result.indicators)


def test_a_run_refuses_a_shock_it_does_not_know():
    with pytest.raises(InputError, match="unknown shock 'us_yeld'; did you mean 'us_yield'"):
        sim.run("plan", shocks=[{"name": "us_yeld"}])


def test_a_ready_scenario_of_shocks_runs(small):
    assert len(small("hard_landing").provenance["shocks"]) == len(load("hard_landing").shocks) > 0


OF_NO_SIZE = {
    "local_government_default": 1.0,
    "clearing_member_default": 0.0,
    "platform_outage": 0.0,
    "reserve_freeze": 0.0,
    "index_exclusion": 0.0,
}
"""Shocks and the size at which nothing strikes."""


@pytest.mark.parametrize("name", OF_NO_SIZE)
def test_a_shock_of_no_size_changes_nothing_to_the_bit(bits, name):
    asking = {"name": name, "from": "2021-02", "to": "2021-06", "size": OF_NO_SIZE[name]}
    none, plain = (sim.run(asked(*shocks, end="2021-06"), seed=4).indicators for shocks in ([asking], []))
    assert bits(none) == bits(plain)


def test_borrowers_of_local_governments_default_more_often_and_their_provinces_pay_for_it():
    shock = {"name": "local_government_default", "from": "2021-01", "to": "2021-12", "size": 150}
    plain, struck = pair("2021-12", shock)
    assert struck.state(Defaults).count > plain.state(Defaults).count
    assert struck.state(Contagion).province_spread_pp.max() > plain.state(Contagion).province_spread_pp.max() + 0.1
    # Only they are struck: the terms of the rate of all others are those without the shock.
    issuers = struck.issuers
    effect = default_shock(struck.shock, issuers, np.arange(len(issuers)))
    local = issuers["issuer_class"] == IssuerClass.LOCAL_SOE
    builds = issuers["industry"] == Industry.CONSTRUCTION_AND_INFRASTRUCTURE
    np.testing.assert_allclose(effect, np.where(local & builds, np.log(150.0), 0.0))


def test_the_largest_clearing_member_loses_its_capital_its_repo_and_its_market_making():
    plain, struck = pair("2021-03", {"name": "clearing_member_default", "month": "2021-03", "size": 1})
    brokers = plain.institutions["sector"] == Sector.BROKER
    largest = int(plain.institutions.unique_ids[np.argmax(np.where(brokers, plain.institutions["equity_bn"], 0.0))])
    was, after = (model.institutions.rows_of(np.array([largest]))[0] for model in (plain, struck))
    equity = [model.institutions["equity_bn"][row] for model, row in ((plain, was), (struck, after))]
    repo = [model.institutions["repo_borrowed_bn"][row] for model, row in ((plain, was), (struck, after))]
    assert equity[1] < 0.6 * equity[0] and repo[1] < 0.5 * repo[0]
    made = [market_making_bn(model.institutions) for model in (plain, struck)]
    assert (made[1] < made[0]).all()
    assert struck.state(ForcedSales).share > plain.state(ForcedSales).share
    struck.step()
    assert struck.state(ForcedSales).of_collateral_bn == 0.0


def test_more_members_in_default_cost_more():
    lost = [
        pair("2021-02", {"name": "clearing_member_default", "month": "2021-02", "size": size})[1].institutions[
            "losses_bn"
        ]
        for size in (0.5, 1.5, 3.0)
    ]
    assert lost[0].sum() < lost[1].sum() < lost[2].sum()


def test_clients_leave_a_platform_that_is_down_and_it_stays_the_same_one():
    shock = {"name": "platform_outage", "from": "2021-02", "to": "2021-04", "size": 0.8}
    down, clients = [], []
    for plain, struck in along(["2021-01", "2021-02", "2021-04", "2021-05"], shock):
        down.append(struck.state(ServiceOutage).supplier)
        if struck.state(ServiceOutage).supplier < 0:
            continue
        firm = np.array([down[-1]])
        clients.append([model.fintech["clients_here"][model.fintech.rows_of(firm)[0]] for model in (plain, struck)])
    assert down[0] == down[3] == -1 and down[1] == down[2] >= 0
    assert all(struck < 0.5 * plain for plain, struck in clients)


def test_institutions_without_the_service_work_as_those_without_technology():
    saves = CENTRAL.replace(adoption_cost_effect=-20.0)
    shock = {"name": "platform_outage", "month": "2021-01", "size": 1.0}
    plain, struck = (sim.FinancialCenter(asked(*each), rng=2, parameters=saves) for each in ((), (shock,)))
    supplier = plain.institutions["supplier"].copy()
    ids = plain.institutions.unique_ids.copy()
    for model in (plain, struck):
        model.step()
    stay = np.array([model.institutions.rows_of(ids) for model in (plain, struck)])
    both = (stay >= 0).all(axis=0)
    ratio = struck.institutions["unit_cost"][stay[1, both]] / plain.institutions["unit_cost"][stay[0, both]]
    hit = supplier[both] == struck.state(ServiceOutage).supplier
    assert hit.any()
    np.testing.assert_allclose(ratio, np.where(hit, 1.0 / 0.8, 1.0))


def test_official_investors_of_the_aligned_bloc_do_not_join_a_freeze():
    plain, struck = pair("2021-01", {"name": "reserve_freeze", "month": "2021-01", "size": -1})
    change = np.log(struck.investors["target_weight"] / plain.investors["target_weight"])
    official = plain.investors["group"] == InvestorGroup.RESERVE_MANAGER
    aligned = plain.investors["bloc"] == Bloc.ALIGNED
    np.testing.assert_allclose(change[official & ~aligned], -1.0, atol=1e-9)
    np.testing.assert_allclose(change[~official | aligned], 0.0, atol=1e-9)


def test_funds_that_track_an_index_sell_when_it_drops_the_countrys_bonds():
    plain, struck = pair("2021-02", {"name": "index_exclusion", "month": "2021-02", "size": 1})
    # The world government index does not hold the bonds yet.
    tracks = np.isin(plain.investors["index_family"], (IndexFamily.GLOBAL_AGGREGATE, IndexFamily.EMERGING_MARKETS))
    held = [model.investors["holdings_bn"] for model in (plain, struck)]
    assert (held[1][tracks] < held[0][tracks]).all()
    np.testing.assert_allclose(held[1][~tracks], held[0][~tracks], rtol=1e-9)


def test_clients_take_out_less_after_a_shock_where_conduct_is_better():
    shock = {"name": "bond_fund_redemptions", "from": "2023-06", "to": "2023-06", "size": 0.2}
    lever = {"legal_business_environment": 1.0}
    widening = []
    for levers in ({}, lever):
        premia = []
        for shocks in ([], [shock]):
            model = sim.FinancialCenter(
                Scenario(name="conduct", policy="frozen", levers=levers, shocks=shocks, scale=0.05, end="2023-06"),
                rng=2,
            )
            model.run_to_end()
            premia.append(model.book.yield_premia_pp())
        widening.append(premia[1] - premia[0])
    assert (widening[1] < 0.95 * widening[0]).all() and (widening[1] > 0.0).all()
